"""Evidence of a recipe: age of CI results, stale results and earlier failures."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.fleet.model import UpgradeOutcome, UpgradeResult
from rollout_lint.fleet.result_age import (
    AgePolicy,
    describe_result,
    find_earlier_failure,
    find_intermittent_ref,
    find_newest_upgrade,
)

from tests.fleet.recipes import OVERLAY, recipe
from tests.repository import repository_at
from tests.support import mask_folder

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write

TODAY = date(2026, 6, 20)


def row(run: Run, folder: Path, *options: str) -> Any:
    ran = run("sweep", folder, "--format", "json", *options)
    return next(each for each in ran.json["recipes"] if each["recipe"] == "web")


def manifest(results: str, more: str = "") -> str:
    return f"version: 1\n{more}recipes:\n  - name: web\n    results: {results}\n"


def aged(*results: UpgradeResult, max_age: int | None = None, changed: str | None = None) -> Any:
    return AgePolicy(TODAY, max_age).apply(results, lambda _: changed)


@pytest.mark.parametrize(
    ("day", "max_age", "age", "is_stale"),
    [
        pytest.param("2026-06-20", None, 0, False, id="today"),
        pytest.param("2026-06-10", None, 10, False, id="any-age"),
        pytest.param("2026-06-10T23:59:00+02:00", None, 10, False, id="with-zone"),
        pytest.param("2026-06-10", 10, 10, False, id="at-limit"),
        pytest.param("2026-06-10", 9, 10, True, id="too-old"),
        pytest.param("2026-06-20", 0, 0, False, id="today-only"),
        pytest.param("2026-06-19", 0, 1, True, id="yesterday"),
        pytest.param("2026-06-21", None, 0, False, id="tomorrow"),
        pytest.param("2026-06-22", None, None, True, id="in-two-days"),
        pytest.param("2062-06-10", 30, None, True, id="in-decades"),
    ],
)
def test_age_policy_sets_age_and_stale_reason(
    day: str, max_age: int | None, age: int | None, is_stale: bool, snapshot: SnapshotAssertion
) -> None:
    (result,) = aged(UpgradeResult(UpgradeOutcome.PASSED, day), max_age=max_age)
    assert (result.age, result.stale_reason is not None, result.is_policy_changed) == (age, is_stale, False)
    assert result.stale_reason == snapshot


def test_age_policy_checks_policy_of_newest_upgrade_only() -> None:
    results = [
        UpgradeResult(UpgradeOutcome.FAILED, "2026-06-01"),
        UpgradeResult(UpgradeOutcome.PASSED, "2026-06-02"),
        UpgradeResult(None, "2026-06-03"),
    ]
    assert [result.stale_reason for result in aged(*results, changed="another policy")] == [
        None,
        "another policy",
        None,
    ]


def test_sweep_ignores_pass_in_the_future(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    results = "[{date: 2026-06-12, upgrade: fail}, {date: 2062-06-13, upgrade: pass}]"
    found = row(run, write({"web/compose.yml": recipe(), "fleet.yml": manifest(results)}))
    assert (found["risk"]["level"], found["recent_upgrade"]["result"]) == ("failing", "fail")
    assert found["risk"]["because"] == snapshot


def test_sweep_uses_last_of_equal_results_of_one_day(run: Run, write: Write) -> None:
    runs = "".join(f'{{"date": "2026-06-12", "upgrade": "{word}"}}\n' for word in ("fail", "pass", "fail"))
    folder = write({"web/compose.yml": recipe(), "runs.jsonl": runs, "fleet.yml": manifest("runs.jsonl")})
    assert row(run, folder)["risk"]["level"] == "failing"


@pytest.mark.parametrize(
    "run_",
    [
        pytest.param("", id="no-name"),
        pytest.param('"recipe": "Web", ', id="unknown-name"),
    ],
)
def test_sweep_reports_results_without_a_recipe(run: Run, write: Write, run_: str, snapshot: SnapshotAssertion) -> None:
    folder = write(
        {
            "web/compose.yml": recipe(),
            "ci/runs.jsonl": f'{{{run_}"date": "2026-06-12", "upgrade": "fail"}}\n',
            "fleet.yml": "version: 1\nresults: [ci/runs.jsonl]\n",
        }
    )
    ran = run("sweep", folder)
    assert ran.exit_code == 2
    assert ran.stderr.startswith(f"{folder}/fleet.yml:2:11: ")
    assert mask_folder(ran.stderr, folder) == snapshot


def test_newest_upgrade_ignores_level_alone(snapshot: SnapshotAssertion) -> None:
    result = aged(UpgradeResult(UpgradeOutcome.FAILED, "2026-06-01"), UpgradeResult(None, "2026-06-03", level=4))
    newest = find_newest_upgrade(result)
    assert newest is not None
    assert newest.result.upgrade == "fail"
    assert describe_result(result[1]) == snapshot
    assert find_newest_upgrade(result[1:]) is None


def test_earlier_failure_needs_a_later_pass() -> None:
    failed, passed = (
        UpgradeResult(UpgradeOutcome.ROLLED_BACK, "2026-06-01", "a"),
        UpgradeResult(UpgradeOutcome.PASSED, "2026-06-02", "a"),
    )
    assert find_earlier_failure(aged(failed)) is None
    assert find_earlier_failure(aged(passed, failed)) is None
    before = find_earlier_failure(aged(failed, passed))
    assert before is not None
    assert before.result == failed
    assert find_intermittent_ref(aged(failed, passed)) == "a"
    assert find_intermittent_ref(aged(failed, UpgradeResult(UpgradeOutcome.PASSED, "2026-06-02", "b"))) is None
    assert find_intermittent_ref(aged(failed, UpgradeResult(None, "2026-06-02", "a"))) is None


def test_max_age_applies_to_pass_but_failure_stays(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    passed, failed = "[{date: 2026-05-01, upgrade: pass, level: 4}]", "[{date: 2026-05-01, upgrade: fail}]"
    table = ("--format", "markdown")
    folder = write({"web/compose.yml": recipe(), "fleet.yml": manifest(passed)})
    fresh = run("sweep", folder, *table).stdout
    stale = run("sweep", folder, *table, "--max-age", "4w").stdout
    assert fresh == snapshot(name="fresh")
    assert stale == snapshot(name="stale")
    write({"fleet.yml": manifest(passed, "max_age: 30d\n")})
    assert run("sweep", folder, *table).stdout == stale != fresh
    assert run("sweep", folder, *table, "--max-age", "60").stdout == fresh
    write({"fleet.yml": manifest(failed, "max_age: 30d\n")})
    assert row(run, folder)["risk"]["level"] == "failing"


@pytest.mark.parametrize("age", ["soon", "-1", "1y", ""], ids=["word", "negative", "years", "empty"])
def test_max_age_rejects_other_text(run: Run, write: Write, age: str, snapshot: SnapshotAssertion) -> None:
    ran = run("sweep", write({"web/compose.yml": recipe()}), "--max-age", age)
    assert ran.exit_code == 2
    assert ran.stderr.splitlines()[-1] == snapshot


def test_table_shows_level_alone_as_unknown(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"web/compose.yml": recipe(), "fleet.yml": manifest("[{date: 2026-06-01, level: 4}]")})
    found = row(run, folder)
    assert (found["recent_upgrade"], [each["result"] for each in found["evidence"]]) == (None, [None])
    assert found["risk"]["because"] == snapshot(name="because")
    assert run("sweep", folder, "--format", "markdown").stdout == snapshot(name="table")


def test_sweep_reports_expected_outcome(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    entry = "[{date: 2026-06-01, upgrade: fail}]\n    expect: "
    folder = write({"web/compose.yml": recipe(), "fleet.yml": manifest(f"{entry}fail")})
    as_expected = row(run, folder)["risk"]
    write({"fleet.yml": manifest(f"{entry}pass")})
    unexpected = row(run, folder)["risk"]
    assert (as_expected["level"], unexpected["level"]) == ("failing", "failing")
    assert [[risk["text"], *risk["because"]] for risk in (as_expected, unexpected)] == snapshot


def test_text_shows_newest_results_and_json_all(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    results = ", ".join(f"{{date: 2026-05-{day:02}, upgrade: pass}}" for day in range(1, 21))
    found = row(run, write({"web/compose.yml": recipe(), "fleet.yml": manifest(f"[{results}]")}))
    assert found["risk"]["because"] == snapshot
    assert [each["date"][-2:] for each in found["evidence"]] == [f"{day:02}" for day in range(20, 0, -1)]


def test_results_come_from_shared_and_own_files(run: Run, write: Write) -> None:
    lines = "results: [ci/all.jsonl, 'ci/*/results.json', 'ci/*/junit.xml']\n"
    folder = write(
        {
            "web/compose.yml": recipe(),
            "fleet.yml": manifest("[{date: 2026-06-04, upgrade: pass}]", lines),
            "ci/all.jsonl": '{"recipe": "web", "date": "2026-06-01", "upgrade": "fail", "ref": "1234567"}\n'
            '{"recipe": "api", "date": "2026-06-19", "upgrade": "fail"}\n',
            "ci/web/results.json": '{"date": "2026-06-03", "level": 4, "rungs": {"upgrade": "pass"}}',
            "ci/web/junit.xml": '<testsuite name="s" timestamp="2026-06-02T10:00:00">'
            '<testcase name="test_upgrade"><failure message="rollback_completed"/></testcase></testsuite>',
        }
    )
    found = row(run, folder)
    assert [(each["date"][:10], each["result"], each["source"]) for each in found["evidence"]] == [
        ("2026-06-04", "pass", None),
        ("2026-06-03", "pass", "ci/web/results.json"),
        ("2026-06-02", "rolled-back", "ci/web/junit.xml"),
        ("2026-06-01", "fail", "ci/all.jsonl"),
    ]
    assert found["failed_before"]["result"] == "rolled-back"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a fleet with a recipe that was safe on 1 May (v1) and rolls back start-first since 1 June (v2)."""
    repository = repository_at(tmp_path)
    repository.commit({"web/compose.yml": recipe("stop-first"), "fleet.yml": "version: 1\n"}, "2026-05-01T12:00:00Z")
    repository.git("tag", "v1")
    repository.commit({"web/compose.yml": recipe()}, "2026-06-01T12:00:00Z")
    repository.git("tag", "v2")
    return tmp_path


