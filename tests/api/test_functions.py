"""Public functions: they return what the commands print, and leave the process as it was."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_type

import pytest
import rollout_lint
from rollout_lint.discovery.revision_paths import EXPORTS
from rollout_lint.fleet.parallel import choose_process_count

from tests.conftest import SAMPLES
from tests.rules.own_rule import NAME, OWN_RULE

if TYPE_CHECKING:
    from tests.conftest import Run, Write
    from tests.repository import Repository

RISKY = "services: {a: {image: b, deploy: {update_config: {failure_action: rollback, order: start-first}}}}\n"
CLEAN = "services: {a: {image: b}}\n"


@pytest.fixture(autouse=True)
def fixed_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1781913600")


def list_active(result: rollout_lint.CheckResult) -> list[tuple[str, str, str | None]]:
    return [(recipe.name, each.rule.id, each.service) for recipe in result for each in recipe.active_findings]


def test_check_returns_what_the_command_prints(run: Run) -> None:
    result = rollout_lint.check(SAMPLES)
    printed = run("check", "--format", "json", SAMPLES)
    assert result.exit_code == printed.exit_code
    assert [file._asdict() for file in result.skipped] == printed.json["skipped"]
    assert len(result.recipes) == len(printed.json["recipes"])
    for recipe, shown in zip(result.recipes, printed.json["recipes"], strict=True):
        assert (recipe.name, recipe.path, recipe.status) == (shown["name"], shown["path"], shown["status"])
        assert [(each.name, list(each.files)) for each in recipe.variants] == [
            (each["name"], each["files"]) for each in shown["variants"]
        ]
        assert {(each.rule.id, each.variant, each.location.line) for each in recipe.findings} == {
            (each["rule"], each["variant"], each["line"]) for each in shown["findings"]
        }
        assert list(recipe.unknown_variables) == shown.get("unknown_variables", [])


def test_show_returns_what_the_command_prints(run: Run) -> None:
    result = rollout_lint.show(SAMPLES)
    printed = run("show", "--format", "json", SAMPLES)
    assert result.exit_code == printed.exit_code
    variants = [variant for recipe in result for variant in recipe.variants]
    assert len(variants) == len(printed.json["variants"])
    for variant, shown in zip(variants, printed.json["variants"], strict=True):
        assert list(variant.services) == list(shown["services"])
        for name, facts in variant.services.items():
            for path, fact in facts.items():
                line = fact.location.line if fact.location else None
                expected = shown["services"][name][path]
                assert (fact.default, line) == (expected["default"], expected.get("line")), (name, path)


@pytest.mark.parametrize("options", [{}, {"fail_on": "medium"}, {"jobs": 2, "fail_on": "never"}], ids=str)
def test_sweep_returns_what_the_command_prints(run: Run, options: dict[str, Any]) -> None:
    result = rollout_lint.sweep(SAMPLES, **options)
    arguments = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    printed = run("sweep", "--format", "json", SAMPLES, *arguments)
    assert result.exit_code == printed.exit_code
    shown = [(row["recipe"], row["risk"]["level"], row["risk"]["text"]) for row in printed.json["recipes"]]
    assert [(each.recipe, each.risk.level, each.risk.text) for each in result] == shown


def test_results_have_the_documented_types(write: Write) -> None:
    folder = write({"compose.yml": RISKY})
    assert_type(rollout_lint.check(folder), rollout_lint.CheckResult)
    assert_type(rollout_lint.sweep(folder), rollout_lint.SweepResult)
    assert_type(rollout_lint.show(folder), rollout_lint.ShowResult)
    for recipe in rollout_lint.check(folder):
        assert_type(recipe, rollout_lint.CheckedRecipe)
        with pytest.raises(AttributeError):
            recipe.status = rollout_lint.EvaluationStatus.EVALUATED  # type: ignore[misc]


def test_check_options_select_findings_but_not_the_exit_code(write: Write) -> None:
    folder = write({"compose.yml": RISKY})
    assert list_active(rollout_lint.check(folder))
    assert not list_active(rollout_lint.check(folder, only_rules="RL050"))
    assert rollout_lint.check(folder, only_rules="RL050").exit_code == rollout_lint.ExitCode.FINDINGS
    assert rollout_lint.check(folder, fail_on="never").exit_code == rollout_lint.ExitCode.OK
    assert not list_active(rollout_lint.check(folder, severity="high"))


def test_check_merges_given_files(write: Write) -> None:
    folder = write(
        {
            "a.yml": RISKY.replace("image: b", "image: $IMAGE"),
            "b.yml": "services: {a: {deploy: {update_config: {order: $ORDER}}}}\n",
            "env": "ORDER=stop-first\n",
        }
    )
    files = [folder / "a.yml", folder / "b.yml"]
    result = rollout_lint.check(compose_files=files, env_files=folder / "env", variables={"IMAGE": "b"})
    assert [variant.files for recipe in result for variant in recipe.variants] == [tuple(map(str, files))]
    assert result.recipes[0].is_evaluated
    assert "RL001" not in {rule for _, rule, _ in list_active(result)}


def test_check_reads_contents_instead_of_the_file(write: Write) -> None:
    folder = write({"compose.yml": CLEAN, "compose.ccci.yml": "services: {a: {deploy: {replicas: 2}}}\n"})
    result = rollout_lint.check(folder / "compose.yml", contents=RISKY)
    assert "RL001" in {rule for _, rule, _ in list_active(result)}
    assert len(result.recipes[0].variants) == 2
    assert (folder / "compose.yml").read_text() == CLEAN


def test_check_applies_a_baseline(write: Write, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write({"compose.yml": RISKY})
    monkeypatch.chdir(folder)
    assert run("check", "--write-baseline").exit_code == 0
    assert rollout_lint.check().exit_code == rollout_lint.ExitCode.OK
    assert rollout_lint.check(use_baseline=False).exit_code == rollout_lint.ExitCode.FINDINGS
    assert rollout_lint.check(use_suppressions=False).exit_code == rollout_lint.ExitCode.FINDINGS
    Path("compose.yml").write_text(CLEAN)
    assert rollout_lint.check(baseline=".rollout-lint-baseline.json").obsolete_entries > 0


def test_check_since_returns_only_changed_recipes(repository: Repository) -> None:
    repository.commit({"a/compose.yml": RISKY, "b/compose.yml": RISKY})
    (repository.folder / "b/compose.yml").write_text(RISKY.replace("image: b", "image: c"))
    result = rollout_lint.check(repository.folder, since="HEAD")
    assert [recipe.name for recipe in result] == ["b"]


def test_values_that_may_be_secret_are_masked(write: Write) -> None:
    test = "[CMD, curl, -u, 'admin:hunter2', localhost]"
    folder = write({"compose.yml": f"services: {{a: {{image: b, healthcheck: {{test: {test}}}, deploy: {{}}}}}}\n"})
    assert "hunter2" not in repr(rollout_lint.show(folder)) + repr(rollout_lint.check(folder))
    assert "healthcheck.test" in rollout_lint.show(folder).recipes[0].variants[0].services["a"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"path": "nowhere"}, "nowhere does not exist"),
        ({"path": "-"}, "standard input is not read here: pass the name of the file, and its contents"),
        ({"compose_files": ["-"]}, "standard input is not read here"),
        ({"path": ".", "compose_files": ["compose.yml"]}, "a path and -c cannot be combined"),
        ({"env_files": ["env"]}, "--env-file requires -c; without it, values are read from .env.sample"),
        ({"fail_on": "worst"}, 'invalid fail_on "worst": must be one of high, medium, low, info, never'),
        ({"only_rules": ["RL999"]}, "RL999"),
        ({"exclude": ["\\"]}, "invalid --exclude '\\\\': must be a gitignore pattern"),
        ({"contents": CLEAN, "path": ["a", "b"]}, "contents require one path"),
        ({"since": "nothing"}, "--since nothing"),
        ({"since": "HEAD", "changed": True}, "--since and --changed cannot be combined"),
    ],
    ids=str,
)
def test_check_raises_for_options(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], message: str
) -> None:
    repository.commit({"compose.yml": CLEAN})
    monkeypatch.chdir(repository.folder)
    with pytest.raises(rollout_lint.OptionError) as caught:
        rollout_lint.check(**options)
    assert message in str(caught.value)


def test_errors_in_files_have_problems(write: Write) -> None:
    folder = write({"compose.yml": CLEAN, "rollout-lint.toml": "unknown = 1\n", "rules/a.yaml": "a: 1\n"})
    with pytest.raises(rollout_lint.ConfigError) as caught:
        rollout_lint.check(folder)
    assert caught.value.problems[0].line == 1
    (folder / "rollout-lint.toml").unlink()
    with pytest.raises(rollout_lint.RuleError):
        rollout_lint.check(folder, rule_folders=folder / "rules")
    with pytest.raises(rollout_lint.FleetError):
        rollout_lint.check(folder, baseline=folder / "compose.yml")
    assert issubclass(rollout_lint.LintError, rollout_lint.RolloutLintError)


def test_file_that_docker_rejects_is_no_exception(write: Write) -> None:
    folder = write({"a/compose.yml": "services: [", "b/compose.yml": CLEAN})
    result = rollout_lint.check(folder)
    assert result.exit_code == rollout_lint.ExitCode.ERROR
    assert [recipe.is_evaluated for recipe in result] == [False, True]
    assert [recipe.exit_code for recipe in result] == [2, 0]
    assert result.recipes[0].problems


def test_calls_leave_the_process_as_it_was(
    repository: Repository,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    repository.commit(
        {"a/compose.yml": RISKY, "b/compose.yml": "services: [", "fleet.yml": "version: 1\nrecipes: [{path: a@HEAD}]\n"}
    )
    monkeypatch.chdir(repository.folder)

    def state() -> tuple[object, ...]:
        handlers = [signal.getsignal(each) for each in signal.valid_signals()]
        collector = (gc.get_threshold(), gc.isenabled(), gc.get_freeze_count())
        process = (sys.stdout, sys.stderr, sys.stdin, dict(os.environ), Path.cwd(), threading.active_count())
        return (*handlers, *collector, *process, dict(EXPORTS), list(temporary.iterdir()))

    before = state()
    rollout_lint.check()
    rollout_lint.check(since="HEAD")
    rollout_lint.sweep(jobs=2, keep_going=True)
    rollout_lint.sweep(at="HEAD", fail_on="high")
    rollout_lint.show()
    with pytest.raises(rollout_lint.OptionError):
        rollout_lint.check("nowhere")
    assert state() == before
    assert capfd.readouterr() == ("", "")


def test_rules_and_configs_are_read_again_if_they_change(write: Write) -> None:
    folder = write({"compose.yml": CLEAN, f"rules/{NAME}": OWN_RULE})
    rule = folder / "rules" / NAME

    def severities() -> list[str]:
        found = rollout_lint.check(folder, rule_folders=folder / "rules", only_rules="TT001")
        return [finding.severity for recipe in found for finding in recipe.active_findings]

    assert severities() == ["low"]
    rule.write_text(OWN_RULE.replace("severity: low", "severity: high"))
    assert severities() == ["high"]
    (folder / "rollout-lint.toml").write_text('disable = ["TT001"]\n')
    assert severities() == []
    (folder / "rollout-lint.toml").unlink()
    (folder / "compose.yml").write_text(CLEAN + CLEAN.replace("services", "x-old"))
    assert severities() == ["high"]


def test_fleet_is_swept_in_one_process_beside_other_threads() -> None:
    end = threading.Event()
    other = threading.Thread(target=end.wait)
    other.start()
    try:
        assert choose_process_count(10**6) == 1
    finally:
        end.set()
        other.join()


def test_await_converged_rejects_a_name() -> None:
    with pytest.raises(rollout_lint.OptionError, match="invalid name of a stack or service '-x'"):
        rollout_lint.await_converged("-x")
