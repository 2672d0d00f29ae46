"""Baselines: write, apply and update."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.linter.suppression.apply import BASELINE

from tests.conftest import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write

HEALTHY = "healthcheck: {test: curl -f localhost}"
POLICY = "    deploy: {update_config: {failure_action: rollback, order: start-first}}\n"
RISKY = f"services:\n  app:\n    image: a\n    {HEALTHY}\n{POLICY}"
FINE = RISKY.replace("start-first", "stop-first")
OTHER = RISKY.replace("services:\n", "").replace("  app:", "  web:")


def fleet(write: Write, monkeypatch: pytest.MonkeyPatch, **files: str) -> Path:
    folder = write({f"{name.replace('__', '/').replace('_yml', '.yml')}": text for name, text in files.items()})
    monkeypatch.chdir(folder)
    return folder


def entries(folder: Path, name: str = BASELINE) -> list[dict[str, Any]]:
    document = json.loads((folder / name).read_text("utf-8"))
    assert document["version"] == 1
    return list(document["findings"])


def test_baseline_suppresses_old_findings_but_not_new_ones(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    folder = fleet(write, monkeypatch, a__compose_yml=RISKY, b__compose_yml=FINE)
    assert run("check").exit_code == 1
    ran = run("check", "--write-baseline")
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert ran.stderr == snapshot(name="written")
    ran = run("check")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout == snapshot(name="known")
    [known] = run("check", "--format", "json").json["recipes"][0]["findings"]
    assert known["suppressed"]["by"] == "baseline"
    write({"b/compose.yml": RISKY, "a/compose.yml": RISKY + OTHER})
    ran = run("check", "--format", "json")
    assert ran.exit_code == 1
    new = [
        (recipe["name"], each["service"])
        for recipe in ran.json["recipes"]
        for each in recipe["findings"]
        if not each["suppressed"]
    ]
    assert new == [("a", "web"), ("b", "app")]
    assert entries(folder) == [
        {
            "recipe": "a",
            "rule": "RL001",
            "service": "app",
            "file": "compose.yml",
            "fingerprint": entries(folder)[0]["fingerprint"],
        }
    ]


def test_baseline_survives_moved_lines_variants_and_folders(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fleet(write, monkeypatch, one__r__compose_yml=RISKY)
    run("check", "one", "--baseline", "one/known.json", "--write-baseline")
    moved = RISKY.replace("    deploy:", "    # by hand\n\n    deploy:").replace(
        ": {update_config", ":\n      {update_config"
    )
    overlay = "services: {app: {image: b}}\n"
    write({"one/r/compose.yml": moved, "one/r/compose.ccci.yml": overlay})
    ran = run("check", "one", "--baseline", "one/known.json", "--format", "json")
    assert (ran.exit_code, ran.stderr, ran.json["summary"]["suppressed"]) == (0, "", 1)
    (folder / "one").rename(folder / "two")
    monkeypatch.chdir(folder / "two" / "r")
    assert run("check", "--baseline", "../known.json").exit_code == 0
    write({"two/r/compose.yml": RISKY.replace("start-first", "start-first, monitor: 1s")})
    assert run("check", "--baseline", "../known.json").exit_code == 0
    write({"two/r/compose.yml": RISKY.replace("  app:", "  shop:")})
    assert run("check", "--baseline", "../known.json").exit_code == 1


def test_baseline_has_the_findings_that_others_cover(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    covering = RISKY.replace("    deploy", "    ports: [{target: 80, published: 80, mode: host}]\n    deploy")
    folder = fleet(write, monkeypatch, compose_yml=covering)
    assert run("check", "--write-baseline").stderr == snapshot
    assert [each["rule"] for each in entries(folder)] == ["RL001", "RL003"]
    ran = run("check", "--format", "json")
    assert (ran.exit_code, ran.stderr, ran.json["summary"]["suppressed"]) == (0, "", 1)
    write({"compose.yml": covering.replace(f"    {HEALTHY}\n", "")})
    ran = run("check", "--format", "json")
    active = [
        each for each in ran.json["recipes"][0]["findings"] if not each["suppressed"] and not each["superseded_by"]
    ]
    assert [each["rule"] for each in active] == ["RL009"]
    assert ran.exit_code == 1


def test_baseline_in_the_folder_of_its_recipe_can_be_moved(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fleet(write, monkeypatch, clone__compose_yml=RISKY)
    monkeypatch.chdir(folder / "clone")
    run("check", "--write-baseline")
    monkeypatch.chdir(folder)
    (folder / "clone").rename(folder / "checkout")
    monkeypatch.chdir(folder / "checkout")
    assert run("check").exit_code == 0


def test_baseline_separates_stacks_in_one_folder(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    folder = fleet(write, monkeypatch, r__compose_yml=RISKY, r__swarm_yml=RISKY)
    run("check", "--write-baseline")
    assert [(each["recipe"], each["file"]) for each in entries(folder)] == [
        ("r", "compose.yml"),
        ("r/swarm.yml", "swarm.yml"),
    ]
    write({"r/swarm.yml": FINE})
    assert run("check", "r/compose.yml").stderr == ""
    assert run("check", "r/swarm.yml").stderr == snapshot(name="gone")
    assert run("check").stderr == snapshot(name="gone")


def test_baseline_reports_fixed_findings_of_checked_recipes(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    folder = fleet(write, monkeypatch, a__compose_yml=RISKY + OTHER, b__compose_yml=RISKY)
    run("check", "--write-baseline")
    write({"a/compose.yml": FINE})
    ran = run("check", "--format", "json")
    assert (ran.exit_code, ran.json["summary"]["suppressed"]) == (0, 1)
    assert ran.stderr == snapshot
    assert run("check", "b").stderr == ""
    assert run("check", "--no-baseline").stderr == ""
    write({"a/compose.yml": "services: [\n"})
    ran = run("check")
    assert (ran.exit_code, ran.stderr) == (2, "")
    write({"a/compose.yml": FINE})
    run("check", "a", "--write-baseline")
    assert [each["recipe"] for each in entries(folder)] == ["b"]
    assert (run("check").exit_code, run("check").stderr) == (0, "")


def test_write_baseline_keeps_recipes_that_were_not_checked(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    folder = fleet(write, monkeypatch, a__compose_yml=RISKY, b__compose_yml=RISKY, c__compose_yml=RISKY)
    run("check", "--write-baseline")
    write({"a/compose.yml": RISKY + OTHER, "b/compose.yml": "services: [\n", "b/compose.ccci.yml": "{% x %}\n"})
    (folder / "c" / "compose.yml").unlink()
    (folder / "c").rmdir()
    ran = run("check", "--write-baseline")
    assert ran.exit_code == 2
    assert ran.stderr.splitlines()[0].startswith("b/compose.ccci.yml:1:2: a template, not YAML")
    assert ran.stderr.splitlines()[1].startswith("b/compose.yml:2:1: ")
    assert ran.stderr == snapshot
    assert [(each["recipe"], each["service"]) for each in entries(folder)] == [("a", "app"), ("a", "web"), ("b", "app")]


def test_baseline_entry_suppresses_one_of_two_equal_findings(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    text = "services:\n  a: {image: a}\n---\nservices:\n  b: {image: b}\n"
    folder = fleet(write, monkeypatch, r__compose_yml=text)
    run("check", "--write-baseline")
    [entry] = entries(folder)
    assert (entry["rule"], entry["service"]) == ("RL057", None)
    assert run("check").exit_code == 0
    document = {"version": 1, "findings": [entry, entry]}
    write({BASELINE: json.dumps(document)})
    assert run("check").stderr == snapshot
    write({BASELINE: json.dumps(document | {"findings": []})})
    assert run("check").exit_code == 1


def test_baseline_has_one_sorted_finding_per_line(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    for arguments in ([SAMPLES], [SAMPLES / "n8n", SAMPLES / "drone", SAMPLES]):
        assert run("check", *arguments, "--baseline", path, "--write-baseline").exit_code == 0
        lines = path.read_text("utf-8").splitlines()
        found = entries(tmp_path, "known.json")
        assert len(lines) == len(found) + 5
        assert found == sorted(found, key=lambda each: (each["recipe"], each["rule"], each["service"] or ""))
        assert [json.loads(line.rstrip(",")) for line in lines[3:-2]] == found
    assert run("check", SAMPLES, "--baseline", path).exit_code == 0
    assert list(tmp_path.iterdir()) == [path]


def test_baseline_round_trips_unusual_names(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fleet(write, monkeypatch, x=FINE)
    names = ['q"uo\\te', "\u2028line", "\x85\x9b", "\U0001f600 é", os.fsdecode(b"\xff\xfe"), "a\nb", "*", "\ufeff"]
    for name in names:
        (folder / name).mkdir()
        (folder / name / "compose.yml").write_text(RISKY)
    assert run("check", "--write-baseline").exit_code == 0
    assert len(entries(folder)) == len(names)
    ran = run("check", "--format", "json")
    assert (ran.exit_code, ran.stderr, ran.json["summary"]["suppressed"]) == (0, "", len(names))


def test_baseline_follows_a_link_and_overwrites_nothing_else(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    folder = fleet(write, monkeypatch, r__compose_yml=RISKY, real__keep="")
    (folder / BASELINE).symlink_to(folder / "real" / "known.json")
    assert run("check", "--write-baseline").exit_code == 0
    assert (folder / BASELINE).is_symlink()
    assert len(entries(folder / "real", "known.json")) == 1
    ran = run("check", "--baseline", "r/compose.yml", "--write-baseline")
    assert ran.exit_code == 2
    assert ran.stderr.startswith("r/compose.yml:1:1: ")
    assert ran.stderr == snapshot
    assert (folder / "r" / "compose.yml").read_text() == RISKY


@pytest.mark.parametrize(
    ("text", "location"),
    [
        pytest.param("", "1:1", id="empty"),
        pytest.param("{", "2:1", id="open"),
        pytest.param("[]", "1:1", id="list"),
        pytest.param('{"version": 2, "findings": []}', "1:13", id="version"),
        pytest.param('{"version": 1}', "1:1", id="no-findings"),
        pytest.param('{"version": 1, "findings": [\n{"recipe": "a"}]}', "2:1", id="no-rule"),
        pytest.param('{"version": 1, "findings": [\n 7]}', "2:2", id="number"),
        pytest.param('{"version": 1, "findings": {}}', "1:28", id="findings-mapping"),
        pytest.param('{\n"version": 1,\n<<<<<<< HEAD\n"findings": []}', "4:11", id="conflict"),
        pytest.param("[" * 5000, "1:101", id="nested"),
        pytest.param(b"\xff\x00", "1:1", id="bytes"),
    ],
)
def test_invalid_baseline_is_reported_with_location(
    run: Run,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
    text: str | bytes,
    location: str,
    snapshot: SnapshotAssertion,
) -> None:
    fleet(write, monkeypatch, r__compose_yml=RISKY)
    folder = write({"known.json": text, BASELINE: text})
    messages = set()
    for name, option in (("known.json", "--baseline=known.json"), (BASELINE, "--write-baseline")):
        ran = run("check", option)
        assert (ran.exit_code, ran.stdout) == (2, "")
        assert any(each.startswith(f"{name}:{location}: ") for each in ran.stderr.splitlines()), ran.stderr
        assert (folder / name).read_bytes() == (text if isinstance(text, bytes) else text.encode())
        messages.add(ran.stderr.replace(name, "FILE"))
    assert list(messages) == [snapshot]


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(("--no-baseline", "--write-baseline"), id="none-and-write"),
        pytest.param(("--no-baseline", "--baseline", "x.json"), id="none-and-file"),
        pytest.param(("--baseline", "gone.json"), id="missing"),
        pytest.param(("--baseline", "no/such/folder.json", "--write-baseline"), id="missing-folder"),
    ],
)
def test_baseline_rejects_invalid_options(
    run: Run,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    snapshot: SnapshotAssertion,
) -> None:
    fleet(write, monkeypatch, r__compose_yml=RISKY)
    ran = run("check", *options)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == snapshot


def test_comment_takes_precedence_over_the_baseline(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    fleet(write, monkeypatch, r__compose_yml=RISKY)
    run("check", "--write-baseline")
    write({"r/compose.yml": RISKY.replace("app:", "app: # rollout-lint: ignore[RL001] there is room")})
    ran = run("check", "--format", "json")
    [finding] = ran.json["recipes"][0]["findings"]
    assert finding["suppressed"]["by"] == "comment"
    assert ran.stderr == snapshot
    ran = run("check", "--no-ignores")
    assert (ran.exit_code, ran.stderr) == (1, "")
    assert run("check", "--no-ignores", "--baseline", BASELINE).exit_code == 0
    run("check", "--write-baseline")
    assert run("check").stderr == ""


RECIPES = {
    "shop/compose.yml": RISKY.replace("  app:", "  # rollout-lint: ignore[RL001] the host has room for two\n  app:"),
    "blog/compose.yml": RISKY.replace("app:", "app: # rollout-lint: ignore[RL001]"),
    "wiki/compose.yml": FINE.replace("app:", "app: # rollout-lint: ignore[RL001] it was slow"),
    "mail/compose.yml": RISKY,
    "legacy/old/compose.yml": RISKY,
    "rollout-lint.toml": '[[ignore]]\nrule = "RL001"\npath = "legacy/"\nuntil = 2999-01-31\nreason = "replaced soon"\n',
}


def test_baseline_works_with_config_and_comments(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    folder = write(dict(RECIPES))
    monkeypatch.chdir(folder)

    def counted() -> set[tuple[str, str]]:
        recipes = run("check", "--format", "json").json["recipes"]
        return {
            (each["name"], found["rule"]) for each in recipes for found in each["findings"] if not found["suppressed"]
        }

    refused, idle = ("blog", "RL070"), ("wiki", "RL072")
    assert counted() == {("blog", "RL001"), refused, idle, ("mail", "RL001")}
    assert run("check").exit_code == 1
    assert run("check", "--write-baseline").exit_code == 0
    assert [(each["recipe"], each["rule"]) for each in entries(folder)] == [("blog", "RL001"), ("mail", "RL001")]
    assert counted() == {refused, idle}
    assert run("check").exit_code == 1
    write({"blog/compose.yml": RISKY})
    assert counted() == {idle}
    ran = run("check")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout == snapshot(name="report")
    write({"mail/compose.yml": f"# moved\n{FINE}{OTHER}"})
    assert counted() == {idle, ("mail", "RL001")}
    assert run("check").stderr == snapshot(name="gone")
