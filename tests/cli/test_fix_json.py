"""`fix --format json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.fix_stacks import BASE, one_service
from tests.support import validate

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run, Write

SECRET = "hunter2"


def document_of(run: Run, *arguments: str, exit_code: int) -> dict[str, Any]:
    """Return the valid document of a run that prints nothing else."""
    ran = run("fix", "--format", "json", *arguments)
    assert (ran.exit_code, ran.stderr) == (exit_code, "")
    document: dict[str, Any] = ran.json
    validate("fix", document)
    assert document["exit_code"] == exit_code
    return document


def test_json_has_edits_with_values_before_and_after(run: Run, write: Write, here: Path) -> None:
    write({"wiki/compose.yml": BASE})
    document = document_of(run, "wiki", exit_code=1)
    [recipe] = document["recipes"]
    [file] = recipe["files"]
    assert (document["written"], document["reason"]) == (False, "the changes are not written")
    assert (recipe["path"], recipe["status"], file["file"], file["is_new"]) == (
        "wiki",
        "evaluated",
        "compose.yml",
        False,
    )
    assert [(each["service"], each["line"]) for each in file["edits"]] == [("app", 10), ("worker", 16)]
    edit = file["edits"][0]
    expected = {
        "rule": "RL001",
        "variant": "default",
        "key": "deploy.update_config.order",
        "before": "start-first",
        "after": "stop-first",
    }
    assert edit == {"file": "compose.yml", "line": 10, "service": "app", **expected}
    assert "-        order: start-first\n+        order: stop-first\n" in file["diff"]
    assert [(each["rule"], each["service"]) for each in recipe["fixed"]] == [("RL001", "app"), ("RL001", "worker")]
    assert document["summary"]["fixed"] == {"high": 0, "medium": 2, "low": 0, "info": 0}
    assert (here / "wiki/compose.yml").read_text() == BASE


def test_json_after_write(run: Run, write: Write, here: Path) -> None:
    write({"compose.yml": BASE})
    document = document_of(run, "--write", exit_code=0)
    assert (document["written"], document["reason"]) == (True, None)
    assert (here / "compose.yml").read_text() == BASE.replace("start-first", "stop-first")
    assert document_of(run, "--write", exit_code=0)["recipes"][0]["files"] == []


def test_json_has_the_default_as_the_value_before(run: Run, write: Write, here: Path) -> None:
    del here
    policy = "{parallelism: 2, delay: 10s}"
    write({"compose.yml": f"services: {{app: {{image: a, deploy: {{update_config: {policy}, replicas: 2}}}}}}"})
    [file] = document_of(run, exit_code=1)["recipes"][0]["files"]
    changes = {each["key"]: (each["before"], each["after"]) for each in file["edits"]}
    assert changes == {"deploy.update_config.parallelism": ("2", 1), "deploy.update_config.monitor": (5, "10s")}


def test_json_lists_unfixed_findings_by_severity(run: Run, write: Write, here: Path) -> None:
    del here
    unsafe = "\n".join(one_service("order: start-first, failure_action: pause, monitor: 30s").splitlines()[1:])
    text = one_service("failure_action: rollback, order: '${ORDER:-start-first}'") + unsafe.replace("app:", "web:", 1)
    write({"compose.yml": text})
    document = document_of(run, exit_code=1)
    unfixed = document["recipes"][0]["unfixed"]
    assert [(each["severity"], each["rule"], each["needs_unsafe"]) for each in unfixed] == [
        ("medium", "RL001", False),
        ("low", "RL011", True),
    ]
    assert unfixed[0]["reason"].startswith("ORDER sets deploy.update_config.order")
    assert document["summary"]["unfixed"] == {"high": 0, "medium": 1, "low": 1, "info": 0}
    assert document["summary"]["remaining"] == 1


def test_json_has_errors_that_remain(run: Run, write: Write, here: Path) -> None:
    del here
    write({"compose.yml": BASE.replace("image: example/app:1", "pull_policy: always")})
    document = document_of(run, exit_code=2)
    [recipe] = document["recipes"]
    assert (recipe["status"], recipe["files"]) == ("not-evaluated", [])
    assert [(each["line"], each["column"]) for each in recipe["problems"]] == [(4, 5)]
    assert document["summary"]["not_evaluated"] == 1


def test_json_has_mechanical_fixes(run: Run, write: Write, here: Path) -> None:
    del here
    write({"compose.yml": f"name: wiki\n{BASE}".replace("image: example/app:1", f"enviroment: [A={SECRET}]")})
    document = document_of(run, "--fail-on", "never", exit_code=1)
    [file] = document["recipes"][0]["files"]
    assert [(each["line"], each["fix"]) for each in file["errors"]] == [
        (1, 'remove the key "name"'),
        (5, 'rename the key to "environment"'),
    ]
    assert document["summary"]["errors_fixed"] == 2


def test_json_has_a_new_overlay(run: Run, write: Write, here: Path) -> None:
    write({"compose.yml": BASE})
    [recipe] = document_of(run, "--overlay", "compose.ccci.yml", exit_code=0)["recipes"]
    assert [(each["file"], each["is_new"]) for each in recipe["files"]] == [("compose.ccci.yml", True)]
    assert (here / "compose.ccci.yml").exists()


OWN_RULE = f"""\
id: TT001
name: user
summary: The user is wrong
severity: medium
when: {{user: {{const: {SECRET}}}}}
message: "{{service}} has a wrong user"
why: A test.
fix: {{user: other}}
sources: [a test]
examples:
  bad: [{{at: "compose.yml:1", files: {{compose.yml: "services: {{}}"}}}}]
  good: [{{files: {{compose.yml: "services: {{}}"}}}}]
"""


def test_json_contains_no_secrets(run: Run, write: Write, here: Path) -> None:
    del here
    stack = f"image: a, labels: [token={SECRET}], environment: {{PASSWORD: {SECRET}}}, healthcheck: {{test: {SECRET}}}"
    deploy = "deploy: {mode: global, update_config: {failure_action: rollback, order: start-first}}"
    write({"compose.yml": f"services: {{app: {{{stack}, {deploy}}}}}\n"})
    ran = run("fix", "--format", "json")
    validate("fix", ran.json)
    assert SECRET not in ran.output
    [file] = ran.json["recipes"][0]["files"]
    assert file["diff_is_complete"] is False


@pytest.mark.parametrize("options", [["--interactive"], ["--write", "-"]])
def test_json_rejects_other_uses_of_standard_output(options: list[str], run: Run) -> None:
    ran = run("fix", "--format", "json", *options, stdin=BASE)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr.startswith("rollout-lint: --format json cannot be combined with")


def test_json_masks_values_of_free_text(run: Run, write: Write, here: Path) -> None:
    del here
    text = f"services: {{app: {{image: a, user: {SECRET}}}}}\n"
    write({"compose.yml": text, "own/TT001-user.yaml": OWN_RULE})
    ran = run("fix", "--format", "json", "--rules", "own", "--only", "TT001")
    [edit] = ran.json["recipes"][0]["files"][0]["edits"]
    assert (edit["before"], edit["after"]) == ("…", "…")
    assert SECRET not in ran.output
