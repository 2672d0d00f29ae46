"""What silences a finding: comments by where they stand, a config's entries, and what is told of those that do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.linter.suppression.directives import ignore_comments
from rollout_lint.report.sweep.descriptions import LEVEL_DESCRIPTIONS
from rollout_lint.syntax.node import iter_scalars
from rollout_lint.syntax.parser import parse

from tests.support import validate, without_path

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Ran, Run, Write

WHY = "the host has room for two"
COMMENT = f"# rollout-lint: ignore[RL001] {WHY}"
HEALTHY = "healthcheck: {test: curl -f localhost}"
SLOW = "healthcheck: {test: curl -f http://localhost}"
"""Only the parser written in Python reads this."""

POLICY = "update_config: {failure_action: rollback, order: start-first}"
TWO = f"""services:
  app:
    image: example/app
    {HEALTHY}
    deploy:
      update_config:
        failure_action: rollback
        order: start-first
  web:
    image: example/web
    {HEALTHY}
    deploy: {{{POLICY}}}
"""


def checked(run: Run, folder: object, *options: str) -> Ran:
    ran = run("check", str(folder), "--format", "json", *options)
    validate("check", ran.json)
    return ran


def findings(ran: Ran) -> list[dict[str, Any]]:
    return [finding for recipe in ran.json["recipes"] for finding in recipe["findings"]]


def silenced(ran: Ran, rule: str = "RL001") -> set[str | None]:
    return {each["service"] for each in findings(ran) if each["suppressed"] is not None and each["rule"] == rule}


def told(ran: Ran) -> list[str]:
    """Each finding of a comment's own rules: the rule, and what it says."""
    return [f"{each['rule']}:{each['line']} {each['message']}" for each in findings(ran) if each["rule"] >= "RL070"]


def with_line(text: str, before: str, added: str) -> str:
    assert text.count(before) == 1
    return text.replace(before, f"{added}\n{before}")


def behind(text: str, line: str, comment: str = COMMENT) -> str:
    assert text.count(f"{line}\n") == 1
    return text.replace(f"{line}\n", f"{line} {comment}\n")


PLACES: dict[str, tuple[str, set[str | None]]] = {
    "a service's key": (behind(TWO, "  app:"), {"app"}),
    "above a service's key": (with_line(TWO, "  web:", f"  {COMMENT}"), {"web"}),
    "above it, less indented": (with_line(TWO, "  web:", COMMENT), {"web"}),
    "above it, with another comment between": (with_line(TWO, "  web:", f"  {COMMENT}\n  # by hand"), {"web"}),
    "above it, more indented": (with_line(TWO, "  web:", f"    {COMMENT}"), set()),
    "above it, with an empty line between": (with_line(TWO, "  web:", f"  {COMMENT}\n"), set()),
    "the key that decides": (behind(TWO, "        order: start-first"), {"app"}),
    "the other key that decides": (behind(TWO, "        failure_action: rollback"), {"app"}),
    "above the key that decides": (with_line(TWO, "        order: start-first", f"        {COMMENT}"), {"app"}),
    "the block that holds it": (behind(TWO, "    deploy:"), {"app"}),
    "the block's line in brackets": (behind(TWO, f"    deploy: {{{POLICY}}}"), {"web"}),
    "a key that decides nothing": (behind(TWO, "    image: example/web"), set()),
    "above a service's first key, which decides nothing": (
        with_line(TWO, "    image: example/web", f"    {COMMENT}"),
        set(),
    ),
    "all services": (behind(TWO, "services:"), {"app", "web"}),
    "all services, behind a comment on another key": (
        behind(behind(TWO, "services:"), "    image: example/web"),
        {"app", "web"},
    ),
    "the file": (f"{COMMENT}\n{TWO}", {"app", "web"}),
    "the file, above its start": (f"{COMMENT}\n\n---\n# by hand\n\n{TWO}", {"app", "web"}),
    "the end of the file": (f"{TWO}{COMMENT}", set()),
    "a comment that it does not begin": (behind(TWO, "  app:", f"# by hand {COMMENT}"), set()),
    "without the space that makes a comment": (TWO.replace("example/app", f"example/app{COMMENT}"), set()),
    "spaces, tabs and capitals": (behind(TWO, "  app:", f" #\t Rollout-Lint :ignore [ rl001 , ] - {WHY} "), {"app"}),
}


