"""Timings, as ratios side by side in one run; `python -m bench.sweep` makes the table of `bench/README.md`."""
