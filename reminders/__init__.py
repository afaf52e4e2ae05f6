"""Who is late."""
