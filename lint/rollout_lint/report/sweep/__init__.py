"""Formats of `sweep`."""
