"""Implementation of each command, without the parsing of its options."""
