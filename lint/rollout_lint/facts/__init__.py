"""Facts: the effective values of a service, and what follows from them."""
