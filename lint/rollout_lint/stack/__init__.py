"""What Docker makes of a stack's files: interpolate, validate, decode, merge."""
