"""Diffs of `fix`: they apply, and they contain no secrets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.fix_stacks import BASE, FIXED, one_service
from tests.support import mask_folder

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write


@pytest.mark.parametrize("command", [["git", "apply"], ["patch", "-p1", "--quiet"]])
@pytest.mark.parametrize(
    "base", [BASE, BASE.replace("\n", "\r\n"), BASE.rstrip(), "\ufeff" + BASE, f"{BASE}# the end\n"]
)
@pytest.mark.slow
def test_fix_diff_applies(command: list[str], base: str, write: Write, here: Path) -> None:
    write({"wiki/compose.yml": base.encode(), "wiki/compose.ccci.yml": 'version: "3.8"\nservices: {app: {image: a}}\n'})
    shown = subprocess.run([sys.executable, "-m", "rollout_lint", "fix", "wiki"], capture_output=True, check=False)
    subprocess.run(command, input=shown.stdout, check=True, cwd=here)
    assert Path("wiki/compose.yml").read_bytes() == base.replace("start-first", "stop-first").encode()


SECRET = "hunter2"


@pytest.mark.parametrize(
    "others",
    [
        f"    environment: {{PASSWORD: {SECRET}}}\n",
        f"    environment:\n      PASSWORD: {SECRET}\n",
        f"    environment:\n      - PASSWORD={SECRET}\n",
        f"    labels: [token={SECRET}]\n",
        f"    command: serve --password {SECRET}\n",
        f"    command: |\n      serve\n      --password {SECRET}\n",
        f"    # PASSWORD={SECRET}\n",
        f"    # password: {SECRET}\n",
        f"    # the Password is {SECRET}\n",
        f"    # - {SECRET}\n",
        f"    hostname: a#b # - {SECRET}\n",
        f"    #   API_KEY {SECRET}\n",
        f"    logging: {{driver: x, options: {{image: {SECRET}}}}}\n",
    ],
)
def test_fix_diff_omits_secrets_and_applies(others: str, run: Run, write: Write, here: Path) -> None:
    text = one_service("failure_action: rollback, order: start-first", others)
    write({"compose.yml": text})
    ran = run("fix")
    assert ran.exit_code == 1
    assert "+      update_config: {failure_action: rollback, order: stop-first}" in ran.stdout
    assert SECRET not in ran.stdout + ran.stderr
    subprocess.run(["git", "apply"], input=ran.stdout.encode(), check=True, cwd=here)
    assert Path("compose.yml").read_text() == text.replace("start-first", "stop-first")
    assert "unidiff-zero" not in ran.stderr


def test_fix_diff_without_context_says_how_to_apply_it(
    run: Run, write: Write, here: Path, snapshot: SnapshotAssertion
) -> None:
    text = one_service("failure_action: rollback, order: start-first") + f"    command: {SECRET}\n"
    write({"compose.yml": text})
    ran = run("fix")
    assert SECRET not in ran.stdout
    assert "git apply --unidiff-zero" in ran.stderr
    assert ran.stderr == snapshot
    subprocess.run(["git", "apply", "--unidiff-zero"], input=ran.stdout.encode(), check=True, cwd=here)
    assert Path("compose.yml").read_text() == text.replace("start-first", "stop-first")


@pytest.mark.parametrize("is_first", [False, True])
def test_patch_applies_a_diff_without_context(is_first: bool, run: Run, write: Write, here: Path) -> None:
    change = "    deploy: {mode: global, update_config: {failure_action: rollback, order: start-first}}\n"
    others = "    init: true\n    tty: true\n    stdin_open: true\n    read_only: true\n"
    secret = f"    command: {SECRET}\n"
    around = secret + change + others if is_first else others + change + secret
    text = f"services:\n  app:\n    image: a\n    healthcheck: {{test: a}}\n{around}    domainname: a\n"
    write({"compose.yml": text})
    subprocess.run(["patch", "-p1", "--quiet"], input=run("fix").stdout.encode(), check=True, cwd=here)
    assert Path("compose.yml").read_text() == text.replace("start-first", "stop-first")


def test_fix_diff_of_utf16_warns_that_it_does_not_apply(
    run: Run, write: Write, here: Path, snapshot: SnapshotAssertion
) -> None:
    write({"compose.yml": BASE.encode("utf-16")})
    assert mask_folder(run("fix").output, here) == snapshot
    run("fix", "--write")
    assert (here / "compose.yml").read_bytes() == FIXED.encode("utf-16")


def test_fix_diff_masks_secrets_on_a_changed_line(
    run: Run, write: Write, here: Path, snapshot: SnapshotAssertion
) -> None:
    del here
    service = f"image: a, environment: [A={SECRET}], healthcheck: {{test: a}}"
    deploy = "deploy: {mode: global, update_config: {failure_action: rollback, order: start-first}}"
    write({"compose.yml": f"services: {{app: {{{service}, {deploy}}}}}"})
    ran = run("fix")
    assert SECRET not in ran.stdout + ran.stderr
    assert "environment: […]" in ran.stdout
    assert ran.stderr == snapshot


def test_diff_masks_a_secret_in_a_comment_on_a_changed_line(run: Run, write: Write, here: Path) -> None:
    del here
    write(
        {"compose.yml": f"{one_service('failure_action: rollback, order: start-first').rstrip()} # PASSWORD={SECRET}\n"}
    )
    ran = run("fix")
    assert "+      update_config: {failure_action: rollback, order: stop-first} …\n" in ran.stdout


def test_fix_escapes_control_characters(run: Run, write: Write, here: Path) -> None:
    write({"wi\x1b[31mki\n/compose.yml": BASE})
    ran = run("fix", "wi\x1b[31mki\n")
    assert "\x1b" not in ran.stdout + ran.stderr
    subprocess.run(["git", "apply"], input=ran.stdout.encode(), check=True, cwd=here)
    assert Path("wi\x1b[31mki\n/compose.yml").read_text() == FIXED


def test_fix_diff_omits_log_commands_from_the_context(run: Run, write: Write, here: Path) -> None:
    text = f"{one_service('order: start-first, failure_action: rollback')}x-a:\n  ::stop-commands::x: 1\n"
    write({"compose.yml": text})
    ran = run("fix", "--unsafe")
    assert "::stop" not in ran.stdout
    subprocess.run(["git", "apply"], input=ran.stdout.encode(), check=True, cwd=here)
    fixed = Path("compose.yml").read_text()
    assert fixed == text.replace("start-first", "stop-first")


@pytest.mark.parametrize(
    ("odd", "escaped"), [("\u202e", r"\u202e"), ("\u200b", r"\u200b"), ("##[group]", r"#\x23[group]")]
)
def test_fix_diff_escapes_text_on_a_changed_line(run: Run, write: Write, here: Path, odd: str, escaped: str) -> None:
    del here
    write({"compose.yml": f"{one_service('order: start-first, failure_action: rollback').rstrip()} # a {odd} b\n"})
    ran = run("fix", "--unsafe")
    assert f"# a {escaped} b\n" in ran.stdout
    assert odd not in ran.stdout
    assert "the diff cannot be applied" in ran.stderr