@pytest.mark.parametrize("location", PLACES)
@pytest.mark.parametrize(
    ("end", "encoding", "healthy"),
    [
        ("\n", "utf-8", HEALTHY),
        ("\r\n", "utf-8-sig", HEALTHY),
        ("\r", "utf-16", HEALTHY),
        ("\r\n", "utf-8", SLOW),
        ("\n", "utf-16", SLOW),
    ],
)
def test_a_comment_is_about_where_it_stands(
    run: Run, write: Write, location: str, end: str, encoding: str, healthy: str
) -> None:
    text, services = PLACES[location]
    text = text.replace(HEALTHY, healthy)
    ran = checked(run, write({"compose.yml": text.replace("\n", end).encode(encoding)}))
    assert silenced(ran) == services
    reasons = {each["suppressed"]["reason"] for each in findings(ran) if each["suppressed"]}
    assert reasons == ({WHY} if services else set())
    is_comment = "does not begin" not in location and "without the space" not in location
    assert bool(told(ran)) == (is_comment and (not services or "another key" in location))
    assert ran.json["summary"]["suppressed"] == len(services)


def test_an_item_of_a_list_is_a_place_too(run: Run, write: Write) -> None:
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
    assert silenced(checked(run, write({"compose.yml": text})), "RL003") == set()
    on_it = behind(text, "      - {target: 80, published: 80, mode: host}", comment)
    assert silenced(checked(run, write({"compose.yml": on_it})), "RL003") == {"app"}
    on_another = behind(text, '      - "9000:90"', comment)
    assert silenced(checked(run, write({"compose.yml": on_another})), "RL003") == set()


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
def test_an_anchored_block_counts_at_its_anchor_and_its_aliases(
    run: Run, write: Write, line: str, services: set[str | None]
) -> None:
    assert silenced(checked(run, write({"compose.yml": behind(ANCHORED, line)}))) == services


def test_merged_services_are_suppressed_at_the_merge_key(run: Run, write: Write) -> None:
    text = f"x-both: &both\n  app: {{image: a, {HEALTHY}, deploy: {{{POLICY}}}}}\nservices:\n  <<: *both\n"
    assert silenced(checked(run, write({"compose.yml": behind(text, "  <<: *both")}))) == {"app"}


def test_a_stack_finding_is_suppressed_on_its_service(run: Run, write: Write) -> None:
    text = "services:\n  a: {image: a, ports: ['80:80']}\n  b: {image: b, ports: ['80:80']}\n"
    comment = "# rollout-lint: ignore[RL061] only one of them is deployed"
    found = "  b: {image: b, ports: ['80:80']}"
    ran = checked(run, write({"compose.yml": behind(text, found, comment)}))
    assert silenced(ran, "RL061") == {None}
    second = "services:\n  a: {image: a}\n---\nservices:\n  b: # rollout-lint: ignore[RL057] not yet\n    image: b\n"
    assert silenced(checked(run, write({"compose.yml": second})), "RL057") == {None}


def test_a_comment_in_a_broken_later_document_counts_as_far_as_that_is_read(run: Run, write: Write) -> None:
    comment = "# rollout-lint: ignore[RL057] not yet"
    text = f"services:\n  a: {{image: a}}\n---\nservices:\n  b: {comment}\n    image: [\n{comment}\n"
    ran = checked(run, write({"compose.yml": text}))
    assert silenced(ran, "RL057") == {None}
    assert told(ran) == []


OVERLAY = "services:\n  app:\n    deploy:\n      update_config: {order: start-first, monitor: 9s}\n"


def test_a_comment_in_an_overlay_counts_in_its_variant_alone(run: Run, write: Write) -> None:
    folder = write({"compose.yml": TWO, "compose.ccci.yml": behind(OVERLAY, "  app:")})
    found = [each for each in findings(checked(run, folder)) if each["service"] == "app"]
    assert {(each["variant"], each["suppressed"] is None) for each in found} == {("default", True), ("ccci", False)}


def test_a_comment_on_the_file_is_about_what_stands_in_it(run: Run, write: Write) -> None:
    folder = write({"compose.yml": TWO, "compose.ccci.yml": f"{COMMENT}\n{OVERLAY}"})
    found = findings(checked(run, folder))
    assert {(each["file"], each["suppressed"] is None) for each in found} == {
        ("compose.yml", True),
        ("compose.ccci.yml", False),
    }


