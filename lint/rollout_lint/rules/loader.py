"""Loading and validation of rule files (`rules/*.yaml`)."""

from __future__ import annotations

import re
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from rollout_lint.discovery.filesystem import read_bytes
from rollout_lint.errors import RuleError
from rollout_lint.facts.images import rules_directory
from rollout_lint.location import Problem
from rollout_lint.rules.condition import compile_condition, is_fact, kind_of
from rollout_lint.rules.model import PACKAGED_PREFIX, Grade, Rule, RuleDetails, Severity, placeholders
from rollout_lint.syntax.node import Mapping, Sequence, to_value
from rollout_lint.syntax.parser import MAX_BYTES, parse
from rollout_lint.syntax.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rollout_lint.rules.model import Conditions
    from rollout_lint.syntax.node import Node, Scalar
    from rollout_lint.syntax.schema import JsonSchema

_SIDES = ("bad", "fixed")
_ENGINE_PROOF = ("service", "old", "new", *_SIDES)
_ENGINE_KEYS = frozenset((*_ENGINE_PROOF, "host_memory", "then"))
_KEY_AFTER_EXAMPLES = re.compile(rb"^(?!proof:)[^\s#]", re.MULTILINE)


class _RuleFile(NamedTuple):
    """A parsed rule file, and its rule, None if the file is invalid."""

    source: Source
    rule: Rule | None


def load_rules(directories: tuple[Path, ...] = ()) -> tuple[Rule, ...]:
    """Load the packaged rules and those of more directories, in the order of their ids.

    Raises RuleError for unknown keys, facts, keywords or placeholders, for duplicate ids, and for a directory without
    rules. Only the given directories are validated with the schema: a test validates the packaged rules, and importing
    jsonschema takes as long as a whole check.
    """
    packaged = rules_directory()
    validated = {directory.resolve() for directory in directories}
    rules: dict[str, Rule] = {}
    problems: list[Problem] = []
    for resolved, directory in {each.resolve(): each for each in (packaged, *directories)}.items():
        is_packaged = resolved == packaged.resolve()
        files = _read_directory(directory) if resolved in validated else _read_packaged(directory)
        if not files:
            problems.append(Problem(str(directory), 0, 0, "no rule file (*.yaml) in this directory"))
        for source, rule in files:
            errors = [*source.problems, *(_id_errors(source, rule, rules, is_packaged) if rule else ())]
            problems += errors
            if rule is not None and not errors:
                rules[rule.id] = rule
    if problems:
        raise RuleError(problems)
    return tuple(rules[name] for name in sorted(rules))


def _id_errors(source: Source, rule: Rule, rules: dict[str, Rule], is_packaged: bool) -> Iterator[Problem]:
    assert isinstance(source.root, Mapping)
    node = source.root.entries["id"][1]
    if rule.is_packaged and not is_packaged:
        message = f"ids that begin with {PACKAGED_PREFIX} are reserved; choose another prefix, such as MY001"
        yield Problem(source.name, node.line, node.column, message)
    if rule.id in rules:
        yield Problem(source.name, node.line, node.column, f"{rule.id} is also the id of {rules[rule.id].path.name}")


def _read_directory(directory: Path) -> list[_RuleFile]:
    """Read and validate the rules of a directory."""
    return [_read(path) for path in _rule_paths(directory)]


@cache
def _read_packaged(directory: Path) -> list[_RuleFile]:
    """Read the packaged rules once per process, without their details, which are more than half of a file."""
    return [_read(path, is_validated=False, is_head=True) for path in _rule_paths(directory)]


def _rule_paths(directory: Path) -> list[Path]:
    return [path for path in sorted(directory.glob("*.yaml")) if path.name != "images.yaml"]


def _read(path: Path, is_validated: bool = True, is_head: bool = False) -> _RuleFile:
    """Read a rule file, or only its head: the keys before its examples, if nothing but the proof follows these."""
    source = Source(str(path), b"")
    try:
        data = read_bytes(path, MAX_BYTES + 1)
    except OSError as error:
        source.problems.append(Problem(source.name, 0, 0, f"cannot be read: {error.strerror}"))
        return _RuleFile(source, None)
    head, examples, rest = data.partition(b"\nexamples:\n")
    is_head = is_head and bool(examples) and not _KEY_AFTER_EXAMPLES.search(rest)
    source = parse(head + b"\n" if is_head else data, source.name)
    if is_validated:
        _schema().check(source)
    if source.root is None and not source.problems:
        source.problems.append(Problem(source.name, 1, 1, "the file is empty"))
    if not isinstance(source.root, Mapping) or source.problems:
        return _RuleFile(source, None)
    return _RuleFile(source, _RuleReader(path, source).rule(source.root, is_head))


@cache
def _details_in(path: Path) -> RuleDetails:
    """Read the details of a packaged rule. Raises RuleError if the rest of its file is invalid."""
    source, rule = _read(path, is_validated=False)
    if rule is None or source.problems:
        raise RuleError(source.problems)
    return rule.load_details()


@cache
def _schema() -> JsonSchema:
    from rollout_lint.syntax.schema import JsonSchema

    return JsonSchema(rules_directory() / "rule.schema.json")


