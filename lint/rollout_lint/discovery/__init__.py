"""Paths to recipes and variants."""
