"""YAML text to a tree with locations."""
