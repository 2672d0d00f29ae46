"""Risk table: levels, evidence and formats."""

from __future__ import annotations

import gc
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.api.loaders import create_loader
from rollout_lint.api.thresholds import SeverityThreshold
from rollout_lint.fleet.manifest.loader import load_fleet
from rollout_lint.fleet.result_age import AgePolicy
from rollout_lint.fleet.risk import RecipeAssessment
from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.fleet.sweep import Sweep
from rollout_lint.linter.evaluation import Evaluation, EvaluationStatus
from rollout_lint.linter.reader import parse_cached
from rollout_lint.rules.model import Severity

from tests.support import mask_folder, validate

if TYPE_CHECKING:
    from rollout_lint.fleet.model import Member
    from rollout_lint.fleet.risk import RecipeAssessment
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write


HEALTHY = "healthcheck: {test: curl -f http://localhost/}"


def recipe(order: str = "start-first", action: str = "rollback", image: str = "example/app", deploy: str = "") -> str:
    policy = f"update_config: {{failure_action: {action}, order: {order}}}"
    return f"services: {{app: {{image: {image}, {HEALTHY}, deploy: {{{policy}{deploy}}}}}}}\n"


def overlay(order: str) -> str:
    return f"services: {{app: {{deploy: {{update_config: {{order: {order}}}}}}}}}\n"


def row(run: Run, folder: Path, *options: str) -> Any:
    ran = run("sweep", folder, "--format", "json", *options)
    validate("sweep", ran.json)
    assert len(ran.json["recipes"]) == 1
    return ran.json["recipes"][0]


def manifest(entry: str, hosts: str = "") -> str:
    return f"version: 1\n{hosts}recipes:\n  - name: r\n    {entry}\n"


def level(run: Run, write: Write, compose: str, entry: str = "", hosts: str = "", **more: str) -> tuple[str, Any]:
    files: dict[str, str | bytes] = {"r/compose.yml": compose, "fleet.yml": manifest(entry, hosts)}
    files |= {name.replace("__", "/").replace("_yml", ".yml"): text for name, text in more.items()}
    found = row(run, write(files))
    return found["risk"]["level"], found


def test_risk_levels_are_worst_first() -> None:
    assert [str(level) for level in sorted(RiskLevel, key=lambda level: level.rank)] == [
        "not-evaluated", "blocked", "failing", "latent-high", "latent-medium", "latent-low", "latent-unexposed",
        "mitigated", "safe", "not-at-risk",
    ]  # fmt: skip


def test_severity_option_has_every_severity() -> None:
    assert tuple(SeverityThreshold) == (*Severity, "never")


