"""`python -m rollout_lint`."""

from rollout_lint.cli import app

app()