@pytest.mark.parametrize(
    ("result", "is_stale"),
    [
        pytest.param("{date: 2026-06-10, ref: v1, upgrade: pass}", True, id="ref-before"),
        pytest.param("{date: 2026-05-10, ref: v2, upgrade: pass}", False, id="ref-after"),
        pytest.param("{date: 2026-05-10, upgrade: pass}", True, id="day-before"),
        pytest.param("{date: 2026-06-01, upgrade: pass}", False, id="day-of-change"),
        pytest.param("{date: '2026-06-01T11:59:59Z', upgrade: pass}", True, id="hour-before"),
        pytest.param("{date: 2026-06-02, upgrade: pass}", False, id="day-after"),
        pytest.param("{date: 2026-04-01, upgrade: pass}", False, id="before-history"),
        pytest.param("{date: 2026-05-10, ref: deadbeef, upgrade: pass}", True, id="unknown-ref"),
        pytest.param("{date: 2026-05-10, ref: deadbeef, upgrade: fail}", False, id="unknown-ref-failed"),
        pytest.param("{date: 2026-05-10, ref: v1, upgrade: fail}", True, id="ref-before-failed"),
        pytest.param("{date: 2026-05-10, ref: --help, upgrade: pass}", True, id="ref-like-option"),
    ],
)
def test_result_is_stale_after_policy_change(
    run: Run, write: Write, repository: Path, result: str, is_stale: bool, snapshot: SnapshotAssertion
) -> None:
    write({"fleet.yml": manifest(f"[{result}]")})
    found = row(run, repository)
    assert (found["recent_upgrade"]["stale"] is not None) == is_stale
    assert found["recent_upgrade"]["stale"] == snapshot
    failing = "fail" in result and not is_stale
    assert (found["risk"]["level"] == "failing") == failing


