"""Loading of the packaged rules, and of those in the user's directories."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from rollout_lint.errors import RuleError
from rollout_lint.location import Problem
from rollout_lint.packaged import compiled_data, rules_directory
from rollout_lint.rules.condition import compile_condition, kind_of
from rollout_lint.rules.model import PACKAGED_PREFIX, Grade, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rollout_lint.rules.model import Conditions, RuleDetails
    from rollout_lint.rules.reader import RuleFile


def load_rules(directories: tuple[Path, ...] = ()) -> tuple[Rule, ...]:
    """Load the packaged rules and those of more directories, in the order of their ids.

    Raises RuleError for unknown keys, facts, keywords or placeholders, for duplicate ids, and for a directory without
    rules. Only the given directories are validated with the schema: the build and a test validate the packaged rules,
    and importing jsonschema takes as long as a whole check.
    """
    packaged = rules_directory()
    validated = {directory.resolve() for directory in directories}
    rules: dict[str, Rule] = {}
    problems: list[Problem] = []
    for resolved, directory in {each.resolve(): each for each in (packaged, *directories)}.items():
        if resolved in validated:
            problems += _add_directory(directory, rules, is_packaged=resolved == packaged.resolve())
        else:
            rules |= _packaged_rules(directory)
    if problems:
        raise RuleError(problems)
    return tuple(rules[name] for name in sorted(rules))


@cache
def _packaged_rules(directory: Path) -> dict[str, Rule]:
    """Load the packaged rules once per process, without their details, which are more than half of a file."""
    rules: dict[str, Rule] = {}
    compiled = compiled_data()
    if compiled is None:
        problems = list(_add_directory(directory, rules, is_packaged=True, is_validated=False))
        if problems:
            raise RuleError(problems)
        return rules
    for document in compiled.rules:
        path = directory / f"{document['id']}-{document['name']}.yaml"
        rules[document["id"]] = _create_rule(document, path, partial(_read_details, path))
    return rules


def _read_details(path: Path) -> RuleDetails:
    """Read the details of a rule whose head came from the compiled file."""
    from rollout_lint.rules.reader import read_details

    return read_details(path)


def _add_directory(
    directory: Path, rules: dict[str, Rule], *, is_packaged: bool, is_validated: bool = True
) -> Iterator[Problem]:
    """Add the valid rules of a directory, and yield the problems of the other ones."""
    from rollout_lint.rules.reader import read_rule_file, rule_paths

    paths = rule_paths(directory)
    if not paths:
        yield Problem(str(directory), 0, 0, "no rule file (*.yaml) in this directory")
    for path in paths:
        file = read_rule_file(path, is_validated=is_validated, is_head=not is_validated)
        errors = [*file.source.problems, *_id_errors(file, rules, is_packaged)]
        yield from errors
        if file.document is not None and not errors:
            rules[file.document["id"]] = _create_rule(file.document, path, file.details)


def _id_errors(file: RuleFile, rules: dict[str, Rule], is_packaged: bool) -> Iterator[Problem]:
    if file.document is None:
        return
    id_ = file.document["id"]
    if id_.startswith(PACKAGED_PREFIX) and not is_packaged:
        message = f"ids that begin with {PACKAGED_PREFIX} are reserved; choose another prefix, such as MY001"
        yield file.problem_of_id(message)
    if id_ in rules:
        yield file.problem_of_id(f"{id_} is also the id of {rules[id_].path.name}")


def _create_rule(document: dict[str, Any], path: Path, load_details: Callable[[], RuleDetails]) -> Rule:
    """Return the rule of a valid document."""
    return Rule(
        id=document["id"],
        name=document["name"],
        summary=document["summary"],
        severity=Severity(document["severity"]),
        risk=document.get("risk"),
        when=_conditions(document["when"]),
        grades=tuple(map(_grade, document.get("grades", ()))),
        message=document["message"],
        why=document["why"],
        likelihood=document.get("likelihood"),
        mitigation=document.get("mitigation"),
        notes=document.get("notes", {}),
        fix=document["fix"],
        computed_fix=document.get("computed_fix", {}),
        trade_off=document.get("trade_off"),
        alternative=document.get("alternative"),
        unsafe=_conditions(document.get("unsafe", {})),
        advice=document.get("advice"),
        assumes=document.get("assumes"),
        sources=tuple(document["sources"]),
        supersedes=frozenset(document.get("supersedes", ())),
        voids=frozenset(document.get("voids", ())),
        path=path,
        load_details=load_details,
    )


def _grade(document: dict[str, Any]) -> Grade:
    return Grade(
        Severity(document["severity"]),
        _conditions(document["when"]),
        document.get("risk"),
        document.get("assumes"),
        document.get("message"),
    )


def _conditions(document: dict[str, Any]) -> Conditions:
    return {path: compile_condition(schema, kind_of(path)) for path, schema in document.items()}
