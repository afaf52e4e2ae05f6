"""Export jobs and downloads."""
