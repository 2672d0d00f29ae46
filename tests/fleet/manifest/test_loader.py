"""Loading of a fleet manifest, and its errors."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.cli.commands.fleet import schema

from tests.fleet.recipes import OVERLAY, recipe
from tests.support import mask_folder

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import CommandResult, Run, Write


TASK = "p2nh0gyrjv2hhrcjq7gb1lm9e"


def rows(ran: CommandResult) -> dict[str, Any]:
    return {row["recipe"]: row for row in ran.json["recipes"]}


def without_git_words(text: str) -> str:
    """Return the text with git's error masked, because it depends on mount points."""
    return re.sub(r"not a git repository.*", "GIT SAYS", text)


def fleet(*lines: str) -> str:
    return "\n".join(["version: 1", *lines, ""])


def test_pattern_lists_matching_recipes(run: Run, write: Write) -> None:
    folder = write(
        {
            "apps/web/compose.yml": recipe(),
            "apps/api/compose.yml": recipe(),
            "apps/.hidden/compose.yml": recipe(),
            "apps/notes/readme.txt": "no recipe",
            "team/a/db/compose.yml": recipe(),
            "fleet.yml": fleet("recipes:", "  - path: apps/*", "  - {path: 'team/**', role: database}"),
        }
    )
    found = rows(run("sweep", folder, "--format", "json"))
    assert list(found) == ["api", "web", "a/db"]
    assert [row["role"] for row in found.values()] == [None, None, "database"]


def test_pattern_skips_recipe_of_another_entry(run: Run, write: Write) -> None:
    lines = ("recipes:", "  - {path: '*', runtime: Rails}", "  - {name: shop, path: web, runtime: Node.js}")
    folder = write({"web/compose.yml": recipe(), "api/compose.yml": recipe(), "fleet.yml": fleet(*lines)})
    found = rows(run("sweep", folder, "--format", "json"))
    assert {name: row["risk"]["level"] for name, row in found.items()} == {"api": "latent-high", "shop": "latent-low"}


def test_path_prefers_folder_to_pattern_and_revision(run: Run, write: Write) -> None:
    lines = ("recipes:", "  - path: a[1]", "  - path: web@home")
    folder = write({"a[1]/compose.yml": recipe(), "web@home/compose.yml": recipe(), "fleet.yml": fleet(*lines)})
    ran = run("sweep", folder, "--format", "json")
    assert (ran.exit_code, list(rows(ran))) == (0, ["a[1]", "web@home"])


def test_entry_includes_second_stack_in_folder(run: Run, write: Write) -> None:
    folder = write(
        {
            "web/docker-compose.yml": recipe(order="stop-first"),
            "web/docker-stack.yml": recipe(),
            "fleet.yml": fleet("recipes:", "  - {name: web, upgrade_tests: false}"),
        }
    )
    found = rows(run("sweep", folder, "--format", "json"))
    assert {name: (row["risk"]["level"], row["upgrade_tests"]) for name, row in found.items()} == {
        "web": ("safe", False),
        "web/docker-stack.yml": ("latent-medium", None),
    }


def test_path_accepts_file(run: Run, write: Write) -> None:
    lines = ("recipes:", "  - {name: web, path: stacks/web.yml}")
    folder = write({"stacks/web.yml": recipe(), "stacks/api.yml": recipe(), "fleet.yml": fleet(*lines)})
    assert list(rows(run("sweep", folder, "--format", "json"))) == ["web"]


@pytest.mark.parametrize(
    ("overlays", "entry"),
    [
        pytest.param("[compose.ccci.yml, 'ci/*/compose.ccci.yml']", "{name: web}", id="pattern"),
        pytest.param("['ci/*/*.yml', 'ci/*/compose.ccci.yml']", "{name: web}", id="wide-pattern"),
        pytest.param("[compose.ci.yml]", "{name: web, overlay: ci/web/compose.ccci.yml}", id="entry"),
        pytest.param("[{pattern: 'ci/*/compose.ccci.yml', role: ci}]", "{name: web}", id="pattern-with-role"),
    ],
)
def test_overlay_in_another_tree_mitigates(run: Run, write: Write, overlays: str, entry: str) -> None:
    lines = (f"overlays: {overlays}", f"recipes: [{entry}]")
    folder = write(
        {"web/compose.yml": recipe(), "ci/web/compose.ccci.yml": OVERLAY, "fleet.yml": fleet(*lines)},
    )
    found = rows(run("sweep", folder, "--format", "json"))["web"]
    assert (found["risk"]["level"], found["overlay"]) == ("mitigated", "../ci/web/compose.ccci.yml")


