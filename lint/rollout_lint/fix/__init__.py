"""Automatic fixes in the files of a recipe, each verified before it is offered."""
