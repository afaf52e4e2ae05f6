"""The reader of letters. ``samples/`` are the project's own, all names, numbers and phones invented."""