class _RuleReader:
    """Reader of a rule file that is valid by the schema. It reports errors that the schema does not cover."""

    def __init__(self, path: Path, source: Source) -> None:
        self._path = path
        self._report = source.report

    def rule(self, root: Mapping, is_head: bool) -> Rule:
        document = to_value(root)
        if self._path.stem != f"{document['id']}-{document['name']}":
            self._report(root.entries["id"][1], f"the file must be called {document['id']}-{document['name']}.yaml")
        if (document["fix"] is None) != ("advice" in document):
            self._report(root.entries["fix"][0], "a rule needs either a fix, or `fix: null` and advice")
        if document["fix"] is None and "trade_off" in document:
            self._report(root.entries["trade_off"][0], "a rule without a fix cannot have a trade-off")
        if "trade_off" not in document and "unsafe" in document:
            self._report(root.entries["unsafe"][0], "a rule without a trade-off cannot have an unsafe fix")
        self._check_placeholders(root)
        for proof in self._proofs(root):
            self._check_proof(proof, to_value(proof), document)
        when = self._conditions(root.entries["when"][1])
        grades = root.get("grades")
        notes = root.get("notes")
        for key in [key for key, _ in notes.entries.values()] if isinstance(notes, Mapping) else []:
            self._check_fact(key)
        return Rule(
            id=document["id"],
            name=document["name"],
            summary=document["summary"],
            severity=Severity(document["severity"]),
            risk=document.get("risk"),
            when=when,
            grades=tuple(map(self._grade, grades.items)) if isinstance(grades, Sequence) else (),
            message=document["message"],
            why=document["why"],
            likelihood=document.get("likelihood"),
            mitigation=document.get("mitigation"),
            notes=document.get("notes", {}),
            fix=document["fix"],
            trade_off=document.get("trade_off"),
            alternative=document.get("alternative"),
            unsafe=self._conditions(root.entries["unsafe"][1]) if "unsafe" in root.entries else {},
            advice=document.get("advice"),
            assumes=document.get("assumes"),
            sources=tuple(document["sources"]),
            supersedes=frozenset(document.get("supersedes", ())),
            voids=frozenset(document.get("voids", ())),
            path=self._path,
            load_details=partial(_details_in, self._path) if is_head else self._details(root, document),
        )

    def _details(self, root: Mapping, document: dict[str, Any]) -> Callable[[], RuleDetails]:
        details = RuleDetails(document["examples"], tuple(map(to_value, self._proofs(root))), dict(_lines(root)))
        return lambda: details

    @staticmethod
    def _proofs(root: Mapping) -> list[Node]:
        node = root.get("proof")
        return [] if node is None else node.items if isinstance(node, Sequence) else [node]

    def _check_proof(self, node: Node, proof: dict[str, Any], document: dict[str, Any]) -> None:
        """Report examples that do not exist, and a proof of several kinds.

        The kinds are an update on an engine, output of `docker stack config`, an error of `docker stack deploy`, and
        the result of a second deploy.
        """
        for key, kind in (("bad_example", "bad"), ("fixed_example", "good")):
            examples = document["examples"][kind]
            if proof.get(key, 0) >= len(examples):
                self._report(
                    node, f"invalid proof.{key} {proof[key]}: examples.{kind} has {len(examples)} (the first is 0)"
                )
        if document["fix"] is None and "fixed_example" not in proof:
            self._report(node, "proof needs fixed_example because the rule has no fix")
        kinds = [key for key in ("config", "deploy", "redeploy") if key in proof]
        if not kinds:
            for key in _ENGINE_PROOF:
                if key not in proof:
                    self._report(node, f"proof needs {key}")
            return
        for key in (*kinds[1:], *sorted(proof.keys() & _ENGINE_KEYS)):
            self._report(node, f"proof has {key} beside {kinds[0]}: write one proof for each")
        config = proof.get("config")
        if config and any(("prints" in config[side]) == ("refused" in config[side]) for side in _SIDES):
            self._report(node, "each side of proof.config needs either prints or refused")

    def _grade(self, node: Node) -> Grade:
        assert isinstance(node, Mapping)
        document = to_value(node)
        self._check_placeholders(node)
        return Grade(
            Severity(document["severity"]),
            self._conditions(node.entries["when"][1]),
            document.get("risk"),
            document.get("assumes"),
            document.get("message"),
        )

    def _conditions(self, node: Node) -> Conditions:
        assert isinstance(node, Mapping)
        conditions: Conditions = {}
        for path, (key, schema) in node.entries.items():
            if not self._check_fact(key):
                continue
            try:
                conditions[path] = compile_condition(to_value(schema), kind_of(path))
            except (ValueError, re.error) as error:
                self._report(schema, f"{path}: {error}")
        return conditions

    def _check_fact(self, key: Scalar) -> bool:
        if is_fact(key.text):
            return True
        self._report(key, f"unknown fact {key.text}")
        return False

    def _check_placeholders(self, node: Mapping) -> None:
        for key in ("message", "assumes"):
            text = node.get(key)
            if text is not None:
                unknown = (name for name in placeholders(to_value(text)) if name != "service" and not is_fact(name))
                for name in unknown:
                    self._report(text, f"{{{name}}} is neither {{service}} nor a fact")


def _lines(root: Mapping) -> Iterator[tuple[str, int]]:
    for name, (key, value) in root.entries.items():
        yield name, key.line
        if name == "when" and isinstance(value, Mapping):
            yield from ((f"when.{path}", fact.line) for path, (fact, _) in value.entries.items())
        if name == "examples" and isinstance(value, Mapping):
            for kind, (_, examples) in value.entries.items():
                items = examples.items if isinstance(examples, Sequence) else []
                yield from ((f"examples.{kind}[{number}]", item.line) for number, item in enumerate(items))
