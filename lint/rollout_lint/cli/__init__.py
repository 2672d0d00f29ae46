"""Command line: parses options, prints and exits."""