@pytest.mark.parametrize(
    ("compose", "entry", "hosts", "expected"),
    [
        (recipe(), "", "", "latent-medium"),
        (recipe(), "runtime: Rails", "", "latent-high"),
        (recipe(), "runtime: rails", "", "latent-high"),
        (recipe(), "runtime: JVM", "", "latent-medium"),
        (recipe(), "runtime: JVM", "hosts: {memory: 8G}", "latent-low"),
        (recipe(), "runtime: Node.js", "", "latent-low"),
        (recipe(), "runtime: COBOL", "", "latent-medium"),
        (recipe(image="discourse/discourse:3"), "", "", "latent-high"),
        (recipe(image="discourse/discourse:3"), "runtime: Node.js", "", "latent-low"),
        (recipe(), "{memory: 900M, runtime: Rails}", "hosts: {memory: 8G}", "latent-low"),
        (recipe(), "{memory: 3G, runtime: JVM}", "hosts: {memory: 8G}", "latent-medium"),
        (recipe(), "{memory: 5G, runtime: JVM}", "hosts: {memory: 8G}", "latent-high"),
        (recipe(), "{memory: 5G, runtime: Node.js}", "", "latent-low"),
        (recipe(deploy=", resources: {limits: {memory: 5G}}"), "runtime: JVM", "hosts: {memory: 8G}", "latent-high"),
        (recipe(deploy=", resources: {limits: {memory: 5G}}"), "memory: 1G", "hosts: {memory: 8G}", "latent-low"),
        (recipe(deploy=", resources: {reservations: {memory: 1G}}"), "", "hosts: {memory: 8G}", "latent-low"),
        (recipe(deploy=", replicas: 4"), "memory: 1G", "hosts: {memory: 8G}", "latent-medium"),
        (recipe(), "upgrade_tests: false", "", "latent-unexposed"),
        (recipe(order="stop-first"), "", "", "safe"),
        (recipe(action="pause"), "", "", "not-at-risk"),
        ("services: {a: {image: b}}", "", "", "not-at-risk"),
        (recipe(), "results: [{date: 2026-01-01, upgrade: fail}]", "", "failing"),
        (recipe(), "results: [{date: 2026-01-01, upgrade: rolled-back}]", "", "failing"),
        (recipe(), "{runtime: Node.js, results: [{date: 2026-01-01, upgrade: pass}]}", "", "latent-low"),
        (recipe(order="stop-first"), "results: [{date: 2026-01-01, upgrade: fail}]", "", "failing"),
        (
            recipe(),
            "{runtime: Node.js, results: [{date: 2026-02-01, upgrade: pass}, {date: 2026-01-01, upgrade: fail}]}",
            "",
            "latent-low",
        ),
    ],
)
def test_sweep_risk_level(run: Run, write: Write, compose: str, entry: str, hosts: str, expected: str) -> None:
    entry = (
        entry[1:-1].replace(", runtime", "\n    runtime").replace(", results", "\n    results")
        if entry[:1] == "{"
        else entry
    )
    found, assessment = level(run, write, compose, entry, hosts + "\n" if hosts else "")
    assert found == expected, assessment["risk"]
    assert assessment["risk"]["because"]


