"""Helpers shared by reports."""
