"""`fix` on the command line."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import SAMPLES
from tests.support import mask_folder

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write

BASE = """\
version: "3.8"  # as everywhere
services:
  app:
    image: example/app:1
    healthcheck: {test: curl -f localhost}
    deploy:
      mode: global
      update_config:
        failure_action: rollback
        order: start-first
  worker:
    image: example/worker:1
    healthcheck: {test: pgrep worker}
    deploy:
      mode: global
      update_config: {failure_action: rollback, order: start-first}
"""
FIXED = BASE.replace("start-first", "stop-first")
MONITORED = "      update_config: {failure_action: continue, monitor: 30s}\n"


def one_service(policy: str, others: str = "") -> str:
    return (
        f"services:\n  app:\n    image: example/app:1\n    healthcheck: {{test: curl -f localhost}}\n{others}"
        f"    deploy:\n      mode: global\n      update_config: {{{policy}}}\n"
    )


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_fix_writes_nothing_by_default(run: Run, write: Write, here: Path, snapshot: SnapshotAssertion) -> None:
    write({"wiki/compose.yml": BASE})
    ran = run("fix", "wiki")
    assert ran.exit_code == 1
    assert Path("wiki/compose.yml").read_text() == BASE
    assert sorted(here.rglob("*")) == [here / "wiki", here / "wiki/compose.yml"]
    assert ran.stderr == snapshot


def test_fix_write_changes_the_files(run: Run, write: Write, here: Path, snapshot: SnapshotAssertion) -> None:
    write({"compose.yml": BASE})
    ran = run("fix", "--write")
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert (here / "compose.yml").read_text() == FIXED
    assert mask_folder(ran.output, here) == snapshot(name="written")
    again = run("fix")
    assert (again.exit_code, again.stdout) == (0, "")
    assert again.stderr == snapshot(name="again")


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


def test_fix_diff_of_a_new_overlay_applies(run: Run, write: Write, here: Path) -> None:
    write({"wiki/compose.yml": BASE})
    shown = run("fix", "--overlay", "compose.ccci.yml", "--diff", "wiki")
    assert shown.exit_code == 1
    assert not Path("wiki/compose.ccci.yml").exists()
    subprocess.run(["git", "apply"], input=shown.stdout.encode(), check=True, cwd=here)
    by_git = Path("wiki/compose.ccci.yml").read_bytes()
    Path("wiki/compose.ccci.yml").unlink()
    assert run("fix", "--overlay", "compose.ccci.yml", "wiki").exit_code == 0
    assert Path("wiki/compose.ccci.yml").read_bytes() == by_git
    assert Path("wiki/compose.yml").read_text() == BASE


def test_fix_overlay_is_minimal(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"compose.yml": BASE.replace("start-first}", "stop-first}")})
    assert run("fix", "--overlay", "compose.ccci.yml", folder).exit_code == 0
    assert (folder / "compose.ccci.yml").read_text() == (
        'version: "3.8"\nservices:\n  app:\n    deploy:\n      update_config:\n        order: stop-first\n'
    )
    again = run("fix", "--overlay", "compose.ccci.yml", folder)
    assert again.stderr == snapshot


def test_fix_overlay_extends_an_existing_file(run: Run, write: Write) -> None:
    overlay = "# for the CI\n\nservices:\n  app:\n    image: example/app:ci # built there\n"
    folder = write({"compose.yml": BASE, "compose.ccci.yml": overlay})
    assert run("fix", "--overlay", "compose.ccci.yml", folder).exit_code == 0
    added = "    deploy:\n      update_config:\n        order: stop-first\n"
    worker = f"  worker:\n{added}"
    assert (folder / "compose.ccci.yml").read_text() == overlay.replace(
        "services:", 'version: "3.8"\nservices:'
    ) + added + worker


def test_fix_overlay_is_not_written_without_findings(run: Run, write: Write) -> None:
    folder = write({"compose.yml": FIXED})
    assert run("fix", "--overlay", "compose.ccci.yml", folder).exit_code == 0
    assert not (folder / "compose.ccci.yml").exists()


@pytest.mark.parametrize("overlay", [b"- a\n", b"a\n", b"---\n# for the CI\n...\n", b"\xff\xfe\x00", b"a: \x80"])
def test_fix_overlay_keeps_a_file_that_is_not_a_stack(overlay: bytes, run: Run, write: Write) -> None:
    folder = write({"compose.yml": BASE, "compose.ccci.yml": overlay})
    ran = run("fix", "--overlay", "compose.ccci.yml", folder)
    assert ran.exit_code == 2
    assert ran.stderr.startswith(f"{folder}/compose.ccci.yml:")
    assert (folder / "compose.ccci.yml").read_bytes() == overlay


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("ci/compose.ccci.yml", id="missing-folder"),
        pytest.param("here.yml", id="folder"),
        pytest.param(".env", id="no-suffix"),
        pytest.param("README.md", id="other-suffix"),
        pytest.param("../compose.ccci.yml", id="above"),
        pytest.param("/tmp/x.yml", id="absolute"),
        pytest.param("", id="empty"),
        pytest.param("compose.*.yml", id="pattern"),
        pytest.param("compose.yml", id="base"),
    ],
)
def test_fix_overlay_rejects_an_invalid_path(name: str, run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    files: dict[str, str | bytes] = {"compose.yml": BASE, "here.yml/README": "", ".env": "#\n", "README.md": "#\n"}
    folder = write(files)
    shown, written = (run("fix", "--overlay", name, *options, folder) for options in (["--diff"], []))
    assert (shown.exit_code, shown.stdout) == (written.exit_code, written.stdout) == (2, "")
    assert mask_folder(written.stderr, folder) == snapshot
    found = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}
    assert found == files


def test_fix_overlay_rejects_a_self_contained_stack(
    run: Run, write: Write, here: Path, snapshot: SnapshotAssertion
) -> None:
    write({"compose.yml": BASE, "docker-stack.yml": BASE})
    ran = run("fix", "--overlay", "compose.ccci.yml")
    assert ran.exit_code == 2
    assert mask_folder(ran.output, here) == snapshot
    assert "order: stop-first" in (here / "compose.ccci.yml").read_text()


def test_fix_overlay_reports_what_it_cannot_fix(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    """Docker's merge ignores a zero in an overlay, but the fix of an own rule may be zero."""
    rule = """\
id: TT002
name: ratio
summary: A failure is tolerated
severity: medium
when: {deploy.update_config.max_failure_ratio: {exclusiveMinimum: 0}}
message: "{service} tolerates failures"
why: It does.
fix: {deploy: {update_config: {max_failure_ratio: 0}}}
sources: [here]
examples:
  bad:
    - {at: "compose.yml:1", files: {compose.yml: "services: {a: {deploy: {update_config: {max_failure_ratio: 0.1}}}}"}}
  good:
    - {files: {compose.yml: "services: {a: {image: b}}"}}
"""
    text = one_service("failure_action: rollback, order: stop-first, monitor: 30s, max_failure_ratio: 0.5")
    folder = write({"compose.yml": text, "rules/TT002-ratio.yaml": rule})
    options = ("--rules", folder / "rules", "--only", "TT002")
    left = run("fix", "--overlay", "compose.ccci.yml", *options, folder)
    assert left.exit_code == 0
    assert mask_folder(left.output, folder) == snapshot
    assert not (folder / "compose.ccci.yml").exists()
    assert run("fix", "--write", *options, folder).exit_code == 0
    assert (folder / "compose.yml").read_text() == text.replace("0.5", "0")