def test_what_another_tells_is_silenced_with_it(run: Run, write: Write) -> None:
    text = TWO.replace("      update_config:", "      resources: {limits: {memory: 200M}}\n      update_config:", 1)
    folder = write({"compose.yml": behind(text, "  app:", COMMENT.replace("RL001", "RL002"))})
    write({"rollout-lint.toml": '[hosts]\nmemory = "256M"\n'})
    ran = checked(run, folder)
    assert {each["rule"]: each["suppressed"] and each["suppressed"]["reason"] for each in findings(ran)} == {
        "RL001": WHY,
        "RL002": WHY,
    } | {each["rule"]: None for each in findings(ran) if each["service"] == "web"}
    assert silenced(ran, "RL001") == {"app"}
    assert ran.json["summary"]["suppressed"] == 1


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
def test_an_invalid_comment_suppresses_nothing(
    run: Run, write: Write, comment: str, snapshot: SnapshotAssertion
) -> None:
    ran = checked(run, write({"compose.yml": behind(TWO, "  app:", comment)}))
    assert silenced(ran) == set()
    [line] = told(ran)
    assert line.startswith("RL070:2 ")
    assert line == snapshot
    quiet = TWO.replace("start-first", "stop-first")
    assert checked(run, write({"compose.yml": behind(quiet, "  app:", comment)})).exit_code == 1


def test_other_words_of_a_comment_are_not_told(run: Run, write: Write) -> None:
    for comment in ("# rollout-lint is run in CI", "# see rollout-lint: ignore[RL001]", "# rollout-lint ignores it"):
        assert told(checked(run, write({"compose.yml": behind(TWO, "  app:", comment)}))) == []


