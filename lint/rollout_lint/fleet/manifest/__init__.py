"""Fleet manifest (`fleet.yml`)."""
