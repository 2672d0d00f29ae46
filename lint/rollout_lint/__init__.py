"""What Docker Swarm will do with a stack's next update, judged from its files."""

__version__ = "0.1.0"
