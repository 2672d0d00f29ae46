"""Entry point of `python -m rollout_lint`."""

from rollout_lint.cli.entry import main

main()
