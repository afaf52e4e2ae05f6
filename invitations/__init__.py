"""What it is about and whom it calls."""
