"""Who asks: units, users, rights."""
