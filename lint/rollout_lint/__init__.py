"""Linter for Docker Swarm stack files: finds updates that can fail silently, hang or cause an outage."""

__version__ = "0.1.0"
