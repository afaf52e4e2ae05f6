"""Template tags of the letter."""
