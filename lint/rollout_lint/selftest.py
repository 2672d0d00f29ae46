"""A rule tried on its own examples: what must hold for every rule, whoever wrote it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rollout_lint.discovery.recipes import recipe_from_layers
from rollout_lint.facts.cluster import Cluster
from rollout_lint.facts.images import Images
from rollout_lint.fix.model import Wanted
from rollout_lint.fix.planner import Session
from rollout_lint.fix.target import Desk
from rollout_lint.linter.context import LintContext
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.location import Location, Problem
from rollout_lint.rules.checker import check_rules
from rollout_lint.stack.units import parse_size
from rollout_lint.syntax.node import to_value
from rollout_lint.syntax.parser import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.fix.model import Fixed
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.model import Rule

_EVERYTHING = Wanted(unsafe=True)

Example = dict[str, Any]
Complaint = tuple[str, str]
"""The key of the rule file that it is about, such as `examples.bad[0]`, and what is wrong there."""


def try_rules(tried: tuple[Rule, ...], rules: tuple[Rule, ...]) -> Iterator[Problem]:
    """What does not hold for the tried rules, which are among `rules`, each with its file and line."""
    for rule in tried:
        for trial in TRIALS.values():
            for key, message in trial(rule, rules):
                line = rule.lines.get(key, 1)
                yield Problem(str(rule.path), line, 1, f"{rule.id} {key}: {message}")


def repaired(files: dict[str, str], rule: Rule) -> dict[str, str]:
    """The files, and the rule's fix as one more overlay for each of their services."""
    root = parse(next(iter(files.values())).encode(), "base").root
    base = to_value(root) if root is not None else {}
    overlay: dict[str, Any] = {"services": dict.fromkeys(base.get("services", ()), rule.fix)}
    if "version" in base:
        overlay["version"] = base["version"]
    return files | {"fix.yml": json.dumps(overlay)}


def written_into(example: Example, rule: str, rules: tuple[Rule, ...]) -> dict[str, str]:
    """The files of an example as `fix --unsafe --write --only` this rule leaves them."""
    with _written(example) as paths:
        for change in _fixed(paths, example, rules, Wanted(frozenset((rule,)), unsafe=True)).changes:
            change.path.write_bytes(change.after)
        return {name: path.read_text("utf-8") for name, path in zip(example["files"], paths, strict=True)}


def bad_examples_are_found(rule: Rule, rules: tuple[Rule, ...]) -> Iterator[Complaint]:
    """Each gives the finding at its place, with its severity, and no other finding of the rule."""
    for key, example in _each(rule, "bad"):
        wanted = [(example["at"], example.get("severity", rule.severity))]
        found = _found_at(example, rule, rules)
        if found != wanted:
            yield key, f"the finding must be {_told(wanted)}, and it is {_told(found)}"


def good_examples_are_not_found(rule: Rule, rules: tuple[Rule, ...]) -> Iterator[Complaint]:
    """None gives a finding of the rule."""
    for key, example in _each(rule, "good"):
        if found := _found_at(example, rule, rules):
            yield key, f"there must be no finding, and it is {_told(found)}"


def docker_takes_the_examples(rule: Rule, rules: tuple[Rule, ...]) -> Iterator[Complaint]:
    """Every example is a stack that Docker takes, unless the rule is about one that it refuses."""
    del rules
    for kind in ("bad", "good"):
        for key, example in _each(rule, kind):
            problems = _evaluation(example, (rule,)).problems
            if problems and not (kind == "bad" and _is_refused(rule)):
                first = problems[0]
                yield key, f"Docker refuses it: {Path(first.file).name}:{first.line}:{first.column}: {first.message}"


def no_condition_is_idle(rule: Rule, rules: tuple[Rule, ...]) -> Iterator[Complaint]:
    """Without any one of its conditions, the rule says something else of some example."""
    examples = [example for kind in ("bad", "good") for _, example in _each(rule, kind)]
    answers = [bool(_found_at(example, rule, rules)) for example in examples]
    for path in rule.when:
        looser = replace(rule, when={other: test for other, test in rule.when.items() if other != path})
        if answers == [not looser.when or bool(_found_at(example, looser, rules)) for example in examples]:
            yield f"when.{path}", "no example needs this condition: without it each has the same answer"


