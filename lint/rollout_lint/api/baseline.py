"""Baseline that options select."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.discovery.filesystem import exists
from rollout_lint.discovery.tree import is_found_outside
from rollout_lint.errors import OptionError
from rollout_lint.linter.suppression.apply import BASELINE
from rollout_lint.record import Record

if TYPE_CHECKING:
    from rollout_lint.linter.baseline import Baseline


class BaselineRequest(Record):
    """Options about the baseline. `uses_default` is True if the default file applies if it exists."""

    file: Path | None = None
    write: bool = False
    is_disabled: bool = False
    uses_default: bool = True


def load_baseline(request: BaselineRequest) -> Baseline | None:
    """Return the named baseline, else the one of the current folder. Raises OptionError, and FleetError."""
    if request.is_disabled and (request.write or request.file is not None):
        raise OptionError("--no-baseline cannot be combined with --baseline or --write-baseline")
    path = request.file or Path(BASELINE)
    is_new = request.write and not exists(path)
    is_implicit = not request.write and request.file is None
    if is_implicit and (request.is_disabled or not request.uses_default or not exists(path)):
        return None
    from rollout_lint.linter.baseline import Baseline, read_baseline

    if request.file is None and is_found_outside(path):
        raise OptionError(f"{path} is a link to a file outside the given folder, not read; name it with --baseline")
    return Baseline(path) if is_new else read_baseline(path)
