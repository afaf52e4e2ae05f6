"""The result report: its numbers, its words, and the three files that they become."""