def test_sweep_explains_the_memory_estimate(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    _, assessment = level(run, write, recipe(deploy=", replicas: 2"), "memory: 900M", "hosts: {memory: 8G}\n")
    [reason_text] = [reason for reason in assessment["risk"]["because"] if "2.6 GiB" in reason]
    assert reason_text == snapshot


@pytest.mark.parametrize(
    ("deploy", "nodes", "needed"),
    [
        pytest.param(", replicas: 4", 1, "= 5 GiB", id="one-node"),
        pytest.param(", replicas: 4", 2, "= 3 GiB", id="two-nodes"),
        pytest.param(", mode: global", 3, "= 2 GiB", id="global"),
    ],
)
def test_sweep_distributes_tasks_over_nodes(
    run: Run, write: Write, deploy: str, nodes: int, needed: str, snapshot: SnapshotAssertion
) -> None:
    hosts = f"hosts: {{memory: 8G, nodes: {nodes}}}\n"
    _, assessment = level(run, write, recipe(deploy=deploy), "memory: 1G", hosts)
    [reason_text] = [reason for reason in assessment["risk"]["because"] if needed in reason]
    assert reason_text == snapshot


def test_sweep_overlay_with_a_fix_mitigates(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    found, assessment = level(run, write, recipe(), r__compose_ccci_yml=overlay("stop-first"))
    del found
    assert assessment["overlay"] is None
    files: dict[str, str | bytes] = {"r/compose.yml": recipe(), "r/compose.ccci.yml": overlay("stop-first")}
    assessment = row(run, write(files) / "r")
    assert (assessment["risk"]["level"], assessment["overlay"]) == ("mitigated", "compose.ccci.yml")
    assert (assessment["failure_action"], assessment["order"]) == ("rollback", "start-first")
    assert assessment["risk"]["text"] == snapshot


def test_sweep_overlay_without_a_fix_changes_nothing(run: Run, write: Write) -> None:
    folder = write({"compose.yml": recipe(), "compose.ccci.yml": "services: {app: {hostname: x}}"})
    assert row(run, folder)["risk"]["level"] == "latent-medium"


def test_sweep_reports_risk_from_an_overlay(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"compose.yml": recipe("stop-first"), "compose.ccci.yml": overlay("start-first")})
    assessment = row(run, folder)
    assert assessment["risk"]["level"] == "latent-medium"
    assert assessment["risk"]["text"] == snapshot
    assert assessment["order"] == "stop-first"


def test_sweep_uses_an_overlay_outside_the_recipe(run: Run, write: Write) -> None:
    files: dict[str, str | bytes] = {
        "recipes/r/compose.yml": recipe(),
        "ci/r/compose.ccci.yml": overlay("stop-first"),
        "recipes/fleet.yml": manifest("overlay: ../ci/r/compose.ccci.yml"),
    }
    assessment = row(run, write(files) / "recipes")
    assert (assessment["risk"]["level"], assessment["overlay"]) == ("mitigated", "../../ci/r/compose.ccci.yml")


def test_sweep_includes_options_of_env_sample(run: Run, write: Write) -> None:
    files: dict[str, str | bytes] = {
        "compose.yml": recipe("stop-first"),
        "compose.ha.yml": overlay("start-first"),
        ".env.sample": "#COMPOSE_FILE=$COMPOSE_FILE:compose.ha.yml\n",
    }
    assert row(run, write(files))["risk"]["level"] == "latent-medium"


@pytest.mark.parametrize(
    ("deploy", "ports", "hosts", "expected"),
    [
        ("mode: global", "ports: [{target: 1, published: 1, mode: host}], ", "", "blocked"),
        ("replicas: 1", "ports: [{target: 1, published: 1, mode: host}], ", "", "latent-medium"),
        ("replicas: 1", "ports: [{target: 1, published: 1, mode: host}], ", "hosts: {nodes: 1}\n", "blocked"),
        ("replicas: 1", "", "hosts: {nodes: 1}\n", "not-at-risk"),
    ],
)
def test_sweep_level_of_an_update_that_hangs(
    run: Run, write: Write, deploy: str, ports: str, hosts: str, expected: str
) -> None:
    policy = f"deploy: {{{deploy}, update_config: {{order: start-first}}}}"
    compose = f"services: {{app: {{image: b, {ports}{HEALTHY}, {policy}}}}}"
    assert level(run, write, compose, hosts=hosts)[0] == expected


def test_sweep_reads_results_from_a_file(run: Run, write: Write) -> None:
    results = '[{"date": "2026-05-28", "ref": "7ae7b0f7", "upgrade": "rolled-back"}]'
    files: dict[str, str | bytes] = {
        "r/compose.yml": recipe(),
        "results.json": results,
        "fleet.yml": manifest("results: results.json"),
    }
    assessment = row(run, write(files))
    assert assessment["risk"]["level"] == "failing"
    assert assessment["recent_upgrade"] == {
        "result": "rolled-back",
        "level": None,
        "ref": "7ae7b0f7",
        "date": "2026-05-28",
        "age": 23,
        "stale": None,
        "source": "results.json",
    }


def test_sweep_keeps_a_numeric_revision_unchanged(run: Run, write: Write) -> None:
    entry = "results: [{date: 2026-05-28, ref: 12e4567, upgrade: pass}]"
    assert level(run, write, recipe(), entry)[1]["recent_upgrade"]["ref"] == "12e4567"


def test_sweep_marks_a_later_pass_fixed_only_with_a_new_policy(
    run: Run, write: Write, snapshot: SnapshotAssertion
) -> None:
    entry = "results: [{date: 2026-01-01, upgrade: fail}, {date: 2026-02-01, upgrade: pass, level: 4}]"
    files: dict[str, str | bytes] = {"r/compose.yml": recipe(), "fleet.yml": manifest(entry)}
    folder = write(files)
    assert run("sweep", folder, "--format", "markdown").stdout == snapshot(name="same-policy")
    write({"r/compose.ccci.yml": overlay("stop-first")})
    assert run("sweep", folder, "--format", "markdown").stdout == snapshot(name="new-policy")


def test_sweep_lists_a_broken_recipe_first(run: Run, write: Write) -> None:
    folder = write({"a/compose.yml": recipe(), "z/compose.yml": "services: ["})
    ran = run("sweep", folder, "--format", "markdown")
    assert ran.exit_code == 2
    assert [line.split(" | ")[0] for line in ran.stdout.splitlines()[2:]] == ["| z", "| a"]


@pytest.mark.parametrize(("fail_on", "code"), [(None, 0), ("latent-high", 0), ("latent-medium", 1), ("not-at-risk", 1)])
def test_sweep_fails_only_with_fail_on(run: Run, write: Write, fail_on: str | None, code: int) -> None:
    options = ["--fail-on", fail_on] if fail_on else []
    assert run("sweep", write({"a/compose.yml": recipe()}), *options).exit_code == code


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("version: 2\n", 1, id="version"),
        pytest.param("recipes: []\n", 1, id="no-version"),
        pytest.param("- a\n", 1, id="list"),
        pytest.param("version: 1\nrecipies: []\n", 2, id="misspelt-key"),
        pytest.param(manifest("upgrade_test: true"), 4, id="misspelt-recipe-key"),
        pytest.param(manifest("upgrade_tests: maybe"), 4, id="boolean"),
        pytest.param(manifest("memory: lots"), 4, id="size"),
        pytest.param(manifest("results: [{date: yesterday, upgrade: pass}]"), 4, id="date"),
        pytest.param(manifest("results: [{date: 2026-01-01, upgrade: green}]"), 4, id="upgrade"),
        pytest.param("version: 1\nrecipes: [{name: r}, {name: r}]\n", 2, id="recipe-twice"),
        pytest.param("version: 1\nrecipes: [\n", 3, id="open-list"),
        pytest.param("", 1, id="empty"),
        pytest.param("version: 1\nhosts: {nodes: 0}\n", 2, id="minimum"),
    ],
)
def test_sweep_locates_errors_in_a_manifest(
    run: Run, write: Write, text: str, line: int, snapshot: SnapshotAssertion
) -> None:
    folder = write({"r/compose.yml": recipe(), "fleet.yml": text})
    ran = run("sweep", folder)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert f"fleet.yml:{line}:" in ran.stderr
    assert mask_folder(ran.output, folder) == snapshot


