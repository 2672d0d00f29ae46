"""`check` on the command line."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.report.common import excerpt
from rollout_lint.report.common.masking import classify_scalars

from tests.support import mask_folder, validate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.syntax.node import Scalar, Written
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import CommandResult, Run, Write


RISKY = """version: "3.8"
services:
  app:
    image: example/app:2
    environment:
      PASSWORD: hunter2
    healthcheck: {test: curl -f http://localhost/}
    deploy:
      update_config:
        failure_action: rollback
        order: start-first  # hunter2
"""
OVERLAY_FIX = 'version: "3.8"\nservices: {app: {deploy: {update_config: {order: stop-first}}}}\n'


def findings(ran: CommandResult) -> list[tuple[Any, ...]]:
    validate("check", ran.json)
    return [
        (each["rule"], each["service"], each["variant"], each["file"], each["line"], each["column"])
        for recipe in ran.json["recipes"]
        for each in recipe["findings"]
    ]


def test_check_locates_a_finding(run: Run, write: Write) -> None:
    ran = run("check", write({"compose.yml": RISKY}), "--format", "json")
    assert findings(ran) == [("RL001", "app", "default", "compose.yml", 11, 16)]
    assert ran.exit_code == 1
    assert ran.json["summary"]["findings"] == {"high": 0, "medium": 1, "low": 0, "info": 0}


def test_check_has_no_finding_for_a_variant_that_is_fixed(run: Run, write: Write) -> None:
    ran = run("check", write({"compose.yml": RISKY, "compose.ccci.yml": OVERLAY_FIX}), "--format", "json")
    assert [each[2] for each in findings(ran)] == ["default"]
    assert [each["name"] for each in ran.json["recipes"][0]["variants"]] == ["default", "ccci"]


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_check_evaluates_each_overlay_of_one_recipe(run: Run, write: Write, order: tuple[str, str]) -> None:
    safe = RISKY.replace("start-first", "stop-first")
    harmless = OVERLAY_FIX.replace("order: stop-first", "parallelism: 1")
    risky = OVERLAY_FIX.replace("stop-first", "start-first")
    folder = write({"compose.yml": safe, "compose.a.yml": harmless, "compose.b.yml": risky})
    ran = run("check", *(folder / f"compose.{name}.yml" for name in order), folder / "compose.yml", "--format", "json")
    assert [(each[0], each[2], each[3]) for each in findings(ran)] == [("RL001", "b", "compose.b.yml")]
    [recipe] = ran.json["recipes"]
    assert [each["name"] for each in recipe["variants"]] == ["default", "a", "b"]
    assert ran.json["summary"]["recipes"] == 1


def test_check_locates_a_finding_in_an_overlay(run: Run, write: Write) -> None:
    base = RISKY.replace("start-first", "stop-first")
    overlay = OVERLAY_FIX.replace("stop-first", "start-first")
    ran = run("check", write({"compose.yml": base, "compose.ccci.yml": overlay}), "--format", "json")
    column = overlay.splitlines()[1].index("start-first") + 1
    assert findings(ran) == [("RL001", "app", "ccci", "compose.ccci.yml", 2, column)]
    fact = ran.json["recipes"][0]["findings"][0]["facts"]["deploy.update_config.order"]
    assert fact["overrides"] == [{"value": "stop-first", "file": "compose.yml", "line": 11, "column": 16}]


def test_check_text_shows_an_excerpt_and_a_fix(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"compose.yml": RISKY, "compose.ccci.yml": OVERLAY_FIX})
    ran = run("check", folder)
    lines = ran.stdout.splitlines()
    assert lines[0].startswith(f"{folder}/compose.yml:11:16 ")
    order = lines.index("  11 |         order: start-first")
    caret = lines[order + 1]
    assert caret.index("^") == lines[order].index("start-first")
    assert caret.count("^") == len("start-first")
    assert "deploy.update_config.order: stop-first" in ran.stdout
    assert "not affected: compose.ccci.yml (line 2 sets order: stop-first)" in ran.stdout
    assert mask_folder(ran.output, folder) == snapshot


def test_check_text_groups_a_location_of_several_variants(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    overlay = 'version: "3.8"\nservices: {app: {hostname: x}}\n'
    folder = write({"compose.yml": RISKY, "compose.ccci.yml": overlay})
    ran = run("check", folder)
    assert ran.stdout.count("rollback-start-first") == 1
    assert mask_folder(ran.output, folder) == snapshot


@pytest.mark.parametrize(
    "text",
    [
        RISKY,
        RISKY.replace("      update_config:\n", "      labels: [token=hunter2]\n      update_config:\n"),
        (
            'services: {app: {image: b, environment: {PASSWORD: "hunter2"}, deploy: {update_config: '
            "{failure_action: rollback, order: start-first}}}} # hunter2\n"
        ),
        (
            "services:\n  app:\n    image: b\n    command: |\n      echo hunter2\n      hunter2\n"
            "    deploy: {update_config: {failure_action: rollback, order: start-first}}\n"
        ),
        "services:\n  app:\n    image: b\n    environment: [PASSWORD=hunter2, 'X=hunter2']\n    update_config: {}\n",
        "services:\n  app:\n    image: b\n    environment: {A: 'hunter2$'}\n    hostname: [hunter2]\n",
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_check_masks_secrets(run: Run, write: Write, text: str, form: str) -> None:
    ran = run("check", write({"compose.yml": text}), "--format", form)
    assert ran.exit_code in (1, 2)
    assert "hunter2" not in ran.stdout + ran.stderr


@pytest.mark.parametrize(("level", "code"), [("high", 0), ("medium", 1), ("low", 1), ("info", 1), ("never", 0)])
def test_check_fails_at_the_threshold(run: Run, write: Write, level: str, code: int) -> None:
    assert run("check", write({"compose.yml": RISKY}), "--fail-on", level).exit_code == code


def test_check_of_a_clean_recipe(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"compose.yml": RISKY.replace("start-first", "stop-first")})
    ran = run("check", folder)
    assert ran.exit_code == 0
    assert mask_folder(ran.output, folder) == snapshot


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"compose.yml": "services: [\n"}, id="open-list"),
        pytest.param({"compose.yml": b"services: \xff\n"}, id="bytes"),
        pytest.param({"compose.yml": ""}, id="empty"),
        pytest.param({"compose.yml": "# nothing\n"}, id="comment"),
        pytest.param({"compose.yml": "services: {}\n"}, id="empty-services"),
        pytest.param({"compose.yml": "version: '3.8'\n"}, id="no-services"),
        pytest.param({"compose.yml": "- a\n"}, id="list"),
        pytest.param({"compose.yml": RISKY.replace("update_config", "update-config")}, id="misspelt-key"),
        pytest.param({"compose.yml": RISKY, "compose.ccci.yml": "services: ["}, id="broken-overlay"),
        pytest.param({"compose.yml": RISKY, "compose.ccci.yml": "services: {app: {hostname: a}}"}, id="version"),
        pytest.param({"compose.yml": RISKY, ".env.sample": "COMPOSE_FILE=gone.yml"}, id="missing-file"),
    ],
)
def test_check_reports_files_that_cannot_be_evaluated(
    run: Run, write: Write, files: dict[str, str | bytes], snapshot: SnapshotAssertion
) -> None:
    folder = write(files)
    ran = run("check", folder, "--format", "json")
    assert ran.exit_code == 2
    validate("check", ran.json)
    [recipe] = ran.json["recipes"]
    assert (recipe["status"], ran.json["summary"]["not_evaluated"]) == ("not-evaluated", 1)
    messages = [each["message"] for each in recipe["problems"]]
    assert messages == snapshot
    text = run("check", folder)
    assert text.exit_code == 2
    assert all(message in text.stdout for message in messages)


def test_check_reports_the_base_beside_a_broken_overlay(run: Run, write: Write) -> None:
    ran = run("check", write({"compose.yml": RISKY, "compose.ccci.yml": "services: ["}), "--format", "json")
    assert ("RL001", "app", "default") in [each[:3] for each in findings(ran)]


@pytest.mark.parametrize("broken", ["compose.yml", "compose.ccci.yml"])
def test_check_skips_variants_with_an_unreadable_layer(run: Run, write: Write, broken: str) -> None:
    """The merged value can be the opposite of the value in one layer."""
    files: dict[str, str | bytes] = {"compose.yml": RISKY, "compose.ccci.yml": OVERLAY_FIX}
    files[broken] = "services: {app: {"
    folder = write(files)
    found = findings(run("check", folder, "--format", "json"))
    assert {each[2] for each in found} == ({"default"} if broken == "compose.ccci.yml" else set())
    shown = run("show", folder, "--format", "json").json["variants"]
    assert [each["services"] for each in shown if broken in each["files"]] == [{}] * (1 + (broken == "compose.yml"))


@pytest.mark.parametrize("path", [pytest.param(".", id="empty-folder"), "gone"])
def test_check_rejects_paths_without_recipes(run: Run, tmp_path: Path, path: str, snapshot: SnapshotAssertion) -> None:
    ran = run("check", tmp_path / path)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert mask_folder(ran.output, tmp_path) == snapshot


def test_check_of_an_overlay_with_missing_base(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"compose.yml": RISKY, "compose.ccci.yml": OVERLAY_FIX, ".env.sample": "COMPOSE_FILE=gone.yml\n"})
    ran = run("check", folder / "compose.ccci.yml")
    assert ran.exit_code == 2
    assert mask_folder(ran.output, folder) == snapshot


def test_check_rejects_a_named_pipe(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"r/.keep": ""})
    os.mkfifo(folder / "r/stack.fifo.yml")
    ran = run("check", folder / "r/stack.fifo.yml")
    assert ran.exit_code == 2
    assert mask_folder(ran.output, folder) == snapshot


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that root cannot read either")
def test_check_reports_an_unreadable_file(run: Run, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    (tmp_path / "stack.yml").symlink_to("/proc/self/mem")
    ran = run("check", tmp_path / "stack.yml")
    assert ran.exit_code == 2
    assert mask_folder(ran.output, tmp_path) == snapshot


def test_check_reports_a_dangling_link(run: Run, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    (tmp_path / "stack.yml").symlink_to(tmp_path / "gone.yml")
    ran = run("check", tmp_path / "stack.yml")
    assert ran.exit_code == 2
    assert mask_folder(ran.output, tmp_path) == snapshot


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("- hosts: all\n  tasks: []\n", id="playbook"),
        pytest.param("apiVersion: v1\nkind: Pod\n", id="kubernetes"),
        pytest.param("version: 2\nupdates: []\n", id="dependabot"),
        pytest.param("on: push\njobs: {}\n", id="workflow"),
        pytest.param("just text\n", id="text"),
    ],
)
def test_check_counts_other_yaml_as_skipped(run: Run, write: Write, text: str, snapshot: SnapshotAssertion) -> None:
    folder = write({"some.yml": text})
    ran = run("check", folder / "some.yml")
    assert ran.exit_code == 0
    assert mask_folder(ran.output, folder) == snapshot


def test_check_of_env_sample_without_a_stack(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"web/.env.sample": "PORT=80\nX: [\n"})
    ran = run("check", folder / "web/.env.sample")
    assert ran.exit_code == 0
    assert mask_folder(ran.output, folder) == snapshot


def test_check_does_not_evaluate_a_template(run: Run, write: Write) -> None:
    text = "services:\n{% if a %}\n  a: {image: {{ b }}}\n{% endif %}\n"
    ran = run("check", write({"compose.yml": text}), "--format", "json")
    [recipe] = ran.json["recipes"]
    assert (ran.exit_code, recipe["status"]) == (2, "template")
    message = "a template, not YAML: render it and check the result"
    assert recipe["problems"] == [{"file": "compose.yml", "line": 2, "column": 2, "message": message}]


@pytest.mark.parametrize(
    "overlay",
    [
        pytest.param("version: '3.8'\nservices: {app: {deploy: []}}\n", id="broken"),
        pytest.param("services:\n{% if a %}\n  app: {}\n", id="template"),
    ],
)
def test_check_reports_findings_beside_an_unread_variant(
    run: Run, write: Write, overlay: str, snapshot: SnapshotAssertion
) -> None:
    folder = write({"compose.yml": RISKY, "compose.ccci.yml": overlay})
    ran = run("check", folder, "--format", "json")
    validate("check", ran.json)
    [recipe] = ran.json["recipes"]
    assert (ran.exit_code, recipe["not_evaluated"]) == (2, ["ccci"])
    assert ("RL001", "default") in {(each["rule"], each["variant"]) for each in recipe["findings"]}
    text = run("check", folder)
    assert text.exit_code == 2
    assert text.stdout.startswith(f"{folder}/compose.ccci.yml:")
    assert mask_folder(text.stdout, folder) == snapshot


def test_check_json_omits_unread_variants_of_a_whole_recipe(run: Run, write: Write) -> None:
    ran = run("check", write({"compose.yml": RISKY, "compose.ccci.yml": OVERLAY_FIX}), "--format", "json")
    assert "not_evaluated" not in ran.json["recipes"][0]


def test_check_of_standard_input(run: Run) -> None:
    ran = run("check", "-", "--format", "json", stdin=RISKY)
    assert findings(ran) == [("RL001", "app", "default", "-", 11, 16)]
    assert run("check", "-", stdin=b"\xff\xfe\x00").exit_code == 2


def test_check_never_opens_an_env_file(run: Run, write: Write) -> None:
    folder = write({"compose.yml": RISKY.replace("    deploy:", "    env_file: pipe\n    deploy:")})
    os.mkfifo(folder / "pipe")
    assert run("check", folder).exit_code == 1


def test_check_escapes_control_characters(run: Run, write: Write) -> None:
    text = 'services: {"a\\e[31mb": {image: c}}\nx: 1\n"k\\nl\\e[0m": 2\n'
    ran = run("check", write({"compose.yml": text}))
    assert ran.exit_code == 2
    assert "\x1b" not in ran.stdout


def test_check_merges_paths_of_one_recipe(run: Run, write: Write) -> None:
    folder = write({"compose.yml": RISKY, "compose.ccci.yml": OVERLAY_FIX})
    ran = run("check", folder / "compose.yml", folder / "compose.ccci.yml", "--format", "json")
    assert ran.json["summary"]["recipes"] == 1


def test_check_locates_a_value_behind_anchor_and_variable(run: Run, write: Write) -> None:
    text = """x-update: &update
  failure_action: ${ACTION:-rollback}
  order: ${ORDER}
services:
  app:
    image: b
    healthcheck: {test: a}
    deploy: {update_config: *update}
  other:
    image: b
"""
    ran = run("check", write({"compose.yml": text, ".env.sample": "ORDER=start-first\n"}), "--format", "json")
    assert findings(ran) == [("RL001", "app", "default", "compose.yml", 3, 10)]


def test_excerpt_of_a_long_line_is_short_and_walked_once(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The excerpt does not grow with the file, and the tree is not walked for each finding."""
    policy = "deploy: {update_config: {failure_action: rollback, order: start-first}}"
    service = f"image: b, healthcheck: {{test: x}}, {policy}"
    services = ", ".join(f"s{number}: {{{service}}}" for number in range(200))
    walks: list[Written] = []

    def counted(root: Written) -> Iterator[tuple[Scalar, bool]]:
        walks.append(root)
        return classify_scalars(root)

    monkeypatch.setattr(excerpt, "classify_scalars", counted)
    ran = run("check", write({"compose.yml": f"services: {{{services}}}\n"}))
    assert len(re.findall(r"(?m)^ +\| +\^+", ran.stdout)) == 400
    assert max(map(len, ran.stdout.splitlines())) < 300
    assert len(walks) == 1


STACK_OF_FUNCTIONS = "version: 1.0\nprovider: {name: openfaas}\nfunctions: {f: {image: x}}\n"


def test_check_skips_a_foreign_stack_beside_a_compose_file(run: Run, write: Write) -> None:
    folder = write({"compose.yml": "services: {a: {image: b}}\n", "stack.yml": STACK_OF_FUNCTIONS})
    ran = run("check", folder, "--format", "json")
    assert [recipe["status"] for recipe in ran.json["recipes"]] == ["evaluated", "not-a-stack"]
    assert ran.exit_code == 0


def test_check_reports_a_misspelt_services_key(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"stack.yml": "service: {a: {image: b}}\n"})
    ran = run("check", folder)
    assert ran.exit_code == 2
    assert mask_folder(ran.output, folder) == snapshot


