"""The fleet manifest, and what a CI wrote of its recipes' upgrades."""
