"""Functions for other programs: check, sweep and show. The command line uses the same ones.

Nothing here prints, exits, or changes the state of the process. `rollout_lint` exports what is public.
"""
