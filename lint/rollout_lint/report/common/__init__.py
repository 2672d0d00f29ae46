"""Helpers that several reports share."""
