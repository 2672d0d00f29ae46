"""Damaged input files, and changes of a stack that must not change the findings."""
