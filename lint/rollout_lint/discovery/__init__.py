"""Discovery of recipes and variants below a path."""
