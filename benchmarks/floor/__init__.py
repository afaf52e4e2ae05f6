"""The least that a Django page can be: what a page of the portal costs is told in multiples of it."""
