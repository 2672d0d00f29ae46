"""A baseline: what is in it is known, what is new fails, and what is gone is told."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.baseline import DEFAULT

from tests.conftest import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

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


def entries(folder: Path, name: str = DEFAULT) -> list[dict[str, Any]]:
    document = json.loads((folder / name).read_text("utf-8"))
    assert document["version"] == 1
    return list(document["findings"])


def test_what_was_there_is_known_and_what_is_new_fails(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fleet(write, monkeypatch, a__compose_yml=RISKY, b__compose_yml=FINE)
    assert run("check").exit_code == 1
    ran = run("check", "--write-baseline")
    assert (ran.exit_code, ran.stdout, ran.stderr) == (0, "", f"rollout-lint: 1 finding in {DEFAULT}\n")
    ran = run("check")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout == "2 recipes, 2 variants, 2 services: 0 findings, 1 silenced. Exit 0.\n"
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


def test_it_survives_moved_lines_another_variant_and_another_folder(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fleet(write, monkeypatch, one__r__compose_yml=RISKY)
    run("check", "one", "--baseline", "one/known.json", "--write-baseline")
    moved = RISKY.replace("    deploy:", "    # by hand\n\n    deploy:").replace(
        ": {update_config", ":\n      {update_config"
    )
    overlay = "services: {app: {image: b}}\n"
    write({"one/r/compose.yml": moved, "one/r/compose.ccci.yml": overlay})
    ran = run("check", "one", "--baseline", "one/known.json")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert "2 silenced" in ran.stdout
    (folder / "one").rename(folder / "two")
    monkeypatch.chdir(folder / "two" / "r")
    assert run("check", "--baseline", "../known.json").exit_code == 0
    write({"two/r/compose.yml": RISKY.replace("start-first", "start-first, monitor: 1s")})
    assert run("check", "--baseline", "../known.json").exit_code == 0
    write({"two/r/compose.yml": RISKY.replace("  app:", "  shop:")})
    assert run("check", "--baseline", "../known.json").exit_code == 1


def test_a_recipe_in_the_folder_of_the_baseline_is_known_by_no_folders_name(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fleet(write, monkeypatch, clone__compose_yml=RISKY)
    monkeypatch.chdir(folder / "clone")
    run("check", "--write-baseline")
    monkeypatch.chdir(folder)
    (folder / "clone").rename(folder / "checkout")
    monkeypatch.chdir(folder / "checkout")
    assert run("check").exit_code == 0


def test_stacks_in_one_folder_are_kept_apart(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fleet(write, monkeypatch, r__compose_yml=RISKY, r__swarm_yml=RISKY)
    run("check", "--write-baseline")
    assert [(each["recipe"], each["file"]) for each in entries(folder)] == [
        ("r", "compose.yml"),
        ("r/swarm.yml", "swarm.yml"),
    ]
    write({"r/swarm.yml": FINE})
    assert run("check", "r/compose.yml").stderr == ""
    assert "1 of the baseline's findings is gone" in run("check", "r/swarm.yml").stderr
    assert "1 of the baseline's findings is gone" in run("check").stderr


def test_what_is_gone_is_told_of_the_recipes_that_were_looked_at(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fleet(write, monkeypatch, a__compose_yml=RISKY + OTHER, b__compose_yml=RISKY)
    run("check", "--write-baseline")
    write({"a/compose.yml": FINE})
    ran = run("check", "--format", "json")
    assert (ran.exit_code, ran.json["summary"]["suppressed"]) == (0, 1)
    assert ran.stderr == "rollout-lint: 2 of the baseline's findings are gone; write it again: --write-baseline\n"
    assert run("check", "b").stderr == ""
    assert run("check", "--no-baseline").stderr == ""
    write({"a/compose.yml": "services: [\n"})
    ran = run("check")
    assert (ran.exit_code, ran.stderr) == (2, "")
    write({"a/compose.yml": FINE})
    run("check", "a", "--write-baseline")
    assert [each["recipe"] for each in entries(folder)] == ["b"]
    assert (run("check").exit_code, run("check").stderr) == (0, "")


def test_writing_it_for_one_recipe_leaves_the_others(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fleet(write, monkeypatch, a__compose_yml=RISKY, b__compose_yml=RISKY, c__compose_yml=RISKY)
    run("check", "--write-baseline")
    write({"a/compose.yml": RISKY + OTHER, "b/compose.yml": "services: [\n"})
    (folder / "c" / "compose.yml").unlink()
    (folder / "c").rmdir()
    ran = run("check", "--write-baseline")
    assert ran.exit_code == 2
    assert "compose.yml:2:1: not YAML: " in ran.stderr
    assert [(each["recipe"], each["service"]) for each in entries(folder)] == [("a", "app"), ("a", "web"), ("b", "app")]


def test_a_second_finding_that_is_alike_is_new(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "services:\n  a: {image: a}\n---\nservices:\n  b: {image: b}\n"
    folder = fleet(write, monkeypatch, r__compose_yml=text)
    run("check", "--write-baseline")
    [entry] = entries(folder)
    assert (entry["rule"], entry["service"]) == ("RL057", None)
    assert run("check").exit_code == 0
    document = {"version": 1, "findings": [entry, entry]}
    write({DEFAULT: json.dumps(document)})
    assert "1 of the baseline's findings is gone" in run("check").stderr
    write({DEFAULT: json.dumps(document | {"findings": []})})
    assert run("check").exit_code == 1


def test_the_file_is_one_finding_a_line_in_a_stable_order(run: Run, tmp_path: Path) -> None:
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


def test_names_that_need_care_come_back(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fleet(write, monkeypatch, x=FINE)
    names = ['q"uo\\te', "\u2028line", "\x85\x9b", "\U0001f600 é", os.fsdecode(b"\xff\xfe"), "a\nb", "*", "\ufeff"]
    for name in names:
        (folder / name).mkdir()
        (folder / name / "compose.yml").write_text(RISKY)
    assert run("check", "--write-baseline").exit_code == 0
    assert len(entries(folder)) == len(names)
    ran = run("check")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert f"{len(names)} silenced" in ran.stdout


def test_it_is_written_where_a_link_leads_and_nothing_else_is_overwritten(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fleet(write, monkeypatch, r__compose_yml=RISKY, real__keep="")
    (folder / DEFAULT).symlink_to(folder / "real" / "known.json")
    assert run("check", "--write-baseline").exit_code == 0
    assert (folder / DEFAULT).is_symlink()
    assert len(entries(folder / "real", "known.json")) == 1
    ran = run("check", "--baseline", "r/compose.yml", "--write-baseline")
    assert ran.exit_code == 2
    assert "r/compose.yml:1:1: this is no baseline: " in ran.stderr
    assert (folder / "r" / "compose.yml").read_text() == RISKY


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("", "1:1", "the file is empty"),
        ("{", "2:1", "not JSON: "),
        ("[]", "1:1", "the file must be a mapping"),
        ('{"version": 2, "findings": []}', "1:13", "invalid version 2: must be 1"),
        ('{"version": 1}', "1:1", 'missing key "findings"'),
        (
            '{"version": 1, "findings": [\n{"recipe": "a"}]}',
            "2:1",
            'missing keys "rule", "service", "file" and "fingerprint" in findings[0]',
        ),
        ('{"version": 1, "findings": [\n 7]}', "2:2", "invalid findings[0] 7: must be a mapping"),
        ('{"version": 1, "findings": {}}', "1:28", "invalid findings: must be a list"),
        ('{\n"version": 1,\n<<<<<<< HEAD\n"findings": []}', "4:11", "not JSON: "),
        ("[" * 5000, "1:101", "nested deeper than 100 levels"),
        (b"\xff\x00", "1:1", "not JSON: "),
    ],
)
@pytest.mark.parametrize("option", ["--baseline=known.json", "--write-baseline"])
def test_a_file_that_is_none_ends_the_run_with_its_place(
    run: Run,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
    text: str | bytes,
    place: str,
    message: str,
    option: str,
) -> None:
    fleet(write, monkeypatch, r__compose_yml=RISKY)
    folder = write({"known.json": text, DEFAULT: text})
    ran = run("check", option)
    assert (ran.exit_code, ran.stdout) == (2, "")
    name = "known.json" if "known" in option else DEFAULT
    assert any(each.startswith(f"{name}:{place}: ") and message in each for each in ran.stderr.splitlines()), ran.stderr
    assert (folder / name).read_bytes() == (text if isinstance(text, bytes) else text.encode())


def test_options_that_contradict_each_other_are_refused(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet(write, monkeypatch, r__compose_yml=RISKY)
    for other in (["--write-baseline"], ["--baseline", "x.json"]):
        ran = run("check", "--no-baseline", *other)
        assert (ran.exit_code, ran.stdout) == (2, "")
        assert "--no-baseline goes with neither" in ran.stderr
    ran = run("check", "--baseline", "gone.json")
    assert (ran.exit_code, ran.stderr) == (2, "gone.json: cannot be read: No such file or directory\n")
    ran = run("check", "--baseline", "no/such/folder.json", "--write-baseline")
    assert (ran.exit_code, ran.stderr) == (2, "no/such/folder.json: cannot be written: No such file or directory\n")


def test_a_comment_counts_before_the_baseline_and_pays_its_entry_off(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet(write, monkeypatch, r__compose_yml=RISKY)
    run("check", "--write-baseline")
    write({"r/compose.yml": RISKY.replace("app:", "app: # rollout-lint: ignore[RL001] there is room")})
    ran = run("check", "--format", "json")
    [finding] = ran.json["recipes"][0]["findings"]
    assert finding["suppressed"]["by"] == "comment"
    assert "1 of the baseline's findings is gone" in ran.stderr
    ran = run("check", "--no-ignores")
    assert (ran.exit_code, ran.stderr) == (1, "")
    assert run("check", "--no-ignores", "--baseline", DEFAULT).exit_code == 0
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


def test_a_repository_with_a_config_comments_and_a_baseline(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
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
    assert ran.stdout.endswith("1 finding (1 low), 4 silenced. Exit 0.\n")
    write({"mail/compose.yml": f"# moved\n{FINE}{OTHER}"})
    assert counted() == {idle, ("mail", "RL001")}
    assert "1 of the baseline's findings is gone" in run("check").stderr
