"""Formats of `config`."""
