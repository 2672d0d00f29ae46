"""Edits that correct keys and values which Docker rejects, and leave every other byte as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.fix.patch.edits import propose_edits
from rollout_lint.fix.patch.text import Edit
from rollout_lint.linter.reader import parse_source
from rollout_lint.location import CorrectionKind
from rollout_lint.syntax.node import Mapping, iter_scalars

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rollout_lint.fix.patch.text import SourceText
    from rollout_lint.location import Correction, Problem
    from rollout_lint.syntax.node import Scalar


def correct_text(text: SourceText, problems: Iterable[Problem]) -> SourceText | None:
    """Return the text with the correction of each problem, or None if a correction has no place in the file."""
    corrections = {(each.line, each.column): each.correction for each in problems if each.correction is not None}
    corrected = _correct_scalars(text, corrections)
    for correction in sorted(set(corrections.values())):
        if correction.kind in _ROOT_EDITS and corrected is not None:
            corrected = _ROOT_EDITS[correction.kind](corrected, correction.text)
    return corrected


def _correct_scalars(text: SourceText, corrections: dict[tuple[int, int], Correction]) -> SourceText | None:
    """Edit keys and values. Return None if one has no place in the file."""
    root = parse_source(text.encode(), "").root
    if root is None:
        return None
    scalars = {(each.line, each.column): each for each, _ in iter_scalars(root)}
    edits = []
    for location, correction in sorted(corrections.items()):
        if correction.kind in _SCALAR_EDITS:
            if location not in scalars:
                return None
            scalar = scalars[location]
            new = _SCALAR_EDITS[correction.kind](scalar, correction.text)
            edits.append(Edit(text.value_start(scalar), text.end(scalar), new))
    return text.apply(edits)


def set_version(text: SourceText, version: str) -> SourceText | None:
    """Return the text with this `version:`, at its top if it had no version; None if the file has no place for it."""
    edits = [*propose_edits(text, ("version",), version)]
    return edits[-1] if edits else None


def _remove_key(text: SourceText, key: str) -> SourceText | None:
    """Return the text without a top-level key. A comment after its value stays."""
    root = parse_source(text.encode(), "").root
    if not isinstance(root, Mapping):
        return None
    index = next((number for number, (name, _) in enumerate(root.pairs) if name.text == key), None)
    if index is None:
        return None
    start, end = text.start(root.pairs[index][0]), text.end(root.pairs[index][1])
    if root.flow:
        return _remove_from_flow(text, root, index)
    line_end = text.line_end(end)
    rest = text.characters[end:line_end]
    if rest.strip():
        return text.replace(start, end + len(rest) - len(rest.lstrip()), "")
    return text.replace(text.line_start(start), text.next_line(line_end), "")


def _remove_from_flow(text: SourceText, root: Mapping, index: int) -> SourceText:
    if index + 1 < len(root.pairs):
        return text.replace(text.start(root.pairs[index][0]), text.start(root.pairs[index + 1][0]), "")
    start = text.end(root.pairs[index - 1][1]) if index else text.start(root.pairs[index][0])
    return text.replace(start, text.end(root.pairs[index][1]), "")


def _rename(scalar: Scalar, key: str) -> str:
    return f"{scalar.style}{key}{scalar.style}"


_SCALAR_EDITS: dict[CorrectionKind, Callable[[Scalar, str], str]] = {
    CorrectionKind.RENAME_KEY: _rename,
    CorrectionKind.QUOTE: lambda scalar, _: f'"{scalar.text}"',
    CorrectionKind.UNQUOTE: lambda scalar, _: scalar.text,
}
"""New text of the key or value at the location of an error."""

_ROOT_EDITS: dict[CorrectionKind, Callable[[SourceText, str], SourceText | None]] = {
    CorrectionKind.REMOVE_KEY: _remove_key,
    CorrectionKind.SET_VERSION: set_version,
}
"""Edits of the top-level key that the correction names."""
