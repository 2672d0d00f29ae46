"""Page of all facts, `docs/facts.md`. `python -m tests.pages` writes it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from rollout_lint.facts.defaults import usual_default
from rollout_lint.facts.derived import DERIVED, RESOURCE_FACTS, STACK_FACTS
from rollout_lint.facts.model import Kind, is_duration, is_size
from rollout_lint.facts.stated import FACTS
from rollout_lint.facts.suppression import SUPPRESSION_FACTS
from rollout_lint.stack.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rollout_lint.facts.derived import Derived
    from rollout_lint.facts.stated import StatedFact
    from rollout_lint.facts.suppression import SuppressionFact

FACTS_PAGE = Path(__file__).parents[1] / "docs" / "facts.md"

_REFERENCE = re.compile(r"(?:(docker/cli|swarmkit|moby) )?`((?:[\w-]+/)+\w+\.go)((?: \w+)(?:, \w+)*)?`")
_IN_BRACKETS = re.compile(rf" \((?:{_REFERENCE.pattern}(?:, )?)+[^()]*\)")
_SEE = re.compile(rf" ?See (?:{_REFERENCE.pattern}(?:, )?)+\.")

_INTRODUCTION = """# Facts

For everyone who [writes a rule](../CONTRIBUTING.md). Each condition of a rule tests a fact: an effective value of a
service, after all [overlays](glossary.md#overlay) are merged and Swarm's defaults are filled in.

To see the facts of your own services and where each value is set, run `rollout-lint show --all-facts RECIPE`. With
`--format json`, durations are in seconds and sizes in bytes. In a rule file, you can write `30s` and `512M`.

- A fact is **unknown** if it depends on a variable without a value. No condition on an unknown fact holds.
- A fact without a default is missing if no file sets the key. The condition `{absent: true}` holds for it.
- `null` means that a derived fact does not apply.

This page is generated from the source code: `python -m tests.pages`.
"""
_NEXT = """## What to do next

- [Write a rule](../CONTRIBUTING.md) that tests these facts.
- [Read the packaged rules](../rules/README.md), which use these facts.
- [See what Swarm really does](what-swarm-really-does.md) with the values.
"""


def format_facts_page() -> str:
    """Return the page: facts that files set, derived facts, facts of a stack, and facts of suppressions."""
    return "\n".join(
        [
            _INTRODUCTION,
            "## Facts that a stack file sets\n",
            "The path of a fact is the path of its key below the service in a [stack file](glossary.md#stack-file).\n",
            *_format_table(("Fact", "Type", "Default", "Meaning", "Read by"), _list_stated()),
            "",
            "## Derived facts of a service\n",
            "rollout-lint computes these facts from other facts, the config, and data about images.\n",
            *_format_table(("Fact", "Type", "Meaning", "Source"), _list_derived(DERIVED)),
            "",
            "## Facts of a stack\n",
            "A rule that tests one of these facts reports a [finding](glossary.md#finding) for the whole stack.\n",
            *_format_table(("Fact", "Type", "Meaning", "Source"), _list_derived(STACK_FACTS)),
            "",
            "## Facts of networks, volumes, configs and secrets\n",
            "A rule that tests one of these facts reports a finding for each entry.\n",
            *_format_table(("Fact", "Type", "Meaning", "Source"), _list_derived(RESOURCE_FACTS)),
            "",
            "## Facts of suppressions\n",
            "These facts are about [suppressions](glossary.md#suppression) in all [variants](glossary.md#variant).\n",
            *_format_table(("Fact", "Type", "Meaning", "Source"), _list_derived(SUPPRESSION_FACTS)),
            "",
            _NEXT,
        ]
    )


def list_sources(about: str) -> list[str]:
    """Return the functions of Docker that a description names, each with its repository."""
    repository = "docker/cli"
    sources = []
    for named, file, functions in _REFERENCE.findall(about):
        repository = named or repository
        sources.append(f"{repository} `{file}{functions}`")
    return list(dict.fromkeys(sources))


def _list_stated() -> Iterator[tuple[str, ...]]:
    for path, fact in FACTS.items():
        yield f"`{path}`", _describe_type(path, fact.kind), _describe_default(path), fact.about, _format_source(fact)


def _format_source(fact: StatedFact) -> str:
    repository, _, function = fact.source.partition(" ")
    return f"{repository} `{function}`"


def _list_derived(facts: Mapping[str, Derived | SuppressionFact]) -> Iterator[tuple[str, ...]]:
    for path, fact in sorted(facts.items()):
        about = " ".join(fact.about.split())
        meaning = _SEE.sub("", _IN_BRACKETS.sub("", about))
        yield f"`{path}`", _describe_type(path, fact.kind), meaning, ", ".join(list_sources(about)) or "rollout-lint"


def _describe_type(path: str, kind: Kind) -> str:
    types = []
    for name in sorted(kind.types - {"null"}):
        unit = "duration" if is_duration(path) else "size" if is_size(path) else name
        items = f" of {next(iter(kind.items))}s" if kind.items else ""
        types.append(f"list{items}" if name == "array" else unit)
    allowed = f": {', '.join(f'`{value}`' for value in sorted(kind.allowed))}" if kind.allowed else ""
    is_nullable = "null" in kind.types and path.startswith(("derived.", "stack.", "ignore."))
    return " or ".join(types) + (" or null" if is_nullable else "") + allowed


def _describe_default(path: str) -> str:
    default = usual_default(path)
    if default is None:
        return "not set"
    number = f"{default:g}" if isinstance(default, int | float) else default
    return f"`{format_duration(default) if is_duration(path) else number}`"


def _format_table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |"
    yield f"|{'---|' * len(headings)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