def test_check_finds_a_stack_beside_a_compose_file(run: Run, write: Write) -> None:
    folder = write({"docker-compose.yml": "services: {a: {image: b}}\n", "docker-stack.yml": RISKY})
    assert run("check", folder).exit_code == 1
    rows = {row["recipe"] for row in run("sweep", folder, "--format", "json").json["recipes"]}
    assert rows == {folder.name, f"{folder.name}/docker-stack.yml"}


def test_sweep_skips_files_that_are_not_stacks(run: Run, write: Write) -> None:
    folder = write({"compose.yml": "services: {a: {image: b}}\n", "stack.yml": STACK_OF_FUNCTIONS})
    ran = run("sweep", folder, "--format", "json")
    assert ([row["recipe"] for row in ran.json["recipes"]], ran.exit_code) == ([folder.name], 0)


def test_check_supersedes_findings_of_zero_replicas(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    policy = "{replicas: 0, update_config: {failure_action: rollback, order: start-first}}"
    folder = write({"compose.yml": f"services: {{a: {{image: b, deploy: {policy}}}}}\n"})
    ran = run("check", folder, "--format", "json")
    found = {each["rule"]: (each["severity"], each["superseded_by"]) for each in ran.json["recipes"][0]["findings"]}
    assert found["RL001"] == ("medium", "RL055")
    assert found["RL055"] == ("info", None)
    assert {rule for rule, (_, by) in found.items() if by == "RL055"} == {"RL001", "RL009", "RL015"}
    assert (ran.exit_code, ran.json["summary"]["findings"]["medium"]) == (0, 0)
    assert mask_folder(run("check", folder, "--severity", "info").output, folder) == snapshot
    assert run("sweep", folder, "--format", "json").json["recipes"][0]["risk"]["level"] == "safe"


def test_check_locates_a_syntax_error_beside_go_templates(run: Run, write: Write) -> None:
    text = 'services:\n  a:\n    image: b\n    hostname: "{{.Node.Hostname}}"\n\n    ports: [80\n    command: x\n'
    ran = run("check", write({"compose.yml": text}), "--format", "json")
    [recipe] = ran.json["recipes"]
    assert (ran.exit_code, recipe["status"]) == (2, "not-evaluated")
    assert [(each["file"], each["line"]) for each in recipe["problems"]] == [("compose.yml", 7)]