@pytest.mark.parametrize(("until", "holds"), [("2026-11-23", False), ("2026-11-24", True), ("2027-01-31", True)])
@pytest.mark.parametrize(
    "form",
    ["until={} {}", "{1} until={0}", "{1} (until={0}) and more", "{1}; UNTIL = {0};"],
    ids=["before", "behind", "in-brackets", "in-capitals"],
)
def test_one_ends_with_the_day_that_it_names(
    run: Run,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
    until: str,
    holds: bool,
    form: str,
    snapshot: SnapshotAssertion,
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795564799")
    comment = f"# rollout-lint: ignore[RL001] {form.format(until, WHY)}"
    ran = checked(run, write({"compose.yml": behind(TWO, "  app:", comment)}))
    assert silenced(ran) == ({"app"} if holds else set())
    assert [line.partition(" ")[0] for line in told(ran)] == ([] if holds else ["RL071:2"])
    if not holds:
        assert told(ran) == snapshot
    for each in findings(ran):
        if each["suppressed"]:
            assert each["suppressed"]["until"] == until
            assert each["suppressed"]["reason"].startswith(WHY)


def test_an_unused_comment_is_reported_for_each_variant(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    stop = TWO.replace("start-first", "stop-first")
    both = behind(stop, "  app:", "# rollout-lint: ignore[RL001,RL014] why")
    ran = checked(run, write({"compose.yml": both}))
    assert len(told(ran)) == 1
    assert told(ran) == snapshot(name="alone")
    assert ran.exit_code == 0
    ran = checked(run, write({"compose.yml": both, "compose.ccci.yml": OVERLAY}))
    assert len(told(ran)) == 2
    assert told(ran) == snapshot(name="with-overlay")


def test_what_could_not_be_evaluated_is_not_told_to_be_idle(run: Run, write: Write) -> None:
    text = behind(TWO.replace("start-first", "stop-first"), "  app:")
    ran = checked(run, write({"compose.yml": text, "compose.ccci.yml": "services: [\n"}))
    assert ran.exit_code == 2
    assert told(ran) == []


def test_a_rule_that_was_not_asked_is_not_told_to_be_idle() -> None:
    from rollout_lint.linter.suppression.apply import SuppressionScope, SuppressionSettings, apply_suppressions

    source = parse(behind(TWO, "  app:").encode(), "compose.yml")
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
def test_a_scalar_holds_no_comment(text: str) -> None:
    source = parse(text.encode(), "compose.yml")
    assert source.root is not None
    assert ignore_comments(source) == []


def test_behind_the_head_of_a_block_a_comment_may_stand() -> None:
    [found] = ignore_comments(parse(f"a: |  {COMMENT}\n  b # rollout-lint: ignore[RL001] x\nc: d\n".encode(), "x"))
    assert (found.location.line, found.location.column, found.reason) == (1, 7, WHY)


texts = st.lists(
    st.sampled_from(
        ["# rollout-lint: ignore[RL001] x", " ", "\n", "\r\n", "\t", "a", "'", '"', "\\", "é", "\x85", ": "]
    ),
    max_size=12,
).map("".join)


@given(st.lists(st.tuples(texts, st.sampled_from(["'", '"', "|", ">", ""])), min_size=1, max_size=4))
def test_no_comment_is_found_that_a_scalar_holds(parts: list[tuple[str, str]]) -> None:
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


CONFIG = '[[ignore]]\nrule = "RL001"\nreason = "the hosts have room"\n'


@pytest.mark.parametrize(
    ("more", "services"),
    [
        ("", {"app", "web"}),
        ('service = "web"', {"web"}),
        ('path = "shop"', {"app", "web"}),
        ('path = "shop/"', {"app", "web"}),
        ('path = "/fleet/**"', {"app", "web"}),
        ('path = "/shop"', set()),
        ('path = "other"', set()),
        ('until = 2999-01-31\nservice = "app"', {"app"}),
        ('until = "2999-01-31"\nservice = "none"', set()),
    ],
)
def test_a_config_silences_by_recipe_and_service(run: Run, write: Write, more: str, services: set[str | None]) -> None:
    folder = write({"fleet/shop/compose.yml": TWO, "rollout-lint.toml": CONFIG + more})
    for path in ("fleet/shop", "fleet", "fleet/shop/compose.yml"):
        ran = checked(run, folder / path)
        assert silenced(ran) == services
        assert told(ran) == []


def test_a_config_in_yaml_names_several_rules(run: Run, write: Write) -> None:
    config = "ignore:\n  - {rule: [RL003, rl001], reason: why, until: 2999-01-31}\n"
    ran = checked(run, write({"compose.yml": TWO, ".rollout-lint.yml": config}))
    assert silenced(ran) == {"app", "web"}
    [suppressed] = {tuple(each["suppressed"].items()) for each in findings(ran)}
    assert dict(suppressed) | {"file": ""} == {
        "by": "config",
        "reason": "why",
        "until": "2999-01-31",
        "file": "",
        "line": 2,
        "column": 5,
    }


def test_an_entry_that_has_ended_is_told_where_a_finding_is_back(
    run: Run, write: Write, snapshot: SnapshotAssertion
) -> None:
    config = f"{CONFIG}service = 'app'\nuntil = 2001-01-31\n\n{CONFIG}path = 'other'\nuntil = 2001-01-31\n"
    folder = write({"compose.yml": TWO, "rollout-lint.toml": config})
    ran = checked(run, folder)
    assert silenced(ran) == set()
    [line] = told(ran)
    assert line.startswith("RL071:8 ")
    assert "rollout-lint.toml:1" in line
    assert without_path(line, folder) == snapshot


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        pytest.param('rule = "RL001"', 5, id="no-reason"),
        pytest.param('reason = "x"', 5, id="no-rule"),
        pytest.param('rule = "RL001"\nreason = " . "', 7, id="dot-as-reason"),
        pytest.param('rule = "RL0001"\nreason = "x"', 5, id="unknown-rule"),
        pytest.param('rule = "RL072"\nreason = "x"', 5, id="not-suppressible"),
        pytest.param('rule = []\nreason = "x"', 6, id="empty-rules"),
        pytest.param('rule = "RL001"\nreason = "x"\nuntil = 2027', 8, id="year-as-day"),
        pytest.param('rule = "RL001"\nreason = "x"\nuntil = 2027-01-31T00:00:00Z', 8, id="time-as-day"),
        pytest.param('rule = "RL001"\nreason = "x"\npath = "!"', 8, id="bad-path"),
        pytest.param('rule = "RL001"\nreasn = "x"', 7, id="misspelt-key"),
    ],
)
def test_what_is_wrong_with_an_entry_has_its_own_place(
    run: Run, write: Write, entry: str, line: int, snapshot: SnapshotAssertion
) -> None:
    config = f"{CONFIG}\n[[ignore]]\n{entry}\n"
    folder = write({"compose.yml": TWO, "rollout-lint.toml": config})
    ran = run("check", folder)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert f"rollout-lint.toml:{line}:" in ran.stderr
    assert without_path(ran.stderr, folder) == snapshot


def test_a_comment_precedes_the_config_and_a_key_the_file(run: Run, write: Write) -> None:
    text = behind(f"# rollout-lint: ignore[RL001] file\n{TWO}", "        order: start-first")
    ran = checked(run, write({"compose.yml": text, "rollout-lint.toml": CONFIG}))
    assert {each["service"]: each["suppressed"]["reason"] for each in findings(ran)} == {"app": WHY, "web": "file"}
    assert told(ran) == []


