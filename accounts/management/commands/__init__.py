"""Commands of units and users."""
