"""Mechanical fixes of errors in words."""

from __future__ import annotations

from rollout_lint.location import Correction, CorrectionKind

_WORDS = {
    CorrectionKind.RENAME_KEY: 'rename the key to "{}"',
    CorrectionKind.REMOVE_KEY: 'remove the key "{}"',
    CorrectionKind.QUOTE: "put the value in quotes",
    CorrectionKind.UNQUOTE: "remove the quotes",
    CorrectionKind.SET_VERSION: 'set version: "{}"',
}


def describe_correction(correction: Correction) -> str:
    """Return what a mechanical fix does."""
    return _WORDS[correction.kind].format(correction.text)
