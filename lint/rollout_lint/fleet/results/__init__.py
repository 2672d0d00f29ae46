"""Results files of CI."""
