"""Loading and validation of rule files (`rules/*.yaml`)."""

from __future__ import annotations

import re
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from rollout_lint.errors import RuleError
from rollout_lint.facts.images import rules_directory
from rollout_lint.location import Problem
from rollout_lint.rules.condition import compile_condition, kind_of
from rollout_lint.rules.model import OWN_PREFIX, Grade, Rule, RuleDetails, Severity, placeholders
from rollout_lint.syntax.node import Mapping, Sequence, plain
from rollout_lint.syntax.parser import parse
from rollout_lint.syntax.plain_schema import PlainSchema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rollout_lint.rules.model import Conditions
    from rollout_lint.syntax.node import Node, Scalar
    from rollout_lint.syntax.parser import Source

_SIDES = ("bad", "repaired")
_ENGINE_PROOF = ("service", "old", "new", "bad", "repaired")
_OTHER_KEY = re.compile(rb"^(?!proof:)[^\s#]", re.MULTILINE)
_ENGINE_KEYS = frozenset((*_ENGINE_PROOF, "host_memory", "then"))


def load_rules(further: tuple[Path, ...] = (), whole: bool = True) -> tuple[Rule, ...]:
    """Load the packaged rules and those of `further` directories, in the order of their ids.

    Raises RuleError for unknown keys, facts, keywords or placeholders, for duplicate ids, and for a directory without
    rules. Unless `whole`, the examples and proofs of packaged rules, which are more than half of a file, are read only
    when they are used. Only further directories are validated with the schema: a test validates the packaged rules, and
    importing jsonschema takes as long as a whole check.
    """
    rules: list[Rule] = []
    problems: list[Problem] = []
    validated = {directory.resolve() for directory in further}
    whole = whole or rules_directory().resolve() in validated
    for directory in _each_once((rules_directory(), *further)):
        paths = [path for path in sorted(directory.glob("*.yaml")) if path.name != "images.yaml"]
        for path in paths:
            _load(path, rules, problems, whole or directory != rules_directory(), directory.resolve() in validated)
        if not paths:
            problems.append(Problem(str(directory), 0, 0, f"{directory} holds no rule: there is no .yaml file in it"))
    if problems:
        raise RuleError(problems)
    return tuple(sorted(rules, key=lambda rule: rule.id))


def _each_once(directories: tuple[Path, ...]) -> Iterator[Path]:
    seen: set[Path] = set()
    for directory in directories:
        if directory.resolve() not in seen:
            seen.add(directory.resolve())
            yield directory


def _load(path: Path, rules: list[Rule], problems: list[Problem], whole: bool, is_validated: bool) -> None:
    try:
        data = path.read_bytes()
    except OSError as error:
        problems.append(Problem(str(path), 0, 0, f"cannot be read: {error.strerror}"))
        return
    head = None if whole else _head(data)
    source, rule = _read(path, data if head is None else head, is_head=head is not None, is_validated=is_validated)
    if isinstance(source.root, Mapping) and rule is not None:
        twin = next((other for other in rules if other.id == rule.id), None)
        if rule.is_own and path.parent != rules_directory():
            message = f"ids that begin with {OWN_PREFIX} are rollout-lint's own; choose another prefix, such as MY001"
            source.report(source.root.entries["id"][1], message)
        if twin is not None:
            source.report(source.root.entries["id"][1], f"{rule.id} is the id of {twin.path.name} too")
        if not source.problems:
            rules.append(rule)
    problems += source.problems


def _head(data: bytes) -> bytes | None:
    """Return the part of a rule file before its examples, None if other keys than `proof` follow them."""
    head, found, rest = data.partition(b"\nexamples:\n")
    return head + b"\n" if found and not _OTHER_KEY.search(rest) else None


def _read(path: Path, data: bytes, is_head: bool, is_validated: bool = False) -> tuple[Source, Rule | None]:
    """Return the rule of a file, or of its head; None if the source has problems."""
    source = parse(data, str(path))
    if is_validated:
        _schema().check(source)
    if source.root is None and not source.problems:
        source.problems.append(Problem(source.name, 1, 1, "the file is empty"))
    if not isinstance(source.root, Mapping) or source.problems:
        return source, None
    return source, _RuleReader(path, source).rule(source.root, is_head)


@cache
def _details_in(path: Path) -> RuleDetails:
    """Read the details of a packaged rule. Raises RuleError if the rest of its file is invalid."""
    source, rule = _read(path, path.read_bytes(), is_head=False)
    if rule is None or source.problems:
        raise RuleError(source.problems)
    return rule.load_details()


@cache
def _schema() -> PlainSchema:
    return PlainSchema(rules_directory() / "rule.schema.json")


