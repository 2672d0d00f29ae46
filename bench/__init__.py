"""Benchmarks: ratios of commands that run in turn. They write the tables of `bench/README.md`."""