def something_must_be_there(rule: Rule, rules: tuple[Rule, ...]) -> Iterator[Complaint]:
    """Of a service of which nothing is known, the rule says nothing."""
    del rules
    if list(check_rules((rule,), "default", "any", Location("nowhere", 1, 1, 1, 1), {})):
        yield "when", "the rule holds where no fact is there at all; one condition must ask for one"


def each_severity_has_an_example(rule: Rule, rules: tuple[Rule, ...]) -> Iterator[Complaint]:
    """The rule's own and that of each grade."""
    del rules
    shown = {example.get("severity", rule.severity) for _, example in _each(rule, "bad")}
    for severity in dict.fromkeys((rule.severity, *(grade.severity for grade in rule.grades))):
        if severity not in shown:
            yield "examples", f"no bad example is {severity}"


def the_fix_repairs(rule: Rule, rules: tuple[Rule, ...]) -> Iterator[Complaint]:
    """As an overlay, it ends the finding of each bad example, and brings no finding or problem that was not there."""
    for key, example in _each(rule, "bad") if rule.fix is not None else ():
        before = _evaluation(example, rules)
        after = _evaluation(example | {"files": repaired(example["files"], rule)}, rules)
        told_before, told_after = ({finding.rule.id for finding in each.findings} for each in (before, after))
        if rule.id in told_after:
            yield key, "the fix does not end the finding"
        if told_after - told_before:
            yield key, f"the fix brings {', '.join(sorted(told_after - told_before))}"
        if new := {problem.message for problem in after.problems} - {problem.message for problem in before.problems}:
            yield key, f"Docker refuses the fix: {new.pop()}"


def the_fix_can_be_written(rule: Rule, rules: tuple[Rule, ...]) -> Iterator[Complaint]:
    """Into the files of each bad example, and when it was, there is nothing left to write."""
    for key, example in _each(rule, "bad") if rule.fix is not None else ():
        with _written(example) as paths:
            written = _fixed(paths, example, rules, _EVERYTHING)
            left = [each.reason for each in written.left if each.finding.rule.id == rule.id]
            for change in written.changes:
                change.path.write_bytes(change.after)
            again = _fixed(paths, example, rules, _EVERYTHING).changes
        if left:
            yield key, f"the fix is not written: {left[0]}"
        if again:
            yield key, "after the fix there is something left to write"


def what_weighs_is_proved(rule: Rule, rules: tuple[Rule, ...]) -> Iterator[Complaint]:
    """Each severity of medium or more that a rule on Docker can have is that of a bad example with a proof."""
    del rules
    if rule.is_about_suppressions:
        return
    bad = rule.examples["bad"]
    proved = {bad[proof.get("bad_example", 0)].get("severity", rule.severity) for proof in rule.proofs}
    for severity in dict.fromkeys((rule.severity, *(grade.severity for grade in rule.grades))):
        if severity in ("high", "medium") and severity not in proved:
            yield "severity", f"a rule of {severity} severity needs a proof with a bad example that is {severity}"


def notes_are_of_conditions(rule: Rule, rules: tuple[Rule, ...]) -> Iterator[Complaint]:
    """A note stands under a value that a finding shows."""
    del rules
    for path in rule.notes.keys() - rule.when.keys():
        yield "notes", f"{path} is no condition of this rule, so its note is never seen"


def the_finding_stands_where_the_repair_goes(rule: Rule, rules: tuple[Rule, ...]) -> Iterator[Complaint]:
    """Where a bad example states what the fix changes, the finding is at one such place."""
    del rules
    for key, example in _each(rule, "bad") if rule.fix is not None else ():
        evaluation = _evaluation(example, (rule,))
        for finding in evaluation.findings:
            facts = evaluation.variants[0].facts(finding.service) or {}
            stated = {facts[path].location for path in rule.fix_settings if path in facts} - {None}
            if stated and finding.location not in stated:
                yield key, f"the finding is on line {finding.location.line}, where the fix changes nothing"


