"""Linting one recipe: its files, facts, findings and suppressions."""
