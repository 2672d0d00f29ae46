"""Suppression of findings by comments and config entries."""
