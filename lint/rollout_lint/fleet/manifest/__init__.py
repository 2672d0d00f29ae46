"""The fleet manifest (`fleet.yml`)."""
