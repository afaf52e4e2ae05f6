"""The sample conference of Hà Tĩnh and synthetic ones of any size."""
