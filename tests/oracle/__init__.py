"""Comparison of rollout-lint with Docker."""