@pytest.mark.parametrize(
    "entry", [pytest.param("path: gone", id="recipe"), pytest.param("overlay: gone.yml", id="overlay")]
)
def test_sweep_has_a_row_for_a_missing_recipe_or_overlay(
    run: Run, write: Write, entry: str, snapshot: SnapshotAssertion
) -> None:
    folder = write({"r/compose.yml": recipe(), "fleet.yml": manifest(entry)})
    ran = run("sweep", folder, "--format", "json")
    assert ran.exit_code == 2
    assert ran.json["recipes"][0]["risk"]["level"] == "not-evaluated"
    because = ran.json["recipes"][0]["risk"]["because"]
    assert [mask_folder(reason, folder) for reason in because] == snapshot


@pytest.mark.parametrize("form", ["text", "json", "csv", "markdown", "html"])
@pytest.mark.parametrize("order", ["start-first", "stop-first"])
def test_sweep_fails_if_a_variant_is_not_evaluated(run: Run, write: Write, order: str, form: str) -> None:
    folder = write({"r/compose.yml": recipe(order), "r/compose.ccci.yml": "services: {app: {deploy: []}}\n"})
    ran = run("sweep", folder, "--format", form)
    assert ran.exit_code == 2
    assert "; ccci not evaluated" in ran.stdout
    assert "compose.ccci.yml:1:26" in ran.output
    assert run("sweep", folder, "--fail-on", "latent-low", "--format", form).exit_code == 2