def test_fix_overlay_mitigates_the_incident(run: Run, tmp_path: Path) -> None:
    fleet = tmp_path / "fleet"
    shutil.copytree(SAMPLES, fleet)
    (fleet / "discourse/compose.ccci.yml").unlink()

    def level() -> str:
        recipes = run("sweep", fleet, "--format", "json").json["recipes"]
        return next(str(row["risk"]["level"]) for row in recipes if row["recipe"] == "discourse")

    assert level().startswith("latent")
    assert run("fix", "--unsafe", "--overlay", "compose.ccci.yml", fleet / "discourse").exit_code == 0
    assert level() == "mitigated"


@pytest.mark.parametrize(
    ("deploy", "healthcheck", "is_written"),
    [
        pytest.param("replicas: 1", "{test: curl -f localhost}", False, id="checked-single"),
        pytest.param("replicas: 1", "{disable: true}", True, id="unchecked-single"),
        pytest.param("replicas: 2", "{test: curl -f localhost}", True, id="checked-replicas"),
    ],
)
def test_fix_requires_unsafe_for_an_outage_on_each_deploy(
    run: Run, write: Write, deploy: str, healthcheck: str, is_written: bool
) -> None:
    policy = "update_config: {failure_action: rollback, order: start-first, monitor: 60s}"
    text = f"services: {{app: {{image: a, healthcheck: {healthcheck}, deploy: {{{deploy}, {policy}}}}}}}\n"
    folder = write({"compose.yml": text})
    run("fix", "--write", "--only", "RL001", folder)
    assert ("stop-first" in (folder / "compose.yml").read_text()) is is_written
    run("fix", "--write", "--unsafe", "--only", "RL001", folder)
    assert "stop-first" in (folder / "compose.yml").read_text()


