"""Values of a service that change with every deploy, so that Swarm replaces its tasks."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from rollout_lint.facts.derived.registry import derived
from rollout_lint.pattern import compile_lazily

if TYPE_CHECKING:
    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts

_SHA = r"(?:SHA1?|HASH|REV|REVISION)"
_CHANGES = compile_lazily(
    rf"""
    (?:\w+_)?COMMIT_(?:SHORT_)?(?:{_SHA}|ID|REF|DATE|TIME|TIMESTAMP)
    | (?:(?:\w+_)?(?:GIT|SOURCE|BUILD|HEAD|LAST)|CI|DRONE|TRAVIS|BITBUCKET)_COMMIT
    | (?:\w+_)?(?:GIT|GITHUB|GITEA|CIRCLE|VCS|SOURCE|BUILD|DEPLOY|RELEASE)_(?:SHORT_)?{_SHA}
    | (?:\w+_)?(?:BUILD|DEPLOY|DEPLOYED|DEPLOYMENT|RELEASE)_?(?:DATE|TIME|TIMESTAMP|DATETIME|AT)
    | (?:\w+_)?(?:BUILD|DEPLOY)_?(?:NUMBER|NUM|ID|COUNTER)
    | (?:GITHUB|GITEA|FORGEJO)_RUN_(?:ID|NUMBER|ATTEMPT)
    | CI_(?:PIPELINE|JOB)_(?:I?ID|CREATED_AT|STARTED_AT|NUMBER)
    | BUILD_(?:BUILDID|BUILDNUMBER|SOURCEVERSION|VCS_NUMBER) | VCS_REF
    | (?:CURRENT_?)?(?:DATE|TIME|DATETIME|TIMESTAMP) | NOW | EPOCH | COMMIT | SHA | REVISION
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Names of variables for a time, date, commit or build number: usual ones, and those of CI systems.

`AUTO_COMMIT`, `TIMEZONE` and `DATE_FORMAT` are settings, so only whole names match.
"""

_WORDS = (
    "COMMIT",
    "SHA",
    "HASH",
    "REV",
    "DATE",
    "TIME",
    "BUILD",
    "DEPLOY",
    "RELEASE",
    "RUN",
    "CI_",
    "VCS",
    "NOW",
    "EPOCH",
)
"""Words of which one is in each such name. Most stacks have none of them, and the pattern takes long to compile."""

_PATHS = ("labels", "environment", "command", "entrypoint")
"""Lists of a service that are part of its tasks, except for the image, which is meant to change."""


@derived("array", words={"is not empty": "its tasks take a time, commit or build number"})
def changing_variables(facts: ServiceFacts) -> Derivation:
    """Variables in labels, environment and command that are named like a time, date, commit or build number.

    Each has the key before it. Empty if the tag of the image takes a variable too, because the tasks then change with
    it. A task is replaced if its spec has changed, and these keys are part of that (swarmkit
    `manager/orchestrator/task.go IsTaskDirty`, docker/cli `cli/compose/convert/service.go Service`).
    """
    image = facts.service.settings.get("image")
    if image is not None and "$" in image.written.rpartition("/")[2]:
        return [], None
    found = {
        f"{path}: ${name}": item.location
        for path in _PATHS
        for item in facts.service.lists.get(path, [])
        for name in item.variables
        if _changes(name)
    }
    return list(found), next(iter(found.values()), None)


@lru_cache(maxsize=1000)
def _changes(name: str) -> bool:
    upper = name.upper()
    return any(word in upper for word in _WORDS) and _CHANGES.fullmatch(name) is not None
