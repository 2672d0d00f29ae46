"""Inputs that nobody would write, and changes of a stack that change nothing."""
