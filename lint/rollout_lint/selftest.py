"""Tests of a rule on its own examples, for packaged rules and for those of users."""

from __future__ import annotations

import json
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rollout_lint.discovery.recipes import recipe_from_layers
from rollout_lint.facts.cluster import Cluster
from rollout_lint.facts.derived import DERIVED
from rollout_lint.facts.images import Images
from rollout_lint.facts.stated import FACTS
from rollout_lint.fix.model import FixOptions
from rollout_lint.fix.planner import FixPlanner
from rollout_lint.fix.target import FixTarget
from rollout_lint.linter.context import LintContext
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.location import Location, Problem
from rollout_lint.rules.checker import check_rules
from rollout_lint.stack.docker_version import parse_docker_version
from rollout_lint.stack.merge import load_stack
from rollout_lint.stack.model import EarlierStack
from rollout_lint.syntax.node import to_value
from rollout_lint.syntax.parser import parse
from rollout_lint.syntax.wording import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rollout_lint.discovery.recipe import Recipe
    from rollout_lint.fix.model import FixResult
    from rollout_lint.linter.evaluation import Evaluation
    from rollout_lint.rules.model import Rule

Example = dict[str, Any]
Rules = tuple["Rule", ...]
Violation = tuple[str, str]
"""A key of the rule file, such as `examples.bad[0]`, and the problem at that key."""


def run_selftest(tested: Rules, rules: Rules) -> Iterator[Problem]:
    """Run all checks on the tested rules, which are among `rules`, and yield a problem for each violation."""
    for rule in tested:
        for check in CHECKS.values():
            for key, message in check(rule, rules):
                yield Problem(str(rule.path), rule.lines.get(key, 1), 1, f"{rule.id} {key}: {message}")


def find_unproved_rules(tested: Rules) -> Iterator[Problem]:
    """Yield a warning for each high or medium severity that a rule of a user claims without a proof."""
    for rule in tested:
        for severity in () if rule.is_packaged else _unproved_severities(rule):
            message = f"warning: {rule.id} severity: no proof on Docker Engine that the {severity} severity is right"
            yield Problem(str(rule.path), rule.lines["severity"], 1, message)


def describe_location(rule: Rule) -> str:
    """Return which fact gives the findings of a rule their location."""
    return ", else ".join([*rule.location_facts, "the service"])


def add_fix_overlay(files: dict[str, str], rule: Rule) -> dict[str, str]:
    """Return the files with an overlay that has the rule's fix for each service."""
    root = parse(next(iter(files.values())).encode(), "base").root
    value = None if root is None else to_value(root)
    base = value if isinstance(value, dict) else {}
    services = base.get("services")
    overlay: dict[str, Any] = {"services": dict.fromkeys(services if isinstance(services, dict) else (), rule.fix)}
    if "version" in base:
        overlay["version"] = base["version"]
    return files | {"fix.yml": json.dumps(overlay)}


def write_fix(example: Example, rule: str, rules: Rules) -> dict[str, str]:
    """Return the files of an example after `fix --unsafe --write --only RULE`."""
    with _example_files(example) as paths:
        for change in _run_fix(paths, example, rules, only=frozenset((rule,))).changes:
            change.path.write_bytes(change.after)
        return {name: path.read_text("utf-8") for name, path in zip(example["files"], paths, strict=True)}


def check_bad_examples(rule: Rule, rules: Rules) -> Iterator[Violation]:
    """Check that each bad example has exactly the finding that it names."""
    for key, example in _examples(rule, "bad"):
        expected = [(example["at"], example.get("severity", rule.severity))]
        found = _find(example, rule, rules)
        if found != expected:
            is_elsewhere = bool(found) and found[0][0] != example["at"]
            decided = f"; the location of a finding is that of {describe_location(rule)}" if is_elsewhere else ""
            yield key, f"expected a finding at {_format(expected)}, but found {_format(found)}{decided}"


def check_good_examples(rule: Rule, rules: Rules) -> Iterator[Violation]:
    """Check that no good example has a finding of the rule."""
    for key, example in _examples(rule, "good"):
        if found := _find(example, rule, rules):
            yield key, f"expected no finding, found {_format(found)}"


def check_docker_accepts_examples(rule: Rule, _: Rules) -> Iterator[Violation]:
    """Check that Docker accepts each example, except bad examples of rules about files that Docker rejects."""
    is_about_rejected_files = any("refused" in proof.get("config", {}).get("bad", {}) for proof in rule.proofs)
    for key, example in _examples(rule, *(["good"] if is_about_rejected_files else ["bad", "good"])):
        for problem in _evaluate(example, (rule,)).problems[:1]:
            location = f"{Path(problem.file).name}:{problem.line}:{problem.column}"
            yield key, f"Docker rejects the example: {location}: {problem.message}"