def test_fix_changes_the_overlay_that_sets_the_value(run: Run, write: Write) -> None:
    """Only the CI variant is at risk, so the base must not change."""
    overlay = "services: {app: {deploy: {update_config: {failure_action: rollback}}}}\n"
    base = one_service("order: start-first, failure_action: pause, monitor: 30s")
    folder = write({"compose.yml": base, "compose.ccci.yml": overlay})
    assert run("fix", "--write", "--only", "RL001", folder).exit_code == 0
    assert (folder / "compose.yml").read_text() == base
    assert (folder / "compose.ccci.yml").read_text() == overlay.replace("rollback}", "rollback, order: stop-first}")


SHARING = (
    "  {}:\n    image: a:1\n    healthcheck: {{test: a}}\n    deploy: {{mode: global, update_config: {{order: *order,"
)
CONCERNED = {"app": "rollback", "web": "pause"}


def test_fix_replaces_a_shared_value_only_in_services_at_risk(run: Run, write: Write) -> None:
    shared = "x-order: &order start-first\nservices:\n"
    risky, safe = (f"{SHARING.format(name)} failure_action: {action}}}}}\n" for name, action in CONCERNED.items())
    folder = write({"compose.yml": shared + risky + safe})
    assert run("fix", "--write", folder).exit_code == 0
    assert (folder / "compose.yml").read_text() == shared + risky.replace("*order", "stop-first") + safe


def test_fix_changes_a_shared_value_once_if_all_are_at_risk(
    run: Run, write: Write, here: Path, snapshot: SnapshotAssertion
) -> None:
    text = "x-order: &order start-first\nservices:\n" + "".join(
        f"{SHARING.format(name)} failure_action: rollback}}}}\n" for name in CONCERNED
    )
    write({"compose.yml": text})
    ran = run("fix", "--write")
    assert (here / "compose.yml").read_text() == text.replace("start-first", "stop-first")
    assert "RL001 on web" in ran.stderr
    assert mask_folder(ran.output, here) == snapshot


