"""Edits of single values in YAML text that leave every other byte as it is."""