def test_sweep_lists_partly_evaluated_recipes(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    quiet = "services: {app: {image: b}}\n"
    broken = "services: {app: {deploy: []}}\n"
    folder = write(
        {
            "risky/compose.yml": recipe(),
            "risky/compose.ccci.yml": broken,
            "safe/compose.yml": recipe("stop-first"),
            "safe/compose.ccci.yml": "services:\n{% if x %}\n",
            "quiet/compose.yml": quiet,
            "quiet/compose.ccci.yml": broken,
            "other/compose.yml": quiet,
        }
    )
    ran = run("sweep", folder)
    table = ran.stdout.split("\n\n")[0].splitlines()[2:]
    assert [line.split()[0] for line in table] == ["risky", "safe", "quiet", "all"]
    assert ran.stdout == snapshot
    found = run("sweep", folder, "--format", "json").json
    validate("sweep", found)
    assert found["summary"]["partly-evaluated"] == 3
    assert found["summary"]["not-evaluated"] == 0
    assert [each.get("not_evaluated") for each in found["recipes"]] == [None, ["ccci"], ["ccci"], ["ccci"]]


def test_sweep_markdown_names_the_recipe_of_an_error(run: Run, write: Write) -> None:
    text = "services:\n  app: {{ x }}: y\n"
    ran = run("sweep", write({"a/compose.yml": recipe(), "b/compose.yml": text}), "--format", "markdown")
    message = "a template, not YAML: render it and check the result"
    assert (ran.exit_code, ran.stderr) == (2, f"b: compose.yml:2:9: {message}\n")


def test_sweep_pass_after_failure_of_unread_files_is_no_fix(run: Run, write: Write) -> None:
    entry = "results: [{date: 2026-06-01, upgrade: fail}, {date: 2026-06-02, upgrade: pass}]"
    files = {"fleet.yml": manifest(entry), "r/compose.yml": recipe("stop-first")}
    folder = write({**files, "r/compose.ccci.yml": overlay("stop-first")})
    assert "FIXED" in run("sweep", folder).stdout
    write({"r/compose.ccci.yml": "services: {app: {deploy: []}}\n"})
    cells = run("sweep", folder, "--format", "markdown").stdout.splitlines()[2].split(" | ")
    assert cells[5:] == ["PASS (was FAIL)", "safe; ccci not evaluated |"]


def test_sweep_manifest_without_recipes_uses_its_folder(run: Run, write: Write) -> None:
    folder = write({"a/compose.yml": recipe(), "b/compose.yml": recipe(), "fleet.yml": "version: 1\n"})
    ran = run("sweep", folder / "fleet.yml", "--format", "json")
    assert [each["recipe"] for each in ran.json["recipes"]] == ["a", "b"]


@pytest.mark.parametrize("target", [".", "gone", "notes.txt"])
def test_sweep_rejects_paths_without_recipes(run: Run, write: Write, target: str) -> None:
    ran = run("sweep", write({"notes.txt": "just notes\n"}) / target)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr


def test_sweep_restores_the_garbage_collector(run: Run, write: Write) -> None:
    """Otherwise several sweeps in one process would fill the memory."""
    before = gc.get_freeze_count(), gc.get_threshold()
    run("sweep", write({"r/compose.yml": recipe(), "fleet.yml": manifest("path: r")}), "--format", "json")
    assert (gc.get_freeze_count(), gc.get_threshold()) == before


def test_sweep_markdown_escapes_names(run: Run, write: Write) -> None:
    ran = run("sweep", write({"a|b<i>`/compose.yml": recipe()}), "--format", "markdown")
    assert ran.stdout.splitlines()[2].startswith("| a\\|b\\<i\\>\\` |")


def test_sweep_text_and_markdown_have_the_same_cells(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"a/compose.yml": recipe(), "b/compose.yml": "services: {x: {image: y}}"})
    cells = [line.strip("| ").split(" | ") for line in run("sweep", folder, "--format", "markdown").stdout.splitlines()]
    text = run("sweep", folder).stdout
    for row_ in (cells[0], *cells[2:]):
        assert any(all(cell in line for cell in row_) for line in text.splitlines()), row_
    assert text == snapshot


