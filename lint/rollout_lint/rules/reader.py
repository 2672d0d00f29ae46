"""Reading and validation of one rule file."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from rollout_lint.discovery.filesystem import read_bytes
from rollout_lint.errors import RuleError
from rollout_lint.facts.stated import FACTS
from rollout_lint.location import Problem
from rollout_lint.packaged import rules_directory
from rollout_lint.record import Record
from rollout_lint.rules.condition import compile_condition, is_fact, kind_of
from rollout_lint.rules.model import RuleDetails, placeholders
from rollout_lint.syntax.node import Mapping, Scalar, Sequence, to_value
from rollout_lint.syntax.parser import MAX_BYTES, parse
from rollout_lint.syntax.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rollout_lint.syntax.node import Node
    from rollout_lint.syntax.schema import JsonSchema

_SIDES = ("bad", "fixed")
_EXAMPLES = (("bad_example", "bad"), ("fixed_example", "good"))
_ENGINE_PROOF = ("service", "old", "new", *_SIDES)
_ENGINE_KEYS = frozenset((*_ENGINE_PROOF, "host_memory", "nodes", "repeat", "then"))
_KEY_AFTER_EXAMPLES = re.compile(rb"^(?!proof:)[^\s#]", re.MULTILINE)


class RuleFile(Record):
    """Parsed rule file with its problems.

    `document` is None if the file cannot be read or is invalid by the schema. `is_head` is True if only the keys before
    the examples were read.
    """

    path: Path
    source: Source
    document: dict[str, Any] | None = None
    is_head: bool = False

    def problem_of_id(self, message: str) -> Problem:
        """Return a problem at the id of the rule."""
        assert isinstance(self.source.root, Mapping)
        node = self.source.root.entries["id"][1]
        return Problem(self.source.name, node.line, node.column, message)

    def details(self) -> RuleDetails:
        """Return the details of the rule. Raises RuleError if the file was read as a head and its rest is invalid."""
        if self.is_head:
            return read_details(self.path)
        root, document = self.source.root, self.document
        assert isinstance(root, Mapping)
        assert document is not None
        return RuleDetails(document["examples"], tuple(map(to_value, _proofs(root))), dict(_lines(root)))


def rule_paths(directory: Path) -> list[Path]:
    """Return the rule files of a folder."""
    return [path for path in sorted(directory.glob("*.yaml")) if path.name != "images.yaml"]


def read_rule_file(path: Path, is_validated: bool = True, is_head: bool = False) -> RuleFile:
    """Read a rule file, or only its head: the keys before its examples, if nothing but the proof follows these."""
    source = Source(str(path), b"")
    try:
        data = read_bytes(path, MAX_BYTES + 1)
    except OSError as error:
        source.problems.append(Problem(source.name, 0, 0, f"cannot be read: {error.strerror}"))
        return RuleFile(path, source)
    head, examples, rest = data.partition(b"\nexamples:\n")
    is_head = is_head and bool(examples) and not _KEY_AFTER_EXAMPLES.search(rest)
    source = parse(head + b"\n" if is_head else data, source.name)
    if is_validated:
        _schema().check(source)
    if source.root is None and not source.problems:
        source.problems.append(Problem(source.name, 1, 1, "the file is empty"))
    if not isinstance(source.root, Mapping) or source.problems:
        return RuleFile(path, source)
    document = to_value(source.root)
    _RuleChecker(path, source).check(source.root, document)
    return RuleFile(path, source, document, is_head)


@cache
def read_details(path: Path) -> RuleDetails:
    """Read the details of a packaged rule. Raises RuleError if the rest of its file is invalid."""
    file = read_rule_file(path, is_validated=False)
    if file.source.problems:
        raise RuleError(file.source.problems)
    return file.details()


@cache
def _schema() -> JsonSchema:
    from rollout_lint.syntax.schema import JsonSchema

    return JsonSchema(rules_directory() / "rule.schema.json")


class _RuleChecker:
    """Check of a rule file that is valid by the schema, for errors that the schema does not cover."""

    def __init__(self, path: Path, source: Source) -> None:
        self._path = path
        self._report = source.report

    def check(self, root: Mapping, document: dict[str, Any]) -> None:
        """Report the errors."""
        if self._path.stem != f"{document['id']}-{document['name']}":
            self._report(root.entries["id"][1], f"the file must be called {document['id']}-{document['name']}.yaml")
        if (document["fix"] is None) != ("advice" in document):
            self._report(root.entries["fix"][0], "a rule needs either a fix, or `fix: null` and advice")
        if document["fix"] is None and "computed_fix" not in document and "trade_off" in document:
            self._report(root.entries["trade_off"][0], "a rule without a fix cannot have a trade-off")
        if "trade_off" not in document and "unsafe" in document:
            self._report(root.entries["unsafe"][0], "a rule without a trade-off cannot have an unsafe fix")
        self._check_placeholders(root)
        for proof in _proofs(root):
            self._check_proof(proof, to_value(proof), document)
        self._check_conditions(root.entries["when"][1])
        grades = root.get("grades")
        notes = root.get("notes")
        for key in [key for key, _ in notes.entries.values()] if isinstance(notes, Mapping) else []:
            self._check_fact(key)
        for grade in grades.items if isinstance(grades, Sequence) else []:
            assert isinstance(grade, Mapping)
            self._check_placeholders(grade)
            self._check_conditions(grade.entries["when"][1])
        if "unsafe" in root.entries:
            self._check_conditions(root.entries["unsafe"][1])
        self._check_computed_fix(root.get("computed_fix"))

    def _check_computed_fix(self, node: Node | None) -> None:
        for key, fact in node.entries.values() if isinstance(node, Mapping) else []:
            if key.text not in FACTS:
                self._report(key, f"{key.text} is not a key of a service that is a fact")
            assert isinstance(fact, Scalar)
            self._check_fact(fact)

    def _check_proof(self, node: Node, proof: dict[str, Any], document: dict[str, Any]) -> None:
        """Report examples that do not exist, and a proof of several kinds.

        The kinds are an update on an engine, output of `docker stack config`, an error of `docker stack deploy`, and
        the result of a second deploy.
        """
        for key, kind in _EXAMPLES:
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
            self._check_nodes(node, proof, document["examples"])
            return
        for key in (*kinds[1:], *sorted(proof.keys() & _ENGINE_KEYS)):
            self._report(node, f"proof has {key} beside {kinds[0]}: write one proof for each")
        config = proof.get("config")
        if config and any(("prints" in config[side]) == ("refused" in config[side]) for side in _SIDES):
            self._report(node, "each side of proof.config needs either prints or refused")

    def _check_nodes(self, node: Node, proof: dict[str, Any], examples: dict[str, Any]) -> None:
        """Report an example of the proof with another number of nodes, if the proof has a number."""
        if "nodes" not in proof:
            return
        for key, kind in _EXAMPLES:
            number = proof.get(key, 0 if kind == "bad" else None)
            if number is None or number >= len(examples[kind]):
                continue
            example = examples[kind][number]
            nodes = len(example.get("nodes", ())) or example.get("hosts", {}).get("nodes")
            if nodes != proof["nodes"]:
                known = f"{nodes or 'an unknown number of'} nodes"
                self._report(node, f"proof.nodes is {proof['nodes']}, but examples.{kind}[{number}] has {known}")

    def _check_conditions(self, node: Node) -> None:
        assert isinstance(node, Mapping)
        for path, (key, schema) in node.entries.items():
            if not self._check_fact(key):
                continue
            try:
                compile_condition(to_value(schema), kind_of(path))
            except (ValueError, re.error) as error:
                self._report(schema, f"{path}: {error}")

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


def _proofs(root: Mapping) -> list[Node]:
    node = root.get("proof")
    return [] if node is None else node.items if isinstance(node, Sequence) else [node]


def _lines(root: Mapping) -> Iterator[tuple[str, int]]:
    for name, (key, value) in root.entries.items():
        yield name, key.line
        if name == "when" and isinstance(value, Mapping):
            yield from ((f"when.{path}", fact.line) for path, (fact, _) in value.entries.items())
        if name == "examples" and isinstance(value, Mapping):
            for kind, (_, examples) in value.entries.items():
                items = examples.items if isinstance(examples, Sequence) else []
                yield from ((f"examples.{kind}[{number}]", item.line) for number, item in enumerate(items))