def test_fix_keeps_values_from_variables(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    text = one_service("failure_action: rollback, order: '${ORDER:-start-first}'")
    folder = write({"compose.yml": text})
    ran = run("fix", "--write", folder)
    assert ran.exit_code == 0
    assert mask_folder(ran.output, folder) == snapshot
    assert (folder / "compose.yml").read_text() == text
    assert run("fix", "--overlay", "compose.ccci.yml", folder).exit_code == 0
    assert "order: stop-first" in (folder / "compose.ccci.yml").read_text()


def test_fix_requires_unsafe_for_a_costly_trade_off(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    text = one_service("order: start-first, failure_action: pause, monitor: 30s")
    folder = write({"compose.yml": text})
    ran = run("fix", "--write", folder)
    assert (ran.exit_code, (folder / "compose.yml").read_text()) == (0, text)
    assert mask_folder(ran.output, folder) == snapshot
    assert run("fix", "--write", "--unsafe", folder).exit_code == 0
    assert (folder / "compose.yml").read_text() == text.replace("start-first", "stop-first").replace(
        "pause", "rollback"
    )


def test_fix_only_selects_rules(run: Run, write: Write) -> None:
    text = one_service("failure_action: rollback, order: start-first, max_failure_ratio: 1, monitor: 30s")
    folder = write({"compose.yml": text})
    assert run("fix", "--write", "--only", "RL013", folder).exit_code == 0
    assert (folder / "compose.yml").read_text() == text.replace("ratio: 1", "ratio: 0.0001")
    assert run("fix", "--write", "--only", "RL003, rollback-start-first", folder).exit_code == 0
    assert "stop-first" in (folder / "compose.yml").read_text()


def test_fix_only_rejects_an_unknown_rule(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    ran = run("fix", "--only", "RL001,RL999", write({"compose.yml": BASE}))
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == snapshot


def test_fix_keeps_suppressed_findings(run: Run, write: Write) -> None:
    text = BASE.replace("  app:\n", "  app: # rollout-lint: ignore[RL001] the host has room\n")
    folder = write({"compose.yml": text})
    assert run("fix", "--write", folder).exit_code == 0
    assert (folder / "compose.yml").read_text() == text.replace("start-first}", "stop-first}")


@pytest.mark.parametrize(
    ("answers", "orders"),
    [
        ("y\ny\n", ["stop-first", "stop-first"]),
        ("n\ny\n", ["start-first", "stop-first"]),
        ("what\nY\nq\n", ["stop-first", "start-first"]),
        ("a\n", ["stop-first", "stop-first"]),
        ("q\n", ["start-first", "start-first"]),
        ("", ["start-first", "start-first"]),
    ],
)
def test_fix_interactive_asks_about_each_fix(answers: str, orders: list[str], run: Run, write: Write) -> None:
    folder = write({"compose.yml": BASE})
    ran = run("fix", "--interactive", folder, stdin=answers)
    assert ran.exit_code == 0
    text = (folder / "compose.yml").read_text()
    assert [line.split("order: ")[1].rstrip("}") for line in text.splitlines() if "order: " in line] == orders
    assert "-        order: start-first\n+        order: stop-first\n" in ran.stdout


def test_fix_interactive_includes_unsafe_fixes(run: Run, write: Write, here: Path, snapshot: SnapshotAssertion) -> None:
    write({"compose.yml": one_service("order: start-first, failure_action: pause, monitor: 30s")})
    ran = run("fix", "-i", stdin="y\n")
    assert mask_folder(ran.output, here) == snapshot
    assert "stop-first" in (here / "compose.yml").read_text()


def test_fix_of_standard_input(run: Run) -> None:
    shown = run("fix", "-", stdin=BASE)
    assert shown.exit_code == 1
    assert "+        order: stop-first" in shown.stdout
    written = run("fix", "--write", "-", stdin=BASE)
    assert (written.exit_code, written.stdout) == (0, FIXED)
    assert run("fix", "--write", "-", stdin=FIXED).stdout == FIXED


@pytest.mark.parametrize("text", [BASE.encode("utf-16"), BASE.encode() + b"# \xe9\n"])
@pytest.mark.slow
def test_fix_preserves_the_bytes_of_standard_input(text: bytes) -> None:
    command = [sys.executable, "-m", "rollout_lint", "fix", "--write", "-"]
    ran = subprocess.run(command, input=text, capture_output=True, check=False)
    is_read = ran.returncode == 0
    assert ran.stdout == (FIXED.encode("utf-16") if is_read else text)
    assert is_read == text.startswith(b"\xff\xfe")


def test_fix_command_in_check_output_runs(run: Run, write: Write, here: Path) -> None:
    write({"-x/compose.yml": BASE, "my wiki/compose.yml": BASE})
    hints = set(re.findall(r"\(rollout-lint (fix .*)\)", run("check", ".").stdout))
    assert len(hints) == 2
    for hint in hints:
        assert run(*shlex.split(hint)).exit_code == 0
    assert (here / "-x/compose.yml").read_text() == FIXED
    assert (here / "my wiki/compose.yml").read_text() == FIXED


def hints_of(text: str) -> list[list[str]]:
    """Return the arguments of the commands that `check` offers."""
    return [shlex.split(hint) for hint in dict.fromkeys(re.findall(r"\(rollout-lint (fix .*)\)", text))]


OVERLAY = 'version: "3.8"\nservices: {app: {deploy: {replicas: 2}}}\n'
VARIABLE = BASE.replace("order: start-first", "order: ${ORDER:-start-first}")
GIVEN = ["-c", "a.yml", "-c", "b.yml"]


@pytest.mark.parametrize(
    ("files", "check", "hints"),
    [
        pytest.param({"hint/stack.yml": BASE}, ["hint/stack.yml"], [["hint"]], id="other-name"),
        pytest.param(
            {"worker/compose.yml": BASE, "worker/api/compose.yml": BASE},
            ["worker/compose.yml"],
            [["worker/compose.yml"]],
            id="recipe-above-another",
        ),
        pytest.param(
            {"all/a.stack.yml": BASE, "all/b.stack.yml": FIXED},
            ["all"],
            [["all/a.stack.yml"]],
            id="two-stacks-in-a-folder",
        ),
        pytest.param(
            {"a.yml": BASE, "b.yml": OVERLAY},
            ["-c", "a.yml", "-c", "b.yml"],
            [["-c", "a.yml", "-c", "b.yml"]],
            id="given",
        ),
        pytest.param({"compose.yml": BASE}, ["--exclude", "x y"], [["--exclude", "x y"]], id="exclude"),
        pytest.param({"compose.yml": BASE}, [], [[]], id="here"),
        pytest.param({"compose.yml": VARIABLE}, [], [], id="variable"),
    ],
)
def test_check_offers_only_commands_that_fix(
    files: dict[str, str | bytes], check: list[str], hints: list[list[str]], run: Run, write: Write, here: Path
) -> None:
    write(files)
    found = hints_of(run("check", *check).stdout)
    assert found == [["fix", "--write", *each] for each in hints]
    for hint in found:
        before = {file: (here / file).read_text() for file in files}
        assert run(*hint).exit_code == 0
        assert {file for file in files if (here / file).read_text() != before[file]} == {next(iter(files))}
    if hints:
        assert "RL001" not in run("check", *check).stdout


def test_check_of_standard_input_offers_no_command(run: Run) -> None:
    assert "RL001" in run("check", "-", stdin=BASE).stdout
    assert hints_of(run("check", "-", stdin=BASE).stdout) == []


def test_check_offers_no_command_that_needs_a_suppressed_finding(run: Run, write: Write, here: Path) -> None:
    text = one_service("order: start-first, failure_action: rollback").replace(
        "  app:\n", "  app: # rollout-lint: ignore[RL001] the host has room\n"
    )
    write({"compose.yml": text})
    assert "RL001" in run("check", "--no-ignores").stdout
    assert hints_of(run("check", "--no-ignores").stdout) == []
    del here


DOCUMENTED = """\
services:
  web:
    image: example/web:1
    deploy:
      replicas: 2
      update_config:
        parallelism: 2
        delay: 10s
"""


def test_fix_of_all_at_once_raises_the_monitor_over_the_delay(run: Run, write: Write, here: Path) -> None:
    write({"compose.yml": DOCUMENTED})
    [hint] = hints_of(run("check").stdout)
    assert run(*hint).exit_code == 0
    fixed = DOCUMENTED.replace("parallelism: 2", "parallelism: 1") + "        monitor: 30s\n"
    assert (here / "compose.yml").read_text() == fixed
    assert "RL016" not in run("check").stdout
    assert "RL018" not in run("check").stdout


def test_fix_raises_the_monitor_over_a_long_delay(run: Run, write: Write) -> None:
    folder = write({"compose.yml": DOCUMENTED.replace("10s", "2m")})
    run("fix", "--write", folder)
    assert "parallelism: 1\n        delay: 2m\n        monitor: 4m\n" in (folder / "compose.yml").read_text()


@pytest.mark.parametrize(
    "options",
    [["--interactive", "-"], ["--overlay", "x.yml", "-"], ["-", "."], ["--diff", "--write"], ["--diff", "-i"]],
)
def test_fix_rejects_conflicting_options(options: list[str], run: Run) -> None:
    ran = run("fix", *options, stdin=BASE)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr.startswith("rollout-lint: ")


def test_fix_keeps_recipes_with_errors(run: Run, write: Write) -> None:
    broken = BASE.replace("image: example/worker:1", "imagine: x")
    folder = write({"a/compose.yml": broken, "b/compose.yml": BASE})
    ran = run("fix", "--write", folder / "a", folder / "b")
    assert ran.exit_code == 2
    assert f"{folder}/a/compose.yml:12:5: " in ran.stderr
    assert (folder / "a/compose.yml").read_text() == broken
    assert (folder / "b/compose.yml").read_text() == FIXED


@pytest.mark.parametrize(
    ("overlay", "line"),
    [
        pytest.param("services: {app: {deploy: []}}\n", 1, id="broken"),
        pytest.param("services:\n  app:\n    {{ x }}\n", 3, id="template"),
    ],
)
def test_fix_keeps_a_recipe_with_an_unread_variant(run: Run, write: Write, overlay: str, line: int) -> None:
    folder = write({"compose.yml": BASE, "compose.ccci.yml": overlay})
    ran = run("fix", "--write", folder)
    assert ran.exit_code == 2
    assert f"{folder}/compose.ccci.yml:{line}:" in ran.stderr
    assert (folder / "compose.yml").read_text() == BASE


def test_fix_skips_a_file_that_is_not_a_stack(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"playbook.yml": "- hosts: all\n"})
    ran = run("fix", folder / "playbook.yml")
    assert ran.exit_code == 0
    assert ran.stderr == snapshot


def test_fix_keeps_a_link_out_of_the_recipe(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"common.yml": BASE, "wiki/README": ""})
    (folder / "wiki/compose.yml").symlink_to("../common.yml")
    ran = run("fix", "--write", folder / "wiki/compose.yml")
    assert (folder / "common.yml").read_text() == BASE
    assert ran.exit_code in (0, 2)
    assert mask_folder(ran.output, folder) == snapshot


def test_fix_preserves_a_link_within_the_recipe(run: Run, write: Write) -> None:
    folder = write({"docker-stack-base.txt": BASE})
    (folder / "compose.yml").symlink_to("docker-stack-base.txt")
    assert run("fix", "--write", folder).exit_code == 0
    assert (folder / "compose.yml").is_symlink()
    assert (folder / "docker-stack-base.txt").read_text() == FIXED


@pytest.mark.slow
def test_fix_does_not_overwrite_a_concurrent_change(write: Write, snapshot: SnapshotAssertion) -> None:
    """Another program saves the file during the prompt."""
    folder = write({"compose.yml": BASE})
    process = subprocess.Popen(
        [sys.executable, "-m", "rollout_lint", "fix", "--interactive", folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    while "+        order: stop-first" not in process.stdout.readline():
        assert process.poll() is None
    (folder / "compose.yml").write_text(f"{BASE}# mine\n")
    _, stderr = process.communicate("a\n")
    assert process.returncode == 2
    assert mask_folder(stderr, folder) == snapshot
    assert (folder / "compose.yml").read_text() == f"{BASE}# mine\n"


@pytest.mark.usefixtures("without_coverage")
@pytest.mark.slow
def test_fix_writes_all_files_of_a_recipe_or_none(write: Write, snapshot: SnapshotAssertion) -> None:
    """The file size limit allows the base, but not the larger overlay."""
    overlay = "services: {app: {deploy: {update_config: {max_failure_ratio: 1}}}}\n" + "# as long as it is\n" * 500
    base = one_service("failure_action: rollback, order: start-first, monitor: 30s")
    folder = write({"compose.yml": base, "compose.ccci.yml": overlay})
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))"
    # Without bytecode, because the limit would leave truncated files in the cache.
    program = [sys.executable, "-B", "-c", f"{limited}; from rollout_lint.cli.app import app; app()"]
    ran = subprocess.run([*program, "fix", "--write", folder], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert mask_folder(ran.stderr, folder) == snapshot
    assert (folder / "compose.yml").read_text() == base
    assert (folder / "compose.ccci.yml").read_text() == overlay


@pytest.mark.slow
def test_fix_succeeds_if_standard_error_is_full(write: Write) -> None:
    folder = write({"compose.yml": BASE})
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run([sys.executable, "-m", "rollout_lint", "fix", "--write", folder], stderr=full, check=False)
    assert (ran.returncode, (folder / "compose.yml").read_text()) == (0, FIXED)


def test_fix_preserves_the_file_mode(run: Run, write: Write) -> None:
    folder = write({"compose.yml": BASE})
    (folder / "compose.yml").chmod(0o640)
    run("fix", "--write", folder)
    assert (folder / "compose.yml").stat().st_mode & 0o777 == 0o640


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


SHARED_POLICY = """\
x-policy: &policy
  failure_action: rollback
  max_failure_ratio: 1
  monitor: 2s
services:
  app:
    image: example/app:1
    deploy: {update_config: *policy}
    ports: [{target: 80, published: 80, mode: host}]
  web:
    image: example/app:1
    deploy: {update_config: *policy}
"""
RISKY_OVERLAY = """\
services:
  app:
    deploy:
      update_config: {failure_action: continue, order: start-first, monitor: 30s}
"""


def test_fix_survives_an_edit_that_changes_all_services(run: Run, write: Write) -> None:
    folder = write({"compose.yml": SHARED_POLICY, "compose.ccci.yml": RISKY_OVERLAY})
    assert run("fix", "--unsafe", "--write", folder).exit_code == 0
    assert "order: stop-first" in (folder / "compose.ccci.yml").read_text()
    assert run("check", folder, "--fail-on", "medium").exit_code == 0


SHORT_MONITOR = """\
id: TT001
name: short-monitor
summary: The monitor is short
severity: medium
when:
  deploy.update_config.monitor: {maximum: 20}
message: "{service} has a short monitor"
why: A test.
fix:
  deploy: {update_config: {monitor: 30s}}
sources: [a test]
examples:
  bad: [{at: "compose.yml:1", files: {compose.yml: "services: {}"}}]
  good: [{files: {compose.yml: "services: {}"}}]
"""
LONG_MONITOR = """\
id: TT002
name: long-monitor
summary: The monitor is long, and a healthcheck exists
severity: low
when:
  deploy.update_config.monitor: {minimum: 20}
  derived.has_healthcheck: {const: true}
message: "{service} has a long monitor"
why: A test.
fix: null
advice: none
sources: [a test]
examples:
  bad: [{at: "compose.yml:1", files: {compose.yml: "services: {}"}}]
  good: [{files: {compose.yml: "services: {}"}}]
"""


@pytest.mark.parametrize(
    ("severity", "expected"), [("low", {"wiki/compose.yml"}), ("medium", set())], ids=["less-severe", "as-severe"]
)
def test_fix_changes_the_file_that_sets_the_policy(
    severity: str, expected: set[str], run: Run, write: Write, here: Path, snapshot: SnapshotAssertion
) -> None:
    """The base is fixed if that brings only a less severe finding in a variant. The unrelated overlay stays."""
    base = "services:\n  app:\n    image: example/app:1\n    deploy:\n      update_config:\n        delay: 1s\n"
    files: dict[str, str | bytes] = {
        "wiki/compose.yml": base,
        "wiki/compose.backup.yml": "services: {app: {labels: [backup=yes]}}\n",
        "wiki/compose.health.yml": "services: {app: {healthcheck: {test: curl -f localhost}}}\n",
        "wiki/.env.sample": "".join(f"#COMPOSE_FILE=compose.yml:compose.{name}.yml\n" for name in ("backup", "health")),
        "own/TT001-short-monitor.yaml": SHORT_MONITOR,
        "own/TT002-long-monitor.yaml": LONG_MONITOR.replace("severity: low", f"severity: {severity}"),
    }
    write(files)
    ran = run("fix", "--write", "--rules", "own", "--only", "TT001", "wiki")
    assert ran.exit_code == 0
    changed = {file for file, text in files.items() if (here / file).read_text() != text}
    assert changed == expected
    assert ("1 finding not fixed (1 medium)" in ran.stderr) == (severity == "medium")
    assert (here / "wiki/compose.yml").read_text() == base + "        monitor: 30s\n" * len(expected)
    assert ran.stderr == snapshot


def test_fix_interactive_explains_the_keys_once(run: Run, write: Write) -> None:
    ran = run("fix", "--interactive", write({"compose.yml": BASE}), stdin="n\nn\n")
    assert ran.stdout.count("y: apply, n: skip, a: apply this and all others, q: skip this and all others") == 1
    assert ran.stdout.index("y: apply") < ran.stdout.index("[y/n/a/q]")
    assert ran.stdout.count("[y/n/a/q]") == 2


def test_fix_interactive_asks_once_for_several_variants(run: Run, write: Write) -> None:
    folder = write(
        {
            "compose.yml": one_service("failure_action: rollback, order: start-first"),
            "compose.backup.yml": "services: {app: {labels: [backup=yes]}}\n",
            ".env.sample": "#COMPOSE_FILE=compose.yml:compose.backup.yml\n",
        }
    )
    ran = run("fix", "--interactive", "--only", "RL001", folder, stdin="n\ny\n")
    assert ran.stdout.count("[y/n/a/q]") == 1
    assert "start-first" in (folder / "compose.yml").read_text()
