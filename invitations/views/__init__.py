"""Pages of meetings: the letter as everyone reads it, its editor, and who is called when."""
