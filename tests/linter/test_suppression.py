"""Suppression of findings by comments, and findings about comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rollout_lint.linter.suppression.directives import ignore_comments
from rollout_lint.syntax.node import iter_scalars
from rollout_lint.syntax.parser import parse

from tests.linter.suppression_runs import (
    COMMENT,
    HEALTHY,
    POLICY,
    TWO,
    WHY,
    check_json,
    comment_findings,
    findings,
    suppressed_services,
    with_comment,
    with_line,
)

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import CommandResult, Run, Write

HEALTHY_URL = "healthcheck: {test: curl -f http://localhost}"
"""Healthcheck that needs the slower parser, written in Python."""

LOCATIONS: dict[str, tuple[str, set[str | None]]] = {
    "service": (with_comment(TWO, "  app:"), {"app"}),
    "above-service": (with_line(TWO, "  web:", f"  {COMMENT}"), {"web"}),
    "above-service-less-indented": (with_line(TWO, "  web:", COMMENT), {"web"}),
    "above-service-and-comment": (with_line(TWO, "  web:", f"  {COMMENT}\n  # by hand"), {"web"}),
    "above-service-more-indented": (with_line(TWO, "  web:", f"    {COMMENT}"), set()),
    "above-empty-line": (with_line(TWO, "  web:", f"  {COMMENT}\n"), set()),
    "key-of-rule": (with_comment(TWO, "        order: start-first"), {"app"}),
    "second-key-of-rule": (with_comment(TWO, "        failure_action: rollback"), {"app"}),
    "above-key-of-rule": (with_line(TWO, "        order: start-first", f"        {COMMENT}"), {"app"}),
    "block": (with_comment(TWO, "    deploy:"), {"app"}),
    "block-in-braces": (with_comment(TWO, f"    deploy: {{{POLICY}}}"), {"web"}),
    "other-key": (with_comment(TWO, "    image: example/web"), set()),
    "above-other-key": (
        with_line(TWO, "    image: example/web", f"    {COMMENT}"),
        set(),
    ),
    "services": (with_comment(TWO, "services:"), {"app", "web"}),
    "services-and-other-key": (
        with_comment(with_comment(TWO, "services:"), "    image: example/web"),
        {"app", "web"},
    ),
    "file": (f"{COMMENT}\n{TWO}", {"app", "web"}),
    "above-document-start": (f"{COMMENT}\n\n---\n# by hand\n\n{TWO}", {"app", "web"}),
    "end-of-file": (f"{TWO}{COMMENT}", set()),
    "not-at-start-of-comment": (with_comment(TWO, "  app:", f"# by hand {COMMENT}"), set()),
    "no-space-before-comment": (TWO.replace("example/app", f"example/app{COMMENT}"), set()),
    "spaces-and-capitals": (with_comment(TWO, "  app:", f" #\t Rollout-Lint :ignore [ rl001 , ] - {WHY} "), {"app"}),
}


@pytest.mark.parametrize("location", LOCATIONS)
@pytest.mark.parametrize(
    ("end", "encoding", "healthy"),
    [
        ("\n", "utf-8", HEALTHY),
        ("\r\n", "utf-8-sig", HEALTHY),
        ("\r", "utf-16", HEALTHY),
        ("\r\n", "utf-8", HEALTHY_URL),
        ("\n", "utf-16", HEALTHY_URL),
    ],
    ids=["lf", "crlf-bom", "cr-utf16", "crlf-slow-parser", "utf16-slow-parser"],
)
def test_comment_covers_its_location(
    run: Run, write: Write, location: str, end: str, encoding: str, healthy: str
) -> None:
    text, services = LOCATIONS[location]
    text = text.replace(HEALTHY, healthy)
    ran = check_json(run, write({"compose.yml": text.replace("\n", end).encode(encoding)}))
    assert suppressed_services(ran) == services
    reasons = {each["suppressed"]["reason"] for each in findings(ran) if each["suppressed"]}
    assert reasons == ({WHY} if services else set())
    is_comment = location not in ("not-at-start-of-comment", "no-space-before-comment")
    assert bool(comment_findings(ran)) == (is_comment and (not services or location == "services-and-other-key"))
    assert ran.json["summary"]["suppressed"] == len(services)


def test_comment_on_a_list_item_covers_that_item(run: Run, write: Write) -> None:
    text = f"""services:
  app:
    image: example/app
    {HEALTHY}
    ports:
      - "9000:90"
      - {{target: 80, published: 80, mode: host}}
    deploy: {{update_config: {{order: start-first}}}}