def test_no_ignores_shows_what_is_silenced(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"compose.yml": behind(TWO, "  app:"), "rollout-lint.toml": f"{CONFIG}service = 'web'\n"})
    ran = run("check", folder)
    assert ran.exit_code == 0
    assert ran.stdout == snapshot(name="suppressed")
    ran = run("check", folder, "--no-ignores")
    assert ran.exit_code == 1
    assert ran.stdout.count("RL001 rollback-start-first") == 2
    assert without_path(ran.stdout, folder) == snapshot(name="no-ignores")
    assert silenced(checked(run, folder, "--no-ignores")) == set()
    assert told(checked(run, folder, "--no-ignores")) == []


def test_what_is_told_of_a_comment_has_a_page(run: Run, write: Write) -> None:
    assert run("explain", "RL070").exit_code == 0
    ran = run("check", write({"compose.yml": behind(TWO, "  app:", "# rollout-lint: ignore[RL001] s3cret: []")}))
    assert "s3cret" not in ran.stdout


def row(run: Run, folder: object) -> Any:
    ran = run("sweep", str(folder), "--format", "json")
    validate("sweep", ran.json)
    [found] = ran.json["recipes"]
    return found


def test_a_silenced_finding_is_no_risk_and_the_row_says_so(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    until = COMMENT.replace(WHY, f"until=2999-01-31 {WHY}")
    silent = with_line(behind(TWO, "  app:", until), "  web:", f"  {COMMENT}")
    folder = write({"r/compose.yml": silent})
    found = row(run, folder)
    assert found["risk"]["level"] == "not-at-risk"
    assert [found["risk"]["text"], *found["risk"]["because"]] == snapshot(name="risk")
    assert found["services"][0]["findings"][0]["suppressed"] == {"by": "comment", "reason": WHY, "until": "2999-01-31"}
    assert run("sweep", folder).stdout == snapshot(name="table")
    assert run("sweep", folder, "--services").stdout == snapshot(name="services")
    page = run("sweep", folder, "--format", "html").stdout.partition("<details>")[2]
    assert page
    assert LEVEL_DESCRIPTIONS[RiskLevel.NOT_AT_RISK].meaning not in page


def test_the_row_names_its_risk_and_its_suppressions(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"r/compose.yml": behind(TWO, "  app:")})
    found = row(run, folder)
    assert (found["service"], found["risk"]["level"]) == ("web", "latent-medium")
    assert found["risk"]["because"] == snapshot


def test_a_recipe_is_not_called_safe_without_what_is_passed_over(
    run: Run, write: Write, snapshot: SnapshotAssertion
) -> None:
    stop = TWO.replace("        order: start-first", "        order: stop-first")
    found = row(run, write({"r/compose.yml": behind(stop, "  web:")}))
    assert found["risk"]["level"] == "safe"
    assert [found["risk"]["text"], *found["risk"]["because"]] == snapshot(name="risk")
    assert run("sweep", write({})).stdout == snapshot(name="table")


ONE = TWO[: TWO.index("  web:")]
CCCI = "services:\n  app:\n    deploy: {update_config: {order: start-first}}\n"


def test_what_an_overlay_silences_it_does_not_repair(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    silent = behind(CCCI, "  app:")
    found = row(run, write({"r/compose.yml": ONE, "r/compose.ccci.yml": silent}))
    assert found["risk"]["level"] == "latent-medium"
    assert [found["risk"]["text"], *found["risk"]["because"]] == snapshot(name="overlay")
    shipped_only = COMMENT.replace(WHY, "only ours")
    base = f"{shipped_only}\n{ONE}"
    found = row(run, write({"r/compose.yml": base, "r/compose.ccci.yml": CCCI}))
    assert found["risk"]["level"] == "latent-medium"
    assert [found["risk"]["text"], *found["risk"]["because"]] == snapshot(name="shipped")


def test_a_sweep_knows_the_day_of_its_config_and_its_comments(
    run: Run, write: Write, snapshot: SnapshotAssertion
) -> None:
    ended = COMMENT.replace(WHY, f"until=2001-01-31 {WHY}")
    found = row(run, write({"r/compose.yml": behind(ONE, "  app:", ended)}))
    assert found["risk"]["level"] == "latent-medium"
    assert found["rules"] == ["RL001", "RL071"]
    config = f"{CONFIG}until = 2999-01-31\n"
    found = row(run, write({"r/compose.yml": ONE, "rollout-lint.toml": config}))
    assert found["risk"]["because"] == snapshot