def test_shipped_overlay_is_no_ci_overlay(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    files: dict[str, str | bytes] = {"web/compose.yml": recipe(order="stop-first"), "web/compose.prod.yml": recipe()}
    folder = write({**files, "fleet.yml": fleet("overlays: [{pattern: 'compose.prod.yml', role: shipped}]")})
    found = rows(run("sweep", folder, "--format", "json"))["web"]
    assert (found["risk"]["level"], found["overlay"]) == ("latent-medium", None)
    assert [variant["ci"] for variant in found["variants"]] == [False, False]
    write({"fleet.yml": fleet("overlays: [compose.prod.yml]")})
    risk = rows(run("sweep", folder, "--format", "json"))["web"]["risk"]
    assert (risk["level"], risk["text"]) == ("latent-medium", snapshot)


def test_manifest_overrides_ci_settings(run: Run, write: Write) -> None:
    folder = write(
        {
            "web/compose.yml": recipe(),
            "web/recipe_meta.py": "UPGRADE_TESTS = False\nRUNTIME = 'JVM'\nROLE = 'shop'\nNOTE = 'ours'\n",
            "fleet.yml": fleet("recipes:", "  - {name: web, note: theirs}"),
        }
    )
    found = rows(run("sweep", folder, "--format", "json"))["web"]
    assert (found["upgrade_tests"], found["role"], found["note"]) == (False, "shop", "theirs")
    assert found["risk"]["level"] == "latent-unexposed"


def test_computed_ci_setting_is_reported_and_not_run(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    marker = write({"web/compose.yml": recipe()}) / "ran"
    code = f"open({str(marker)!r}, 'w')\nUPGRADE_TESTS = bool(1)\n"
    found = rows(run("sweep", write({"web/recipe_meta.py": code}), "--format", "json"))["web"]
    assert found["upgrade_tests"] is None
    [reason] = [each for each in found["risk"]["because"] if "recipe_meta.py:2:" in each]
    assert reason == snapshot
    assert not marker.exists()


def test_meta_reads_ci_settings_in_another_tree(run: Run, write: Write) -> None:
    lines = ("meta: ci/*/recipe_meta.py", "recipes: [{name: web}]")
    files: dict[str, str | bytes] = {"web/compose.yml": recipe(), "ci/web/recipe_meta.py": "UPGRADE_TESTS = True\n"}
    assert rows(run("sweep", write({**files, "fleet.yml": fleet(*lines)}), "--format", "json"))["web"]["upgrade_tests"]


@pytest.mark.parametrize(
    ("lines", "level"),
    [
        pytest.param(("hosts: {memory: 8G}", "recipes: [{name: web, memory: 900M}]"), "latent-low", id="fits"),
        pytest.param(
            ("hosts: {memory: 8G, used: 7G}", "recipes: [{name: web, memory: 900M}]"), "latent-high", id="no-room"
        ),
        pytest.param(
            ("hosts: {memory: 8G, used: 6G}", "recipes: [{name: web, memory: 900M}]"), "latent-medium", id="tight"
        ),
        pytest.param(
            ("hosts: {memory: 8G, used: 5G}", "recipes: [{name: web, memory: {app: 900M, db: 4G}}]"),
            "latent-low",
            id="by-service",
        ),
        pytest.param(
            ("hosts: {memory: 8G}", "recipes: [{name: web, memory: 900M, hosts: {memory: 1G}}]"),
            "latent-high",
            id="recipe-host",
        ),
        pytest.param(("hosts: {stats: stats.json}",), "latent-high", id="stats"),
        pytest.param(("hosts: {stats: stats.json, memory: 16G}",), "latent-low", id="stats-and-memory"),
        pytest.param(
            ("hosts: {stats: stats.json}", "recipes: [{name: web, memory: 900M}]"),
            "latent-low",
            id="stats-and-measured",
        ),
        pytest.param(
            ("hosts: {stats: stats.json}", "recipes: [{name: web, stack: shop}]"), "latent-low", id="other-stack"
        ),
        pytest.param(("recipes: [{name: web, hosts: {stats: stats.json}}]",), "latent-high", id="recipe-stats"),
    ],
)
def test_memory_is_compared_with_headroom(
    run: Run, write: Write, lines: tuple[str, ...], level: str, snapshot: SnapshotAssertion
) -> None:
    containers = {f"web_app.1.{TASK}": "1.5GiB", f"shop_app.1.{TASK}": "512MiB", "other": "1GiB"}
    stats = "".join(f'{{"Name":"{name}","MemUsage":"{used} / 4GiB"}}\n' for name, used in containers.items())
    folder = write({"web/compose.yml": recipe(), "stats.json": stats, "fleet.yml": fleet(*lines)})
    found = rows(run("sweep", folder, "--format", "json"))["web"]
    assert found["risk"]["level"] == level
    assert found["risk"]["because"] == snapshot


LISTED_TWICE = ("recipes:", "  - {name: web}", "  - {name: web, path: api}")


@pytest.mark.parametrize(
    ("lines", "location", "remaining"),
    [
        pytest.param(("recipes:", "  - {name: web, upgrade_test: true}"), "3:17", ["web"], id="misspelt-key"),
        pytest.param(("recipes:", "  - {name: web, results: api.json}"), "3:26", ["web"], id="results-of-other"),
        pytest.param(("hosts: {stats: gone.json}", "recipes: [{name: web}]"), "2:16", ["web"], id="no-stats"),
        pytest.param(LISTED_TWICE, "4:12", ["web"], id="listed-twice"),
        pytest.param(
            ("recipes:", "  - {name: web}", "  - {name: shop, path: ./web}"), "4:12", ["web"], id="path-twice"
        ),
        pytest.param(
            ("recipes:", "  - {path: '*'}", "  - {path: 'w*'}"), "4:12", ["api", "web"], id="patterns-overlap"
        ),
        pytest.param(("recipes:", "  - {path: 'x*'}", "  - {name: web}"), "3:12", ["web"], id="pattern-fits-none"),
        pytest.param(("recipes:", "  - {path: 'loop/**'}", "  - {name: web}"), "3:12", ["web"], id="loop-deep"),
        pytest.param(("recipes:", "  - {path: 'loop/*/*'}", "  - {name: web}"), "3:12", ["web"], id="loop-shallow"),
        pytest.param(("recipes:", "  - {path: '*@v1'}", "  - {name: web}"), "3:12", ["web"], id="not-a-repository"),
        pytest.param(("recipes:", "  - {path: '*', name: all}"), "3:23", ["api", "web"], id="name-for-many"),
        pytest.param(("recipes:", "  - {runtime: JVM}", "  - {name: web}"), "3:5", ["web"], id="no-name"),
        pytest.param(("recipes:", "  - web", "  - {name: web}"), "3:5", ["web"], id="not-a-mapping"),
        pytest.param(
            ("hosts: {memory: 8G, nods: 2}", "recipes: [{name: web}]"), "2:21", ["web"], id="misspelt-host-key"
        ),
        pytest.param(("hosts: {memory: lots}", "recipes: [{name: web}]"), "2:17", ["web"], id="bad-size"),
        pytest.param(("max_age: soon", "recipes: [{name: web}]"), "2:10", ["web"], id="bad-age"),
        pytest.param(("max_age: 1000000", "recipes: [{name: web}]"), "2:10", ["web"], id="large-age"),
        pytest.param(
            ("recipes: [{name: web, results: [{date: 2026-02-30, upgrade: pass}]}]",), "2:32", ["web"], id="bad-date"
        ),
        pytest.param(
            ("recipes: [{name: web, results: [{date: 2026-02-28, upgrade: ok}]}]",), "2:61", ["web"], id="bad-result"
        ),
    ],
)
def test_bad_manifest_fails_but_keep_going_sweeps_the_rest(
    run: Run, write: Write, lines: tuple[str, ...], location: str, remaining: list[str], snapshot: SnapshotAssertion
) -> None:
    folder = write(
        {
            "web/compose.yml": recipe(),
            "api/compose.yml": recipe(),
            "loop/a/notes.txt": "",
            "bad.json": '{"what": "ever"}',
            "api.json": '[{"recipe": "api", "date": "2026-01-01", "upgrade": "pass"}]',
            "fleet.yml": fleet(*lines),
        }
    )
    if "loop/" in str(lines):
        (folder / "loop" / "a" / "again").symlink_to("..")
    prefix = location if ".json" in location else f"fleet.yml:{location}"
    failed = run("sweep", folder)
    assert (failed.exit_code, failed.stdout) == (2, "")
    assert f"{prefix}: " in failed.stderr
    assert without_git_words(mask_folder(failed.stderr, folder)) == snapshot
    kept = run("sweep", folder, "--keep-going", "--format", "json")
    assert (kept.exit_code, kept.stderr) == (2, failed.stderr)
    assert list(rows(kept)) == remaining


def test_manifest_of_another_version_fails(run: Run, write: Write) -> None:
    ran = run("sweep", write({"a/compose.yml": recipe(), "fleet.yml": "version: 2\n"}), "--keep-going")
    assert (ran.exit_code, ran.stdout) == (2, "")


def test_pattern_reports_loop_of_two_links(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write(
        {"a/x.txt": "", "b/x.txt": "", "web/compose.yml": recipe(), "fleet.yml": fleet("recipes: [{path: '**'}]")}
    )
    (folder / "a" / "to").symlink_to("../b")
    (folder / "b" / "to").symlink_to("../a")
    ran = run("sweep", folder)
    assert ran.exit_code == 2
    assert mask_folder(ran.stderr, folder) == snapshot


def test_schema_describes_every_key() -> None:
    def undescribed(node: Any, path: str) -> list[str]:
        found = []
        for key, value in node.get("properties", {}).items():
            if not ({"description", "$ref", "const"} & value.keys()) and key not in ("name", "memory", "recipes"):
                found.append(f"{path}.{key}")
            found += undescribed(value, f"{path}.{key}")
        return found + (undescribed(node["items"], f"{path}[]") if "items" in node else [])

    assert not undescribed(json.loads(schema()), "")


@pytest.mark.parametrize("named", ["", '"recipe": "web", '], ids=["unnamed", "named"])
def test_ci_settings_skip_second_stack_in_folder(
    run: Run, write: Write, named: str, snapshot: SnapshotAssertion
) -> None:
    folder = write(
        {
            "web/compose.yml": recipe(),
            "web/stack-other.yml": recipe(),
            "web/recipe_meta.py": "RESULTS = 'runs.json'\nRUNTIME = 'Rails'\n",
            "web/runs.json": f'[{{{named}"date": "2026-06-12", "upgrade": "fail"}}]',
        }
    )
    ran = run("sweep", folder, "--format", "json")
    found = rows(ran)
    assert (ran.exit_code, found["web"]["risk"]["level"]) == (0, "failing")
    assert found["web/stack-other.yml"]["risk"]["level"] == "latent-medium"
    assert found["web/stack-other.yml"]["risk"]["text"] == snapshot


def test_shipped_overlay_skips_second_stack_in_folder(run: Run, write: Write) -> None:
    folder = write(
        {
            "web/compose.yml": recipe(),
            "web/compose.prod.yml": OVERLAY,
            "web/stack-other.yml": "services: {other: {image: a}}\n",
            "fleet.yml": fleet("overlays: [{pattern: compose.prod.yml, role: shipped}]"),
        }
    )
    ran = run("sweep", folder, "--format", "json")
    assert (ran.exit_code, rows(ran)["web/stack-other.yml"]["problems"]) == (0, [])


@pytest.mark.parametrize("setting", ["RESULTS", "OVERLAY"])
@pytest.mark.parametrize("name", ["../../secret", "/etc/hostname"], ids=["parent", "absolute"])
def test_ci_settings_read_no_file_outside_fleet(
    run: Run, write: Write, setting: str, name: str, snapshot: SnapshotAssertion
) -> None:
    folder = write(
        {
            "secret": "upgrade: hunter2\ndate: 2026-06-12\n",
            "fleet/web/compose.yml": recipe(),
            "fleet/web/recipe_meta.py": f"{setting} = {name!r}\n",
        }
    )
    ran = run("sweep", folder / "fleet")
    assert ran.exit_code == 2
    assert "recipe_meta.py:1:11: " in ran.stdout
    assert mask_folder(ran.stdout, folder) == snapshot
    assert "hunter2" not in ran.stdout + ran.stderr


def test_links_lead_to_no_file_outside_fleet(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write(
        {
            "secret.yml": recipe(),
            "secret.py": "RUNTIME = 'Rails'",
            "fleet/web/compose.yml": recipe("stop-first"),
            "fleet/fleet.yml": fleet("overlays: [{pattern: compose.prod.yml, role: shipped}]"),
        }
    )
    (folder / "fleet/web/compose.prod.yml").symlink_to("../../secret.yml")
    (folder / "fleet/web/recipe_meta.py").symlink_to("../../secret.py")
    found = rows(run("sweep", folder / "fleet", "--format", "json"))["web"]
    assert found["risk"]["level"] == "not-evaluated"
    assert found["risk"]["because"] == snapshot


def test_ci_settings_name_overlay(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    files: dict[str, str | bytes] = {
        "web/compose.yml": recipe(),
        "web/compose.up.yml": OVERLAY,
        "web/recipe_meta.py": "OVERLAY = 'compose.up.yml'\n",
    }
    found = rows(run("sweep", write(files), "--format", "json"))["web"]
    assert (found["risk"]["level"], found["overlay"]) == ("mitigated", "compose.up.yml")
    ran = run("sweep", write({"web/recipe_meta.py": "OVERLAY = 'nowhere.yml'\n"}))
    assert ran.exit_code == 2
    assert "recipe_meta.py:1:11: " in ran.stdout
    assert ran.stdout == snapshot


def test_overlay_named_twice_makes_one_variant(run: Run, write: Write) -> None:
    folder = write(
        {
            "web/compose.yml": recipe(),
            "ci/web/compose.ccci.yml": OVERLAY,
            "fleet.yml": fleet(
                "overlays: [ci/*/compose.ccci.yml]", "recipes: [{name: web, overlay: ci/web/compose.ccci.yml}]"
            ),
        }
    )
    found = rows(run("sweep", folder, "--format", "json"))["web"]
    assert [each["name"] for each in found["variants"]] == ["default", "ccci"]


def test_shipped_and_ci_overlay_share_a_name(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write(
        {
            "web/compose.yml": recipe("stop-first"),
            "web/compose.prod.yml": "services: {app: {deploy: {update_config: {order: start-first}}}}\n",
            "ci/web/compose.prod.yml": "services: {app: {hostname: x}}\n",
            "fleet.yml": fleet("overlays: [{pattern: compose.prod.yml, role: shipped}, ci/*/compose.prod.yml]"),
        }
    )
    found = rows(run("sweep", folder, "--format", "json"))["web"]
    assert (found["risk"]["level"], found["risk"]["text"]) == ("latent-medium", snapshot)


def test_fleet_folder_can_be_a_recipe(run: Run, write: Write) -> None:
    folder = write(
        {
            "fleet/compose.yml": recipe(),
            "fleet/web/compose.yml": recipe(),
            "fleet/ci/web/compose.ccci.yml": OVERLAY,
            "fleet/fleet.yml": fleet("overlays: [ci/*/compose.ccci.yml]"),
        }
    )
    found = rows(run("sweep", folder / "fleet", "--format", "json"))
    assert {name: row["overlay"] for name, row in found.items()} == {"fleet": None, "web": "../ci/web/compose.ccci.yml"}
    write({"fleet/fleet.yml": fleet("overlays: [ci/*/compose.ccci.yml]", "recipes: [{path: .}, {path: web}]")})
    assert {row["overlay"] for row in rows(run("sweep", folder / "fleet", "--format", "json")).values()} == {
        None,
        "../ci/web/compose.ccci.yml",
    }


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(r'recipes: [{path: "a\0b"}]', id="nul-in-path"),
        pytest.param(r'recipes: [{name: web, results: "a\0b"}]', id="nul-in-results"),
        pytest.param(r'results: ["a\0b"]', id="nul-in-shared-results"),
        pytest.param(r'hosts: {stats: "a\0b"}', id="nul-in-stats"),
        pytest.param("recipes: [{path: loop}]", id="link-loop"),
        pytest.param(f"recipes: [{{path: {'x' * 5000}@v1}}]", id="long-revision"),
        pytest.param(f"recipes: [{{path: {'x' * 5000}}}]", id="long-path"),
        pytest.param(f"recipes: [{{path: web/{'x' * 5000}/web}}]", id="long-path-part"),
        pytest.param(f"hosts: {{memory: '{'9' * 400}'}}", id="huge-memory"),
        pytest.param("recipes: []", id="no-recipes"),
        pytest.param("recipes: [&a {path: web, pth: x}, *a]", id="alias-to-invalid"),
    ],
)
def test_odd_manifest_is_reported_without_traceback(run: Run, write: Write, line: str) -> None:
    folder = write({"web/compose.yml": recipe(), "fleet.yml": fleet(line)})
    (folder / "loop").symlink_to("loop")
    ran = run("sweep", folder)
    assert ran.exit_code == 2
    assert "fleet.yml:2:" in ran.stdout + ran.stderr


def test_missing_manifest_is_reported(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"web/compose.yml": recipe()})
    assert run("sweep", "x" * 5000).exit_code == 2
    (folder / "fleet.yml").symlink_to("nowhere")
    ran = run("sweep", folder)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert mask_folder(ran.stderr, folder) == snapshot


def test_sweep_keeps_recipe_with_unreadable_file(run: Run, write: Write) -> None:
    folder = write({"web/readme": "", "pipe/readme": "", "fine/compose.yml": recipe(), "fine/docker-compose.yml": ""})
    (folder / "web/compose.yml").symlink_to("nowhere")
    os.mkfifo(folder / "pipe/compose.yml")
    ran = run("sweep", folder, "--format", "json")
    assert ran.exit_code == 2
    assert {name: row["risk"]["level"] for name, row in rows(ran).items()} == {
        "web": "not-evaluated",
        "pipe": "not-evaluated",
        "fine": "latent-medium",
    }


def test_stats_of_others_apply_to_unmeasured_service(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    stats = f'{{"ID": "a", "Name": "other_db.1.{TASK}", "MemUsage": "7GiB / 8GiB"}}'
    folder = write(
        {
            "web/compose.yml": recipe(),
            "stats.json": stats,
            "fleet.yml": fleet("hosts: {stats: stats.json}", "recipes: [{name: web, memory: 1G}]"),
        }
    )
    found = rows(run("sweep", folder, "--format", "json"))["web"]
    assert found["risk"]["level"] == "latent-high"
    assert found["risk"]["text"] == snapshot


@pytest.mark.parametrize(
    "results",
    [pytest.param(None, id="missing"), pytest.param("[", id="broken")],
)
def test_bad_results_file_fails_one_recipe_only(
    run: Run, write: Write, results: str | None, snapshot: SnapshotAssertion
) -> None:
    files: dict[str, str | bytes] = {
        "web/compose.yml": recipe(),
        "web/recipe_meta.py": "RESULTS = 'runs.json'\n",
        "api/compose.yml": recipe(),
    }
    if results is not None:
        files["web/runs.json"] = results
    folder = write(files)
    ran = run("sweep", folder, "--format", "json")
    found = rows(ran)
    assert (ran.exit_code, found["api"]["risk"]["level"]) == (2, "latent-medium")
    assert mask_folder(found["web"]["risk"]["because"][0], folder) == snapshot


def test_manifest_name_can_end_in_yaml(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"web/compose.yml": recipe(), "fleet.yaml": fleet("recipes: [{name: shop, path: web}]")})
    assert list(rows(run("sweep", folder, "--format", "json"))) == ["shop"]
    ran = run("fleet", "init", folder)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert mask_folder(ran.stderr, folder) == snapshot