def test_result_is_stale_after_new_overlay(
    run: Run, write: Write, repository: Path, snapshot: SnapshotAssertion
) -> None:
    write({"fleet.yml": manifest("[{date: 2026-06-10, ref: v2, upgrade: rolled-back}]")})
    assert row(run, repository)["risk"]["level"] == "failing"
    write({"web/compose.ccci.yml": OVERLAY})
    found = row(run, repository)
    assert found["risk"]["level"] == "mitigated"
    assert found["recent_upgrade"]["stale"] == snapshot


def test_result_is_fresh_after_change_outside_policy(run: Run, write: Write, repository: Path) -> None:
    write(
        {
            "web/compose.yml": recipe(image="example/app:2"),
            "fleet.yml": manifest("[{date: 2026-06-10, ref: v2, upgrade: pass}]"),
        }
    )
    assert row(run, repository)["recent_upgrade"]["stale"] is None


def test_sweep_at_revision_shows_earlier_table(run: Run, write: Write, repository: Path) -> None:
    write({"web/compose.yml": recipe("stop-first", "pause"), "new/compose.yml": recipe()})
    now = run("sweep", repository, "--format", "markdown").stdout
    assert "| new |" in now
    then = run("sweep", repository, "--at", "v2", "--format", "markdown").stdout
    assert "| web | rollback | start-first |" in then
    assert "new" not in then
    first = run("sweep", repository, "--at", "v1", "--format", "json").json
    assert (first["date"], first["recipes"][0]["risk"]["level"]) == ("2026-05-01", "safe")
    assert (
        run("sweep", repository / "fleet.yml", "--at", "v1", "--format", "json").json["recipes"][0]["order"]
        == "stop-first"
    )


