"""Our answers beside Docker's own."""
