"""A value set in a YAML file by a patch of its text, which leaves every other byte as it is."""