def check_conditions_are_needed(rule: Rule, rules: Rules) -> Iterator[Violation]:
    """Check that each condition changes the result of an example."""
    examples = [example for _, example in _examples(rule, "bad", "good")]
    results = [bool(_find(example, rule, rules)) for example in examples]
    for path in rule.when:
        looser = rule._replace(when={other: condition for other, condition in rule.when.items() if other != path})
        if results == [not looser.when or bool(_find(example, looser, rules)) for example in examples]:
            yield (
                f"when.{path}",
                "no example needs this condition: add one that only it excludes, or delete it",
            )


def check_needs_a_fact(rule: Rule, _: Rules) -> Iterator[Violation]:
    """Check that the rule does not match a service without facts, unless a condition tests a fact of it for absence."""
    if any(condition.is_absence for path, condition in rule.when.items() if path in FACTS or path in DERIVED):
        return
    if list(check_rules((rule,), "default", "any", Location("nowhere", 1, 1, 1, 1), {})):
        yield "when", "the rule matches a service without facts: add a condition that needs one"


def check_severities_have_examples(rule: Rule, _: Rules) -> Iterator[Violation]:
    """Check that each severity of the rule has a bad example."""
    shown = {example.get("severity", rule.severity) for _, example in _examples(rule, "bad")}
    for severity in _severities(rule):
        if severity not in shown:
            yield "examples", f"no bad example has the severity {severity}: add one"


def check_fix_as_overlay(rule: Rule, rules: Rules) -> Iterator[Violation]:
    """Check that the fix, as an overlay, resolves each bad example without a new finding or error."""
    for key, example in _fixable_examples(rule):
        before = _evaluate(example, rules)
        after = _evaluate(example | {"files": add_fix_overlay(example["files"], rule)}, rules)
        ids_before, ids_after = ({finding.rule.id for finding in each.findings} for each in (before, after))
        if rule.id in ids_after:
            yield key, "the fix does not resolve the finding"
        if ids_after - ids_before:
            yield key, f"the fix causes new findings: {', '.join(sorted(ids_after - ids_before))}"
        if new := {problem.message for problem in after.problems} - {problem.message for problem in before.problems}:
            yield key, f"Docker rejects the fixed files: {new.pop()}"


def check_fix_in_place(rule: Rule, rules: Rules) -> Iterator[Violation]:
    """Check that `fix` writes the fix into each bad example, and changes nothing in a second run."""
    for key, example in _examples(rule, "bad") if rule.has_fix else ():
        with _example_files(example) as paths:
            result = _run_fix(paths, example, rules)
            reasons = [each.reason for each in result.unfixed if each.finding.rule.id == rule.id]
            for change in result.changes:
                change.path.write_bytes(change.after)
            changes_again = _run_fix(paths, example, rules).changes
        if reasons:
            yield key, f"`fix` does not write the fix: {reasons[0]}"
        if changes_again:
            yield key, "a second run of `fix` changes the files again"


def check_proofs(rule: Rule, _: Rules) -> Iterator[Violation]:
    """Check that the severities high and medium of a packaged rule have a bad example with a proof.

    Rules about suppressions make no claim about Docker, and rules of users get a warning instead.
    """
    for severity in _unproved_severities(rule) if rule.is_packaged and not rule.is_about_suppressions else ():
        yield "severity", f"severity {severity} needs a proof of a bad example with that severity"


def check_notes(rule: Rule, _: Rules) -> Iterator[Violation]:
    """Check that each note belongs to a condition, because findings show notes below the values of conditions."""
    for path in rule.notes.keys() - rule.when.keys():
        yield "notes", f"{path} is not a condition of this rule, so its note is never printed"


def check_finding_location(rule: Rule, _: Rules) -> Iterator[Violation]:
    """Check that the finding is at a value that the fix changes, if a bad example sets such a value."""
    for key, example in _fixable_examples(rule):
        evaluation = _evaluate(example, (rule,))
        for finding in evaluation.findings:
            facts = evaluation.variants[0].facts(finding) or {}
            locations = {facts[path].location for path in rule.fix_settings if path in facts} - {None}
            if locations and finding.location not in locations:
                yield key, f"the finding is on line {finding.location.line}, but the fix does not change that line"


def check_superseded_rules(rule: Rule, rules: Rules) -> Iterator[Violation]:
    """Check that superseded and voided rules exist, and do not supersede or void this rule."""
    by_id = {each.id: each for each in rules}
    for key, ids in (("supersedes", rule.supersedes), ("voids", rule.voids)):
        for id_ in sorted(ids):
            other = by_id.get(id_)
            if other is None:
                yield key, f"unknown rule {quote(id_)}"
            elif other is rule or rule.id in other.supersedes | other.voids:
                yield key, f"{id_} {key} {rule.id}"