def what_is_superseded_exists(rule: Rule, rules: tuple[Rule, ...]) -> Iterator[Complaint]:
    """A rule supersedes and voids others, never one that does so to it."""
    by_id = {each.id: each for each in rules}
    for key, named in (("supersedes", rule.supersedes), ("voids", rule.voids)):
        for each in sorted(named):
            other = by_id.get(each)
            if other is None:
                yield key, f"there is no rule {each}"
            elif other is rule or rule.id in other.supersedes | other.voids:
                yield key, f"{each} {key} {rule.id}"


def no_other_rule_says_the_same(rule: Rule, rules: tuple[Rule, ...]) -> Iterator[Complaint]:
    """On the examples of both, it and any other rule differ; two that always hold together are one."""
    others = {each.id: each for each in rules if each is not rule}
    for twin in sorted(_holding_alike(rule, rule, others)):
        if _holding_alike(others[twin], rule, {twin: others[twin]}):
            yield "when", f"{twin} holds on the same examples of both; one rule is enough"


def _holding_alike(whose: Rule, rule: Rule, others: dict[str, Rule]) -> set[str]:
    """The ids of the other rules that hold on just those examples on which this one does."""
    alike = set(others)
    for kind in ("bad", "good"):
        for _, example in _each(whose, kind):
            found = {each.rule.id for each in _evaluation(example, (rule, *others.values())).findings}
            alike = {other for other in alike if (other in found) == (rule.id in found)}
    return alike


TRIALS: dict[str, Callable[[Rule, tuple[Rule, ...]], Iterator[Complaint]]] = {
    trial.__name__: trial
    for trial in (
        bad_examples_are_found,
        good_examples_are_not_found,
        docker_takes_the_examples,
        no_condition_is_idle,
        something_must_be_there,
        each_severity_has_an_example,
        the_fix_repairs,
        the_fix_can_be_written,
        what_weighs_is_proved,
        notes_are_of_conditions,
        the_finding_stands_where_the_repair_goes,
        what_is_superseded_exists,
        no_other_rule_says_the_same,
    )
}


def _each(rule: Rule, kind: str) -> Iterator[tuple[str, Example]]:
    for number, example in enumerate(rule.examples[kind]):
        yield f"examples.{kind}[{number}]", example


def _found_at(example: Example, rule: Rule, rules: tuple[Rule, ...]) -> list[tuple[str, str]]:
    """Where the rule is found; one that is about ignores, beside the others, since it is about what they find."""
    others = [each for each in rules if each.id != rule.id] if rule.is_about_suppressions else []
    findings = [each for each in _evaluation(example, (rule, *others)).findings if each.rule.id == rule.id]
    return [(f"{Path(each.location.file).name}:{each.location.line}", each.severity) for each in findings]


def _told(found: list[tuple[str, str]]) -> str:
    return " and ".join(f"{location} ({severity})" for location, severity in found) or "none"


def _evaluation(example: Example, rules: tuple[Rule, ...]) -> Evaluation:
    """The files, merged in their order, under the names that they have, on hosts of which so much is known."""
    with _written(example) as paths:
        return evaluate(_recipe(paths), _known(example, rules))


def _fixed(paths: list[Path], example: Example, rules: tuple[Rule, ...], wanted: Wanted) -> Fixed:
    return Session(Desk(_recipe(paths), _known(example, rules)), wanted).run()


def _recipe(paths: list[Path]) -> Recipe:
    return recipe_from_layers([str(path) for path in paths], {})


def _known(example: Example, rules: tuple[Rule, ...]) -> LintContext:
    hosts = example.get("hosts", {})
    cluster = Cluster(hosts.get("nodes"), parse_size(hosts["memory"]) if "memory" in hosts else None)
    return LintContext(rules, cluster, Images().with_claims(example.get("images", {})))


@contextmanager
def _written(example: Example) -> Iterator[list[Path]]:
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in example["files"]]
        for path, text in zip(paths, example["files"].values(), strict=True):
            path.write_text(text, encoding="utf-8")
        yield paths


def _is_refused(rule: Rule) -> bool:
    """Whether the rule's proof is that Docker refuses the bad example."""
    return any("refused" in proof.get("config", {}).get("bad", {}) for proof in rule.proofs)