class _RuleReader:
    """Reader of a rule file that is valid by the schema. It reports other errors in it."""

    def __init__(self, path: Path, source: Source) -> None:
        self._path = path
        self._report = source.report

    def rule(self, root: Mapping, is_head: bool) -> Rule:
        document = plain(root)
        if self._path.stem != f"{document['id']}-{document['name']}":
            self._report(root.entries["id"][1], f"the file must be called {document['id']}-{document['name']}.yaml")
        if (document["fix"] is None) != ("advice" in document):
            self._report(root.entries["fix"][0], "a rule has either a fix, or `fix: null` and advice")
        if document["fix"] is None and "trade" in document:
            self._report(root.entries["trade"][0], "there is no fix that this could be the price of")
        for key in ("message", "assumes"):
            if key in root.entries:
                self._check_placeholders(root.entries[key][1], document[key])
        for proof in self._proofs(root):
            self._check_proof(proof, plain(proof), document)
        when = self._conditions(root.entries["when"][1])
        grades = tuple(self._grade(node) for node in self._items(root, "grades"))
        for fact_node, _ in self._entries(root, "notes"):
            self._check_fact(fact_node)
        return Rule(
            id=document["id"],
            name=document["name"],
            summary=document["summary"],
            severity=Severity(document["severity"]),
            risk=document.get("risk"),
            when=when,
            grades=grades,
            message=document["message"],
            why=document["why"],
            notes=document.get("notes", {}),
            fix=document["fix"],
            trade=document.get("trade"),
            advice=document.get("advice"),
            assumes=document.get("assumes"),
            sources=tuple(document["sources"]),
            supersedes=frozenset(document.get("supersedes", ())),
            voids=frozenset(document.get("voids", ())),
            path=self._path,
            load_details=partial(_details_in, self._path) if is_head else self._details(root, document),
        )

    def _details(self, root: Mapping, document: dict[str, Any]) -> Callable[[], RuleDetails]:
        details = RuleDetails(document["examples"], tuple(map(plain, self._proofs(root))), dict(_lines(root)))
        return lambda: details

    @staticmethod
    def _proofs(root: Mapping) -> list[Node]:
        node = root.get("proof")
        return [] if node is None else node.items if isinstance(node, Sequence) else [node]

    def _check_proof(self, node: Node, proof: dict[str, Any], document: dict[str, Any]) -> None:
        """Report examples that do not exist, and a proof of several kinds.

        The kinds are an update on an engine, output of `docker stack config`, and an error of `docker stack deploy`.
        """
        for key, kind in (("bad_example", "bad"), ("repaired_example", "good")):
            examples = document["examples"][kind]
            if proof.get(key, 0) >= len(examples):
                self._report(node, f"proof.{key} counts from 0, and examples.{kind} has {len(examples)}")
        if document["fix"] is None and "repaired_example" not in proof:
            self._report(node, "proof needs repaired_example, since there is no fix that could repair the bad example")
        kinds = [key for key in ("config", "deploy") if key in proof]
        if not kinds:
            for key in _ENGINE_PROOF:
                if key not in proof:
                    self._report(node, f"proof needs {key}")
            return
        for key in (*kinds[1:], *sorted(proof.keys() & _ENGINE_KEYS)):
            self._report(node, f"proof has {key} beside {kinds[0]}; it is of one kind")
        config = proof.get("config")
        if config and any(("prints" in config[side]) == ("refused" in config[side]) for side in _SIDES):
            self._report(node, "each side of proof.config needs either prints or refused")

    def _grade(self, node: Node) -> Grade:
        assert isinstance(node, Mapping)
        document = plain(node)
        for key in ("message", "assumes"):
            if key in node.entries:
                self._check_placeholders(node.entries[key][1], document[key])
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
                conditions[path] = compile_condition(plain(schema), kind_of(path))
            except (ValueError, re.error) as error:
                self._report(schema, f"{path}: {error}")
        return conditions

    def _check_fact(self, key: Scalar) -> bool:
        try:
            kind_of(key.text)
        except KeyError:
            self._report(key, f"there is no fact {key.text}")
            return False
        return True

    def _check_placeholders(self, node: Node, text: str) -> None:
        for name in placeholders(text):
            if name != "service":
                try:
                    kind_of(name)
                except KeyError:
                    self._report(node, f"{{{name}}} is neither {{service}} nor a fact")

    @staticmethod
    def _items(root: Mapping, key: str) -> list[Node]:
        node = root.get(key)
        return node.items if isinstance(node, Sequence) else []

    @staticmethod
    def _entries(root: Mapping, key: str) -> list[tuple[Scalar, Node]]:
        node = root.get(key)
        return list(node.entries.values()) if isinstance(node, Mapping) else []


def _lines(root: Mapping) -> Iterator[tuple[str, int]]:
    for name, (key, value) in root.entries.items():
        yield name, key.line
        if name == "when" and isinstance(value, Mapping):
            yield from ((f"when.{path}", fact.line) for path, (fact, _) in value.entries.items())
        if name == "examples" and isinstance(value, Mapping):
            for kind, (_, examples) in value.entries.items():
                items = examples.items if isinstance(examples, Sequence) else []
                yield from ((f"examples.{kind}[{number}]", item.line) for number, item in enumerate(items))