def test_manifest_lists_recipe_at_several_revisions(run: Run, write: Write, repository: Path) -> None:
    entries = "[{name: web}, {path: web@v1}, {name: was, path: web@v2}, {path: '*@v1'}]"
    write({"fleet.yml": f"version: 1\nrecipes: {entries}\n"})
    ran = run("sweep", repository, "--format", "json", "--keep-going")
    levels = {each["recipe"]: each["risk"]["level"] for each in ran.json["recipes"]}
    assert levels == {"web": "latent-medium", "web@v1": "safe", "was": "latent-medium"}
    assert ran.exit_code == 0


@pytest.mark.parametrize("ref", ["v9", "--help", "v1:web", ""])
def test_sweep_reports_unknown_revision(run: Run, write: Write, repository: Path, ref: str) -> None:
    ran = run("sweep", repository, "--at", ref)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"rollout-lint: {repository}: --at {ref}: ")
    write({"fleet.yml": f"version: 1\nrecipes:\n  - name: web\n  - path: web@{ref}\n"})
    ran = run("sweep", repository, "--format", "json")
    assert ran.exit_code == 2
    broken = [each for each in ran.json["recipes"] if each["risk"]["level"] == "not-evaluated"]
    assert len(broken) == 1
    assert "fleet.yml:4:11: " in broken[0]["risk"]["because"][0]


@pytest.mark.parametrize("outer", [False, True])
def test_policy_history_uses_repository_of_recipe(
    run: Run, write: Write, tmp_path: Path, outer: bool, snapshot: SnapshotAssertion
) -> None:
    own = repository_at(tmp_path / "web")
    commit = own.commit({"compose.yml": recipe()}, date="2026-06-01T12:00:00Z")
    own.commit({"compose.yml": recipe("stop-first")}, date="2026-06-10T12:00:00Z")
    folder = write(
        {
            "ci/web/compose.ccci.yml": "services: {app: {hostname: x}}\n",
            "fleet.yml": manifest(
                f"[{{date: 2026-06-02, ref: {commit}, upgrade: fail}}]", "overlays: [ci/*/compose.ccci.yml]\n"
            ),
        }
    )
    if outer:
        fleet = repository_at(folder)
        fleet.git("add", "fleet.yml", "ci")
        fleet.git("commit", "--quiet", "--message", "m")
    found = row(run, folder)
    assert found["recent_upgrade"]["stale"] == snapshot(name="stale")
    assert found["risk"]["level"] == "safe"


