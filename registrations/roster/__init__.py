"""Reads lists of delegates as other people keep them: Excel old and new, CSV, a pasted range of cells."""