def check_no_duplicate_rule(rule: Rule, rules: Rules) -> Iterator[Violation]:
    """Check that no other rule matches the same examples of both rules."""
    others = {each.id: each for each in rules if each is not rule}
    for id_ in sorted(_find_equal_rules(rule, rule, others)):
        if _find_equal_rules(others[id_], rule, {id_: others[id_]}):
            yield "when", f"{id_} matches the same examples: merge the two rules"


def _find_equal_rules(owner: Rule, rule: Rule, others: dict[str, Rule]) -> set[str]:
    """Return the ids of the other rules that match the same examples of `owner` as the rule."""
    equal = set(others)
    for _, example in _examples(owner, "bad", "good"):
        found = {each.rule.id for each in _evaluate(example, (rule, *others.values())).findings}
        equal = {other for other in equal if (other in found) == (rule.id in found)}
    return equal


CHECKS: dict[str, Callable[[Rule, Rules], Iterator[Violation]]] = {
    check.__name__: check
    for check in (
        check_bad_examples,
        check_good_examples,
        check_docker_accepts_examples,
        check_conditions_are_needed,
        check_needs_a_fact,
        check_severities_have_examples,
        check_fix_as_overlay,
        check_fix_in_place,
        check_proofs,
        check_notes,
        check_finding_location,
        check_superseded_rules,
        check_no_duplicate_rule,
    )
}


def _unproved_severities(rule: Rule) -> Iterator[str]:
    bad = rule.examples["bad"]
    proved = {bad[proof.get("bad_example", 0)].get("severity", rule.severity) for proof in rule.proofs}
    yield from (each for each in _severities(rule) if each in ("high", "medium") and each not in proved)


def _severities(rule: Rule) -> dict[str, None]:
    return dict.fromkeys((rule.severity, *(grade.severity for grade in rule.grades)))


def _examples(rule: Rule, *kinds: str) -> Iterator[tuple[str, Example]]:
    for kind in kinds:
        for number, example in enumerate(rule.examples[kind]):
            yield f"examples.{kind}[{number}]", example


def _fixable_examples(rule: Rule) -> Iterator[tuple[str, Example]]:
    if rule.fix is not None:
        yield from _examples(rule, "bad")


def _find(example: Example, rule: Rule, rules: Rules) -> list[tuple[str, str]]:
    """Return location and severity of the rule's findings.

    A rule about suppressions runs together with all other rules because it depends on their findings.
    """
    others = [each for each in rules if each.id != rule.id] if rule.is_about_suppressions else []
    findings = [each for each in _evaluate(example, (rule, *others)).findings if each.rule.id == rule.id]
    return [(f"{Path(each.location.file).name}:{each.location.line}", each.severity) for each in findings]


def _format(found: list[tuple[str, str]]) -> str:
    return " and ".join(f"{location} ({severity})" for location, severity in found) or "no finding"


def _evaluate(example: Example, rules: Rules) -> Evaluation:
    with _example_files(example) as paths:
        return evaluate(_recipe(paths), _context(example, rules), earlier=partial(_find_earlier, example))


def _find_earlier(example: Example, *_: object) -> EarlierStack | None:
    """Return the stack of the earlier revision, or of the first variant, with which an example is compared."""
    earlier = example.get("earlier", {})
    files = earlier.get("files") or example.get("first_variant")
    if files is None:
        return None
    stack, _problems = load_stack([parse(text.encode(), name) for name, text in files.items()], {}, is_exact=True)
    is_revision = "earlier" in example
    changed = {
        (section, key)
        for section, entries in stack.resources.items()
        for key, entry in entries.items()
        if entry.file is not None and entry.file.value in earlier.get("changed", ())
    }
    return EarlierStack(stack, "at main" if is_revision else 'in variant "default"', is_revision, frozenset(changed))


def _run_fix(paths: list[Path], example: Example, rules: Rules, only: frozenset[str] = frozenset()) -> FixResult:
    return FixPlanner(FixTarget(_recipe(paths), _context(example, rules)), FixOptions(only, unsafe=True)).run()


def _recipe(paths: list[Path]) -> Recipe:
    return recipe_from_layers([str(path) for path in paths], {})


def _context(example: Example, rules: Rules) -> LintContext:
    cluster = Cluster.from_values(example.get("hosts", {}), example.get("nodes", ()))
    is_verified = example.get("deploys", {}).get("verified", False)
    images = Images().with_claims(example.get("images", {}))
    engine, client = (parse_docker_version(example.get(key, "")) for key in ("engine", "client"))
    cluster = cluster._replace(deploys_verified=is_verified, engine=engine, client=client or engine)
    return LintContext(rules, cluster, images)


@contextmanager
def _example_files(example: Example) -> Iterator[list[Path]]:
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in example["files"]]
        for path, text in zip(paths, example["files"].values(), strict=True):
            path.write_text(text, encoding="utf-8")
        yield paths