"""
    comment = f"# rollout-lint: ignore[RL003] {WHY}"
    assert suppressed_services(check_json(run, write({"compose.yml": text})), "RL003") == set()
    on_item = with_comment(text, "      - {target: 80, published: 80, mode: host}", comment)
    assert suppressed_services(check_json(run, write({"compose.yml": on_item})), "RL003") == {"app"}
    on_other_item = with_comment(text, '      - "9000:90"', comment)
    assert suppressed_services(check_json(run, write({"compose.yml": on_other_item})), "RL003") == set()


ANCHORED = f"""x-policy: &policy
  {POLICY}
services:
  app:
    image: example/app
    {HEALTHY}
    deploy: *policy
  web:
    image: example/web
    {HEALTHY}
    deploy:
      <<: *policy
"""


@pytest.mark.parametrize(
    ("line", "services"),
    [
        ("x-policy: &policy", {"app", "web"}),
        (f"  {POLICY}", {"app", "web"}),
        ("  app:", {"app"}),
        ("    deploy: *policy", {"app"}),
        ("    deploy:", {"web"}),
        ("      <<: *policy", {"web"}),
    ],
)
def test_comment_covers_an_anchor_and_its_aliases(run: Run, write: Write, line: str, services: set[str | None]) -> None:
    assert suppressed_services(check_json(run, write({"compose.yml": with_comment(ANCHORED, line)}))) == services


def test_comment_on_a_merge_key_covers_merged_services(run: Run, write: Write) -> None:
    text = f"x-both: &both\n  app: {{image: a, {HEALTHY}, deploy: {{{POLICY}}}}}\nservices:\n  <<: *both\n"
    assert suppressed_services(check_json(run, write({"compose.yml": with_comment(text, "  <<: *both")}))) == {"app"}


def test_comment_on_a_service_covers_its_stack_finding(run: Run, write: Write) -> None:
    text = "services:\n  a: {image: a, ports: ['80:80']}\n  b: {image: b, ports: ['80:80']}\n"
    comment = "# rollout-lint: ignore[RL061] only one of them is deployed"
    found = "  b: {image: b, ports: ['80:80']}"
    ran = check_json(run, write({"compose.yml": with_comment(text, found, comment)}))
    assert suppressed_services(ran, "RL061") == {None}
    second = "services:\n  a: {image: a}\n---\nservices:\n  b: # rollout-lint: ignore[RL057] not yet\n    image: b\n"
    assert suppressed_services(check_json(run, write({"compose.yml": second})), "RL057") == {None}


def test_comment_in_a_later_document_with_an_error_applies(run: Run, write: Write) -> None:
    comment = "# rollout-lint: ignore[RL057] not yet"
    text = f"services:\n  a: {{image: a}}\n---\nservices:\n  b: {comment}\n    image: [\n{comment}\n"
    ran = check_json(run, write({"compose.yml": text}))
    assert suppressed_services(ran, "RL057") == {None}
    assert comment_findings(ran) == []


OVERLAY = "services:\n  app:\n    deploy:\n      update_config: {order: start-first, monitor: 9s}\n"


def test_comment_in_an_overlay_covers_only_its_variant(run: Run, write: Write) -> None:
    folder = write({"compose.yml": TWO, "compose.ccci.yml": with_comment(OVERLAY, "  app:")})
    found = [each for each in findings(check_json(run, folder)) if each["service"] == "app"]
    assert {(each["variant"], each["suppressed"] is None) for each in found} == {("default", True), ("ccci", False)}


def test_comment_on_a_file_covers_findings_in_that_file(run: Run, write: Write) -> None:
    folder = write({"compose.yml": TWO, "compose.ccci.yml": f"{COMMENT}\n{OVERLAY}"})
    found = findings(check_json(run, folder))
    assert {(each["file"], each["suppressed"] is None) for each in found} == {
        ("compose.yml", True),
        ("compose.ccci.yml", False),
    }


PORT = "      - {target: 80, published: 80, mode: host}"
SUPERSEDING = f"""services:
  app:
    image: example/app
    {HEALTHY}
    ports:
{PORT}
    deploy:
      {POLICY}
