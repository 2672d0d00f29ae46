"""Results files of a CI."""
