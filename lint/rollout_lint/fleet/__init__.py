"""Recipes of a fleet: manifest, evidence, risk levels."""
