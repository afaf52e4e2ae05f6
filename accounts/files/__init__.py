"""Files that people bring: let in by what they are, kept under names nobody chose, given as attachments."""
