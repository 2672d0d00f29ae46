"""Stack files as Docker reads them: interpolation, validation, decoding, merge."""
