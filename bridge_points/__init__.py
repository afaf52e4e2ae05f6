"""Where it takes place."""