@pytest.mark.parametrize("ref", ["main", "HEAD"])
def test_policy_history_ignores_branch_as_ref(
    run: Run, write: Write, tmp_path: Path, ref: str, snapshot: SnapshotAssertion
) -> None:
    own = repository_at(tmp_path / "web")
    own.commit({"compose.yml": recipe("stop-first")}, date="2026-06-01T12:00:00Z")
    own.commit({"compose.yml": recipe()}, date="2026-06-10T12:00:00Z")
    results = f"[{{date: 2026-06-02, ref: {ref}, upgrade: pass}}]"
    found = row(run, write({"fleet.yml": manifest(results)}))
    assert found["recent_upgrade"]["stale"] == snapshot


def test_policy_history_lacks_overlay_added_later(
    run: Run, write: Write, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    repository = repository_at(tmp_path)
    commit = repository.commit({"web/compose.yml": recipe()}, date="2026-06-01T12:00:00Z")
    results = f"[{{date: 2026-06-02, ref: {commit}, upgrade: fail}}]\n    overlay: ci/overlay.yml"
    found = row(run, write({"ci/overlay.yml": OVERLAY, "fleet.yml": manifest(results)}))
    assert found["risk"]["level"] == "mitigated"
    assert found["recent_upgrade"]["stale"] == snapshot


@pytest.mark.parametrize("broken_then", [True, False], ids=["then", "now"])
def test_policy_history_ignores_an_unread_overlay(run: Run, write: Write, tmp_path: Path, broken_then: bool) -> None:
    """The values of an overlay with errors are unknown, also if its order can be read."""
    broken = "services: {app: {no: such, deploy: {update_config: {order: stop-first}}}}\n"
    kept = "services: {app: {hostname: x}}\n"
    before, after = (broken, kept) if broken_then else (kept, broken)
    repository = repository_at(tmp_path)
    files = {"web/compose.yml": recipe(), "web/compose.ccci.yml": before}
    commit = repository.commit(files, date="2026-06-01T12:00:00Z")
    results = f"[{{date: 2026-06-02, ref: {commit}, upgrade: fail}}]"
    found = row(run, write({"web/compose.ccci.yml": after, "fleet.yml": manifest(results)}))
    assert (found["risk"]["level"], found["recent_upgrade"]["stale"]) == ("failing", None)


def test_policy_history_ignores_errors_in_an_option(run: Run, write: Write, tmp_path: Path) -> None:
    repository = repository_at(tmp_path)
    files = {"web/compose.yml": recipe(), "web/compose.ha.yml": "services: {no: []}\n"}
    sample = "#COMPOSE_FILE=compose.yml:compose.ha.yml\n"
    commit = repository.commit({**files, "web/.env.sample": sample}, date="2026-06-01T12:00:00Z")
    results = f"[{{date: 2026-06-02, ref: {commit}, upgrade: fail}}]"
    found = row(run, write({"web/compose.yml": recipe("stop-first"), "fleet.yml": manifest(results)}))
    assert found["recent_upgrade"]["stale"] == (
        "the policy has changed since: app: order was start-first and is stop-first"
    )


def test_policy_history_reads_overlay_outside_recipe(
    run: Run, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = repository_at(tmp_path / "repository")
    files = {"web/compose.yml": recipe(), "web/recipe_meta.py": 'OVERLAY = "../ci/overlay.yml"\n'}
    commit = repository.commit({**files, "ci/overlay.yml": OVERLAY}, date="2026-06-01T12:00:00Z")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    results = f"[{{date: 2026-06-02, ref: {commit}, upgrade: pass}}]"
    write({"repository/fleet.yml": manifest(results)})
    assert row(run, repository.folder)["recent_upgrade"]["stale"] is None
    write({"repository/ci/overlay.yml": "services: {app: {hostname: x}}\n"})
    assert row(run, repository.folder)["recent_upgrade"]["stale"] == (
        "the policy has changed since: app: order was stop-first and is start-first"
    )
    assert list(temporary.iterdir()) == []


def test_policy_history_of_second_stack_in_folder(run: Run, write: Write, tmp_path: Path) -> None:
    repository = repository_at(tmp_path)
    files = {"apps/compose.yml": recipe(), "apps/docker-stack-web.yml": recipe("stop-first")}
    commit = repository.commit(files, date="2026-06-01T12:00:00Z")
    results = f"[{{date: 2026-06-02, ref: {commit}, upgrade: fail}}]\n    path: apps/docker-stack-web.yml"
    found = row(run, write({"fleet.yml": manifest(results)}))
    assert (found["risk"]["level"], found["recent_upgrade"]["stale"]) == ("failing", None)


def test_services_table_shows_failed_recipe(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write(
        {
            "web/compose.yml": recipe("stop-first", "pause"),
            "fleet.yml": manifest("[{date: 2026-06-12, upgrade: fail}]"),
        }
    )
    assert run("sweep", folder, "--services", "--format", "markdown").stdout == snapshot


@pytest.mark.parametrize("inside", [True, False], ids=["inside", "outside"])
def test_sweep_reports_repository_without_git(
    run: Run, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: bool, snapshot: SnapshotAssertion
) -> None:
    if inside:
        repository_at(tmp_path / "web")
    folder = write(
        {"web/compose.yml": recipe(), "fleet.yml": manifest("[{date: 2026-06-12, ref: 1a2b3c4, upgrade: pass}]")}
    )
    monkeypatch.setenv("PATH", "")
    reasons = row(run, folder)["risk"]["because"]
    assert any("git" in each for each in reasons) == inside
    assert reasons == snapshot


@pytest.mark.parametrize(("result", "level"), [("fail", "failing"), ("pass", "latent-medium")])
def test_failure_is_fresh_while_risky_service_is_unchanged(
    run: Run, write: Write, tmp_path: Path, result: str, level: str
) -> None:
    repository = repository_at(tmp_path)
    beside = "  db: {image: a, deploy: {update_config: {monitor: 5s}}}\n"
    stack = recipe().replace("services: {", "services:\n  ").rstrip()[:-1] + "\n" + beside
    commit = repository.commit({"web/compose.yml": stack}, date="2026-06-01T12:00:00Z")
    files: dict[str, str | bytes] = {
        "web/compose.yml": stack.replace("5s", "20s"),
        "fleet.yml": manifest(f"[{{date: 2026-06-02, ref: {commit}, upgrade: {result}}}]"),
    }
    found = row(run, write(files))
    assert (found["risk"]["level"], found["recent_upgrade"]["stale"] is None) == (level, result == "fail")
    files["web/compose.yml"] = stack.replace("start-first", "stop-first")
    assert row(run, write(files))["risk"]["level"] == "safe"


def test_pass_is_stale_after_new_service_at_risk(
    run: Run, write: Write, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    commit = repository_at(tmp_path).commit({"web/compose.yml": recipe()}, date="2026-06-01T12:00:00Z")
    results = f"[{{date: 2026-06-02, ref: {commit}, upgrade: pass}}]"
    quiet = recipe().rstrip()[:-1] + ", quiet: {image: a}}\n"
    assert (
        row(run, write({"web/compose.yml": quiet, "fleet.yml": manifest(results)}))["recent_upgrade"]["stale"] is None
    )
    risky = recipe().rstrip()[:-1] + recipe().replace("services: {app", ", worker")
    found = row(run, write({"web/compose.yml": risky}))
    assert found["recent_upgrade"]["stale"] == snapshot
