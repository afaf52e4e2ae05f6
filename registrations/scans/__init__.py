"""The signed and sealed document as a file: let in by what it is, kept apart, given out as an attachment."""
