"""Ports that several recipes publish, as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.report.common.style import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rollout_lint.fleet.published_ports import PortConflict, PublishedPort

HEADING = "Ports that several recipes publish"

_MAX_CONFLICTS = 20
_MAX_USERS = 5


def list_port_conflicts(conflicts: Sequence[PortConflict]) -> Iterator[str]:
    """Yield a line for each of the first conflicts, and one for the number of those with an assumption."""
    certain = [each for each in conflicts if each.assumes is None]
    assumed = [each for each in conflicts if each.assumes is not None]
    for conflict in certain[:_MAX_CONFLICTS]:
        users = [_describe_user(each) for each in conflict.users[:_MAX_USERS]]
        more = len(conflict.users) - _MAX_USERS
        named = ", ".join(users) + (f" and {more} more" if more > 0 else "")
        yield f"{conflict.port}/{conflict.protocol} {conflict.severity}: {named}: {conflict.message}"
    if len(certain) > _MAX_CONFLICTS:
        yield f"{len(certain) - _MAX_CONFLICTS} more (JSON and HTML list all)"
    if assumed:
        yield f"{plural(len(assumed), 'port')} if {assumed[0].assumes}; JSON and HTML list all"


def _describe_user(user: PublishedPort) -> str:
    return f"{user.service} of {user.recipe} ({user.location.file}:{user.location.line})"