@pytest.mark.parametrize("width", ["1", "60", "80", "100", "200"])
def test_sweep_text_fits_the_width_without_losing_words(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    files: dict[str, str | bytes] = {"a/compose.yml": recipe(), "a/compose.ccci.yml": overlay("stop-first")}
    files |= {"b/compose.yml": recipe(action="pause"), "n8n/compose.yml": recipe(image="n8nio/n8n:1")}
    monkeypatch.setenv("COLUMNS", width)
    folder = write(files)
    table = run("sweep", folder).stdout.split("\n\n")[0]
    monkeypatch.setenv("COLUMNS", "400")
    whole = run("sweep", folder).stdout.split("\n\n")[0]
    assert {"failure_action", "start-first", "(Node.js)"} <= set(whole.split())
    assert {word for word in whole.split() if not word.startswith("─")} <= set(table.split())
    if int(width) >= 80:
        assert max(map(len, table.splitlines())) <= int(width)


def test_sweep_explains_blocked_recipes(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    policy = "healthcheck: {test: x}, deploy: {update_config: {failure_action: rollback}}"
    folder = write(
        {
            "ports/compose.yml": f"services:\n  a: {{image: b, ports: ['80:80'], {policy}}}\n"
            "  c: {image: b, ports: ['80:81']}\n",
            "images/compose.yml": "services: {a: {build: ., deploy: {replicas: 2}}}\n",
        }
    )
    rows = {row["recipe"]: row for row in run("sweep", folder, "--format", "json").json["recipes"]}
    assert {row["risk"]["level"] for row in rows.values()} == {"blocked"}
    assert (rows["ports"]["service"], rows["ports"]["failure_action"]) == ("a", "rollback")
    because = {name: row["risk"]["because"] for name, row in rows.items()}
    for name, rule, location in (("ports", "RL061", "compose.yml:3"), ("images", "RL059", "compose.yml:1")):
        assert because[name][0].startswith(f"{rule} ")
        assert because[name][0].endswith(f" ({location})")
    assert because == snapshot


def test_sweep_parses_equal_files_once(run: Run, write: Write) -> None:
    files: dict[str, str | bytes] = {f"{number}/compose.yml": recipe() for number in range(20)}
    folder = write({**files, "x/compose.yml": recipe("stop-first")})
    parse_cached.cache_clear()
    ran = run("sweep", folder, "--format", "json")
    assert parse_cached.cache_info().misses == 2
    assert [each["risk"]["level"] for each in ran.json["recipes"]] == ["latent-medium"] * 20 + ["safe"]


def test_overlay_mitigates_no_option_that_it_is_not_merged_onto(
    run: Run, write: Write, snapshot: SnapshotAssertion
) -> None:
    folder = write(
        {
            "compose.yml": recipe("stop-first"),
            "compose.fast.yml": overlay("start-first"),
            ".env.sample": "#COMPOSE_FILE=compose.yml:compose.fast.yml\n",
            "compose.ccci.yml": "services: {app: {hostname: x}}\n",
        }
    )
    found = row(run, folder)
    assert found["risk"]["level"] == "latent-medium"
    assert found["risk"]["because"] == snapshot


def test_sweep_caps_memory_at_the_limit(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    stack = recipe(deploy=", resources: {limits: {memory: 1G}}")
    found, assessment = level(run, write, stack, "memory: 5G", "hosts: {memory: 8G}\n")
    assert (found, assessment["risk"]["text"]) == ("latent-low", snapshot)
    assert "2 GiB of 8 GiB" in assessment["risk"]["text"]


def test_sweep_rejects_an_invalid_source_date_epoch(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    folder = write({"compose.yml": recipe()})
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "9" * 15)
    ran = run("sweep", folder)
    assert ran.exit_code == 2
    assert ran.stderr == snapshot


def test_sweep_continues_after_an_unexpected_exception(write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({f"{name}/compose.yml": recipe() for name in ("a", "b")})

    def detail(member: Member, evaluation: Evaluation, assessment: RecipeAssessment) -> None:
        if member.recipe.name == "a" and evaluation.status == EvaluationStatus.EVALUATED:
            raise ZeroDivisionError(assessment.recipe)

    loader = create_loader()
    sweep = Sweep(load_fleet(folder), lambda path: loader.context(Path(path)), AgePolicy(date(2026, 6, 20)), detail)
    rows = {row.assessment.recipe: row.assessment.risk for row in sweep.rows(1)}
    assert (rows["a"].level, rows["b"].level) == ("not-evaluated", "latent-medium")
    assert [mask_folder(reason, folder) for reason in rows["a"].because] == snapshot
