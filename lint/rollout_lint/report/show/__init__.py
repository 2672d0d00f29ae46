"""Formats of `show`."""
