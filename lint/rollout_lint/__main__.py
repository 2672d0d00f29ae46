"""`python -m rollout_lint`."""

from rollout_lint.start import main

main()
