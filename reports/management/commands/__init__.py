"""Commands of the reports."""
