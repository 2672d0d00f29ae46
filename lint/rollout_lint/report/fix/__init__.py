"""Formats of `fix`."""
