"""Bases, and the choice of the base of an overlay by what the overlay lacks and by names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rollout_lint.discovery.recipe import Recipe, Variant
    from rollout_lint.discovery.stack_file import StackFile


class Base:
    """File that overlays can be merged onto, with the variant that they are added to.

    It has no recipe as long as only `docker compose` can use it.
    """

    __slots__ = ("default", "file", "has_overlays", "is_completed", "recipe")

    def __init__(self, file: StackFile, default: Variant, recipe: Recipe | None) -> None:
        """Begin without overlays."""
        self.file = file
        self.default = default
        self.recipe = recipe
        self.has_overlays = False
        self.is_completed = False
        """True if an overlay adds every image that the base lacks."""


def choose_base(overlay: StackFile, bases: Iterable[Base]) -> Base | None:
    """Return the base that an overlay belongs to, or None if no base has anything that the overlay lacks.

    A base with the name of the overlay comes first, then one that is only deployed with overlays, then the others in
    order. A file with any other name is a base only if the name of the overlay begins with it, or if it is the only one
    and has all services that the overlay changes.
    """
    others = [base for base in bases if base.file is not overlay]
    fitting = [base for base in others if _fits(overlay, base, is_only_one=len(others) == 1)]
    return min(fitting, key=lambda base: (not _has_same_stem(overlay, base), not base.file.is_named_base), default=None)


def _fits(overlay: StackFile, base: Base, is_only_one: bool) -> bool:
    if overlay.outline is None or base.file.outline is None:
        return False
    is_known_base = base.file.is_base_name or base.file.is_named_base
    if overlay.is_override:
        return is_known_base
    if completes_by_name(overlay, base.file):
        return True
    if not overlay.outline.gets_something_from(base.file.outline):
        return False
    has_all = is_only_one and overlay.outline.without_image <= base.file.outline.services
    return is_known_base or has_all or _has_same_stem(overlay, base)


def completes_by_name(overlay: StackFile, base: StackFile) -> bool:
    """Return True for an `app.prod.yml` with images that `app.yml` lacks; a `docker-compose.yml` is not such a base."""
    if base.is_base_name or not overlay.stem_before_variant or overlay.stem_before_variant != base.path.stem:
        return False
    if overlay.outline is None or base.outline is None:
        return False
    return bool((overlay.outline.services - overlay.outline.without_image) & base.outline.without_image)


def _has_same_stem(overlay: StackFile, base: Base) -> bool:
    """Return True for `app.prod.yml` and `app.yml` or `app.base.yml`."""
    stem = overlay.stem_before_variant
    base_stem = base.file.stem_before_variant if base.file.is_named_base else base.file.path.stem
    return bool(stem) and stem == base_stem
