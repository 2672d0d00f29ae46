"""Findings repaired in the files of a recipe, each repair judged before anybody sees it."""