"""
"""Stack with RL003, which supersedes RL001."""


def states(ran: CommandResult) -> dict[str, str | None]:
    """Return the superseder of each finding by rule, or `suppressed` if it is suppressed."""
    return {each["rule"]: "suppressed" if each["suppressed"] else each["superseded_by"] for each in findings(ran)}


@pytest.mark.parametrize(
    ("rules", "superseded", "exit_code"), [("RL003", None, 1), ("RL003, RL001", "suppressed", 0)], ids=["one", "both"]
)
@pytest.mark.parametrize("line", ["  app:", PORT, None], ids=["service", "port", "config"])
def test_suppressed_finding_supersedes_none_that_is_not_named(
    run: Run, write: Write, rules: str, superseded: str | None, exit_code: int, line: str | None
) -> None:
    text = SUPERSEDING if line is None else with_comment(SUPERSEDING, line, COMMENT.replace("RL001", rules))
    folder = write({"compose.yml": text})
    if line is None:
        ids = ", ".join(f'"{each.strip()}"' for each in rules.split(","))
        write({"rollout-lint.toml": f'[[ignore]]\nrule = [{ids}]\nreason = "{WHY}"\n'})
    ran = check_json(run, folder)
    assert states(ran) == {"RL001": superseded, "RL003": "suppressed"}
    assert comment_findings(ran) == []
    assert ran.json["summary"]["suppressed"] == 1
    assert ran.exit_code == exit_code
    assert states(check_json(run, folder, "--no-ignores")) == {"RL001": "RL003", "RL003": None}
    assert {each["reason"] for found in findings(ran) if (each := found["suppressed"])} == {WHY}


def test_superseded_finding_can_be_suppressed_alone(run: Run, write: Write) -> None:
    ran = check_json(run, write({"compose.yml": with_comment(SUPERSEDING, "  app:")}))
    assert states(ran) == {"RL001": "suppressed", "RL003": None}
    assert (comment_findings(ran), ran.json["summary"]["suppressed"], ran.exit_code) == ([], 0, 1)


def test_suppressed_superseder_is_replaced_by_the_next_one(run: Run, write: Write) -> None:
    text = SUPERSEDING.replace("deploy:\n", "deploy:\n      resources: {limits: {memory: 200M}}\n")
    write({"rollout-lint.toml": '[hosts]\nmemory = "256M"\n'})
    folder = write({"compose.yml": with_comment(text, "  app:", COMMENT.replace("RL001", "RL003"))})
    assert states(check_json(run, folder)) == {"RL001": "RL002", "RL002": None, "RL003": "suppressed"}


def test_comment_does_not_suppress_a_finding_of_another_service(run: Run, write: Write) -> None:
    other = SUPERSEDING.replace("services:\n", "").replace("  app:", "  web:")
    text = with_comment(SUPERSEDING, PORT, COMMENT.replace("RL001", "RL003,RL001")) + other
    ran = check_json(run, write({"compose.yml": text}))
    assert suppressed_services(ran, "RL001") == suppressed_services(ran, "RL003") == {"app"}


def test_suppressed_finding_still_voids_others(run: Run, write: Write) -> None:
    text = TWO.replace("    deploy:\n", "    deploy:\n      replicas: 0\n", 1)
    folder = write({"compose.yml": with_comment(text, "  app:", COMMENT.replace("RL001", "RL055"))})
    found = [each for each in findings(check_json(run, folder)) if each["service"] == "app"]
    assert {each["rule"]: (each["superseded_by"], bool(each["suppressed"])) for each in found} == {
        "RL001": ("RL055", False),
        "RL055": (None, True),
    }


def test_text_lists_only_covered_findings(run: Run, write: Write) -> None:
    ran = run("check", str(write({"compose.yml": SUPERSEDING})))
    assert "  = also covers: RL001\n" in ran.stdout
    ran = run("check", str(write({"compose.yml": with_comment(SUPERSEDING, "  app:", COMMENT.replace("1]", "3]"))})))
    assert "RL001 rollback-start-first" in ran.stdout
    assert "also covers" not in ran.stdout
    assert ran.stdout.endswith("1 finding (1 medium), 1 suppressed. Exit 1.\n")


def test_sweep_risk_includes_finding_with_suppressed_superseder(run: Run, write: Write) -> None:
    write({"r/compose.yml": with_comment(SUPERSEDING, PORT, COMMENT.replace("RL001", "RL003"))})
    [row] = run("sweep", str(write({})), "--format", "json").json["recipes"]
    assert row["risk"]["level"].startswith("latent-")
    assert any(reason.startswith("RL001 ") for reason in row["risk"]["because"])
    assert f"RL003 is suppressed: {WHY}" in row["risk"]["because"]
    write({"r/compose.yml": with_comment(SUPERSEDING, PORT, COMMENT.replace("RL001", "RL003, RL001"))})
    [row] = run("sweep", str(write({})), "--format", "json").json["recipes"]
    assert row["risk"]["level"] == "not-at-risk"


@pytest.mark.parametrize(
    "comment",
    [
        pytest.param("# rollout-lint: ignore[RL001]", id="no-reason"),
        pytest.param("# rollout-lint: ignore[RL001] - ...", id="dots-as-reason"),
        pytest.param("# rollout-lint: ignore[RL001] until=2999-01-31", id="only-until"),
        pytest.param("# rollout-lint: ignore[RL0001] why", id="unknown-rule"),
        pytest.param("# rollout-lint: ignore[RL001,RL0003] why", id="second-unknown-rule"),
        pytest.param("# rollout-lint: ignore[rollback-start-first] why", id="name-as-rule"),
        pytest.param("# rollout-lint: ignore[all] why", id="all"),
        pytest.param(f"# rollout-lint: ignore[{'x' * 99}] why", id="long-rule"),
        pytest.param("# rollout-lint: ignore[RL070] why", id="not-suppressible"),
        pytest.param("# rollout-lint: ignore[] why", id="no-rule"),
        pytest.param("# rollout-lint: ignore why", id="no-brackets"),
        pytest.param("# rollout-lint: ignore[RL001 why", id="open-bracket"),
        pytest.param("# rollout-lint: disable[RL001] why", id="other-word"),
        pytest.param("# rollout-lint ignore[RL001] why", id="no-colon"),
        pytest.param("# rollout-lint:", id="empty"),
        pytest.param("# rollout-lint: ignore[RL001] until=2027-02-30 why", id="no-such-day"),
        pytest.param("# rollout-lint: ignore[RL001] until=20270131 why", id="compact-day"),
        pytest.param("# rollout-lint: ignore[RL001] until= why", id="empty-until"),
        pytest.param("# rollout-lint: ignore[RL001] until=2999-01-31 until=2998-01-31 why", id="until-twice"),
    ],
)
def test_invalid_comment_suppresses_nothing(run: Run, write: Write, comment: str, snapshot: SnapshotAssertion) -> None:
    ran = check_json(run, write({"compose.yml": with_comment(TWO, "  app:", comment)}))
    assert suppressed_services(ran) == set()
    [line] = comment_findings(ran)
    assert line.startswith("RL070:2 ")
    assert line == snapshot
    quiet = TWO.replace("start-first", "stop-first")
    assert check_json(run, write({"compose.yml": with_comment(quiet, "  app:", comment)})).exit_code == 1


def test_other_comments_about_rollout_lint_are_ignored(run: Run, write: Write) -> None:
    for comment in ("# rollout-lint is run in CI", "# see rollout-lint: ignore[RL001]", "# rollout-lint ignores it"):
        assert comment_findings(check_json(run, write({"compose.yml": with_comment(TWO, "  app:", comment)}))) == []


@pytest.mark.parametrize(("until", "is_valid"), [("2026-11-23", False), ("2026-11-24", True), ("2027-01-31", True)])
@pytest.mark.parametrize(
    "form",
    ["until={} {}", "{1} until={0}", "{1} (until={0}) and more", "{1}; UNTIL = {0};"],
    ids=["before", "behind", "in-brackets", "in-capitals"],
)
def test_comment_expires_after_its_last_day(
    run: Run,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
    until: str,
    is_valid: bool,
    form: str,
    snapshot: SnapshotAssertion,
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795564799")
    comment = f"# rollout-lint: ignore[RL001] {form.format(until, WHY)}"
    ran = check_json(run, write({"compose.yml": with_comment(TWO, "  app:", comment)}))
    assert suppressed_services(ran) == ({"app"} if is_valid else set())
    assert [line.partition(" ")[0] for line in comment_findings(ran)] == ([] if is_valid else ["RL071:2"])
    if not is_valid:
        assert comment_findings(ran) == snapshot
    for each in findings(ran):
        if each["suppressed"]:
            assert each["suppressed"]["until"] == until
            assert each["suppressed"]["reason"].startswith(WHY)


def test_unused_comment_is_reported_for_each_variant(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    stop = TWO.replace("start-first", "stop-first")
    both = with_comment(stop, "  app:", "# rollout-lint: ignore[RL001,RL014] why")
    ran = check_json(run, write({"compose.yml": both}))
    assert len(comment_findings(ran)) == 1
    assert comment_findings(ran) == snapshot(name="alone")
    assert ran.exit_code == 0
    ran = check_json(run, write({"compose.yml": both, "compose.ccci.yml": OVERLAY}))
    assert len(comment_findings(ran)) == 2
    assert comment_findings(ran) == snapshot(name="with-overlay")


def test_unused_comment_needs_an_evaluated_recipe(run: Run, write: Write) -> None:
    text = with_comment(TWO.replace("start-first", "stop-first"), "  app:")
    ran = check_json(run, write({"compose.yml": text, "compose.ccci.yml": "services: [\n"}))
    assert ran.exit_code == 2
    assert comment_findings(ran) == []


def test_unused_comment_needs_a_checked_rule() -> None:
    from rollout_lint.linter.suppression.apply import SuppressionScope, SuppressionSettings, apply_suppressions

    source = parse(with_comment(TWO, "  app:").encode(), "compose.yml")
    scope = SuppressionScope("compose.yml", {"default": ("compose.yml",)}, {"compose.yml": source}, (), is_whole=True)
    assert apply_suppressions([], scope, SuppressionSettings()) == []


@pytest.mark.parametrize(
    "text",
    [
        'a: "x # rollout-lint: ignore[RL001] why"',
        "a: 'x\n  # rollout-lint: ignore[RL001] why'",
        "a: |\n  # rollout-lint: ignore[RL001] why\n  b",
        "a: >-\n  b\n\n  # rollout-lint: ignore[RL001] why\n",
        "a: 'x\u2028 # rollout-lint: ignore[RL001] why'",
        "a: 'x\u2028y'\nb: |\n  # rollout-lint: ignore[RL001] why\nc: d",
        "? |\n  # rollout-lint: ignore[RL001] why\n: b",
        "a: [b:c, 'x # rollout-lint: ignore[RL001] why']",
        "a: b\n---\nc: |\n  # rollout-lint: ignore[RL001] why\n",
        "a: b\n---\nc: [\n  # rollout-lint: ignore[RL001] why\n",
    ],
)
def test_text_in_a_scalar_is_not_a_comment(text: str) -> None:
    source = parse(text.encode(), "compose.yml")
    assert source.root is not None
    assert ignore_comments(source) == []


def test_comment_after_a_block_scalar_header_is_found() -> None:
    [found] = ignore_comments(parse(f"a: |  {COMMENT}\n  b # rollout-lint: ignore[RL001] x\nc: d\n".encode(), "x"))
    assert (found.location.line, found.location.column, found.reason) == (1, 7, WHY)


texts = st.lists(
    st.sampled_from(
        ["# rollout-lint: ignore[RL001] x", " ", "\n", "\r\n", "\t", "a", "'", '"', "\\", "é", "\x85", ": "]
    ),
    max_size=12,
).map("".join)


@settings(deadline=None)
@given(st.lists(st.tuples(texts, st.sampled_from(["'", '"', "|", ">", ""])), min_size=1, max_size=4))
def test_comments_are_never_inside_scalars(parts: list[tuple[str, str]]) -> None:
    lines = []
    for number, (text, style) in enumerate(parts):
        body = text.replace(style, "") if style in ("'", '"') else text.replace("\n", "\n  ")
        quoted = f"{style}\n  {body}" if style in ("|", ">") else f"{style}{body}{style}"
        lines.append(f"k{number}: {quoted}")
    source = parse("\n".join(lines).encode(), "x.yml")
    found = ignore_comments(source)
    for scalar, _ in iter_scalars(source.root) if source.root is not None else ():
        if scalar.is_plain or scalar.line == scalar.end_line:
            begin, end = (scalar.line, scalar.column), (scalar.end_line, scalar.end_column)
            assert not [each for each in found if begin <= (each.location.line, each.location.column) < end]
    marks = (
        sum(text.text.count("rollout-lint") for text, _ in iter_scalars(source.root)) if source.root is not None else 0
    )
    written = "\n".join(lines).count("rollout-lint")
    assert len(found) <= written - marks
