"""Formats of `inspect` and `await`."""
