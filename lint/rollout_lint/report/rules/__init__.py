"""Formats of `rules` and `explain`."""
