"""What a manifest may say, what it makes of it, and what is told of one that does not hold."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.commands.fleet import schema

from tests.fleet.recipes import OVERLAY, recipe

if TYPE_CHECKING:
    from tests.conftest import Ran, Run, Write


TASK = "p2nh0gyrjv2hhrcjq7gb1lm9e"


def rows(ran: Ran) -> dict[str, Any]:
    return {row["recipe"]: row for row in ran.json["recipes"]}


def fleet(*lines: str) -> str:
    return "\n".join(["version: 1", *lines, ""])


def test_a_pattern_stands_for_the_recipes_that_it_fits(run: Run, write: Write) -> None:
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


def test_what_an_entry_names_by_itself_is_not_its_patterns(run: Run, write: Write) -> None:
    lines = ("recipes:", "  - {path: '*', runtime: Rails}", "  - {name: shop, path: web, runtime: JVM}")
    folder = write({"web/compose.yml": recipe(), "api/compose.yml": recipe(), "fleet.yml": fleet(*lines)})
    found = rows(run("sweep", folder, "--format", "json"))
    assert {name: row["risk"]["level"] for name, row in found.items()} == {"api": "latent-high", "shop": "latent-low"}


def test_a_folder_whose_name_looks_like_a_pattern_or_a_revision_is_a_folder(run: Run, write: Write) -> None:
    lines = ("recipes:", "  - path: a[1]", "  - path: web@home")
    folder = write({"a[1]/compose.yml": recipe(), "web@home/compose.yml": recipe(), "fleet.yml": fleet(*lines)})
    ran = run("sweep", folder, "--format", "json")
    assert (ran.exit_code, list(rows(ran))) == (0, ["a[1]", "web@home"])


def test_a_stack_of_its_own_beside_a_named_recipe_is_swept_too(run: Run, write: Write) -> None:
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


def test_a_path_may_be_a_file(run: Run, write: Write) -> None:
    lines = ("recipes:", "  - {name: web, path: stacks/web.yml}")
    folder = write({"stacks/web.yml": recipe(), "stacks/api.yml": recipe(), "fleet.yml": fleet(*lines)})
    assert list(rows(run("sweep", folder, "--format", "json"))) == ["web"]


@pytest.mark.parametrize(
    ("overlays", "entry"),
    [
        ("[compose.ccci.yml, 'ci/*/compose.ccci.yml']", "{name: web}"),
        ("['ci/*/*.yml', 'ci/*/compose.ccci.yml']", "{name: web}"),
        ("[compose.ci.yml]", "{name: web, overlay: ci/web/compose.ccci.yml}"),
        ("[{pattern: 'ci/*/compose.ccci.yml', role: ci}]", "{name: web}"),
    ],
)
def test_an_overlay_in_another_tree(run: Run, write: Write, overlays: str, entry: str) -> None:
    lines = (f"overlays: {overlays}", f"recipes: [{entry}]")
    folder = write(
        {"web/compose.yml": recipe(), "ci/web/compose.ccci.yml": OVERLAY, "fleet.yml": fleet(*lines)},
    )
    found = rows(run("sweep", folder, "--format", "json"))["web"]
    assert (found["risk"]["level"], found["overlay"]) == ("mitigated", "../ci/web/compose.ccci.yml")


def test_an_overlay_that_users_deploy_too_repairs_for_them_as_well(run: Run, write: Write) -> None:
    files: dict[str, str | bytes] = {"web/compose.yml": recipe(order="stop-first"), "web/compose.prod.yml": recipe()}
    write({**files, "fleet.yml": fleet("overlays: [{pattern: 'compose.prod.yml', role: shipped}]")})
    folder = write({"fleet.yml": fleet("overlays: [{pattern: 'compose.prod.yml', role: shipped}]")})
    found = rows(run("sweep", folder, "--format", "json"))["web"]
    assert (found["risk"]["level"], found["overlay"]) == ("latent-medium", None)
    assert [variant["ci"] for variant in found["variants"]] == [False, False]
    write({"fleet.yml": fleet("overlays: [compose.prod.yml]")})
    assert "by the CI overlay only" in rows(run("sweep", folder, "--format", "json"))["web"]["risk"]["text"]


def test_the_settings_of_a_recipes_ci_are_read_and_the_manifest_counts_more(run: Run, write: Write) -> None:
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


def test_a_setting_that_is_computed_is_unknown_and_told(run: Run, write: Write) -> None:
    marker = write({"web/compose.yml": recipe()}) / "ran"
    code = f"open({str(marker)!r}, 'w')\nUPGRADE_TESTS = bool(1)\n"
    found = rows(run("sweep", write({"web/recipe_meta.py": code}), "--format", "json"))["web"]
    assert found["upgrade_tests"] is None
    assert any("recipe_meta.py:2:" in reason and "computed" in reason for reason in found["risk"]["because"])
    assert not marker.exists()


def test_the_settings_may_be_kept_in_another_tree(run: Run, write: Write) -> None:
    lines = ("meta: ci/*/recipe_meta.py", "recipes: [{name: web}]")
    files: dict[str, str | bytes] = {"web/compose.yml": recipe(), "ci/web/recipe_meta.py": "UPGRADE_TESTS = True\n"}
    assert rows(run("sweep", write({**files, "fleet.yml": fleet(*lines)}), "--format", "json"))["web"]["upgrade_tests"]


@pytest.mark.parametrize(
    ("lines", "level", "told"),
    [
        (("hosts: {memory: 8G}", "recipes: [{name: web, memory: 900M}]"), "latent-low", "= 1.8 GiB of 8 GiB"),
        (
            ("hosts: {memory: 8G, used: 7G}", "recipes: [{name: web, memory: 900M}]"),
            "latent-high",
            "= 1.8 GiB of 1 GiB left (8 GiB less 7 GiB that others take)",
        ),
        (
            ("hosts: {memory: 8G, used: 6G}", "recipes: [{name: web, memory: 900M}]"),
            "latent-medium",
            "= 1.8 GiB of 2 GiB left (8 GiB less 6 GiB that others take)",
        ),
        (
            ("hosts: {memory: 8G, used: 5G}", "recipes: [{name: web, memory: {app: 900M, db: 4G}}]"),
            "latent-low",
            "900 MiB (measured) x 1 old and 1 new",
        ),
        (
            ("hosts: {memory: 8G}", "recipes: [{name: web, memory: 900M, hosts: {memory: 1G}}]"),
            "latent-high",
            "= 1.8 GiB of 1 GiB",
        ),
        (
            ("hosts: {stats: stats.json}",),
            "latent-high",
            "1.5 GiB (measured) x 1 old and 1 new = 3 GiB of 2.5",
        ),
        (("hosts: {stats: stats.json, memory: 16G}",), "latent-low", "of 14.5 GiB left"),
        (("hosts: {stats: stats.json}", "recipes: [{name: web, memory: 900M}]"), "latent-low", "900 MiB (measured)"),
        (("hosts: {stats: stats.json}", "recipes: [{name: web, stack: shop}]"), "latent-low", "512 MiB (measured)"),
        (("recipes: [{name: web, hosts: {stats: stats.json}}]",), "latent-high", "1.5 GiB (measured)"),
    ],
)
def test_memory_is_held_against_what_the_host_has_left(
    run: Run, write: Write, lines: tuple[str, ...], level: str, told: str
) -> None:
    containers = {f"web_app.1.{TASK}": "1.5GiB", f"shop_app.1.{TASK}": "512MiB", "other": "1GiB"}
    stats = "".join(f'{{"Name":"{name}","MemUsage":"{used} / 4GiB"}}\n' for name, used in containers.items())
    folder = write({"web/compose.yml": recipe(), "stats.json": stats, "fleet.yml": fleet(*lines)})
    found = rows(run("sweep", folder, "--format", "json"))["web"]
    assert any(told in reason for reason in found["risk"]["because"]), found["risk"]
    assert found["risk"]["level"] == level


TWINS = ("recipes:", "  - {name: web}", "  - {name: web, path: api}")


@pytest.mark.parametrize(
    ("lines", "place", "message", "left"),
    [
        (
            ("recipes:", "  - {name: web, upgrade_test: true}"),
            "3:17",
            '"upgrade_test" in recipes[0] (did you mean "upgrade_tests"?)',
            ["web"],
        ),
        (("recipes:", "  - {name: web, results: bad.json}"), "bad.json:1:1", "is not a results file", ["web"]),
        (("recipes:", "  - {name: web, results: gone.json}"), "3:26", "cannot be read", ["web"]),
        (("recipes:", "  - {name: web, results: api.json}"), "3:26", "tells of api, and not of web", ["web"]),
        (("results: [gone.json]", "recipes: [{name: web}]"), "2:11", "cannot be read", ["web"]),
        (("hosts: {stats: gone.json}", "recipes: [{name: web}]"), "2:16", "cannot be read", ["web"]),
        (TWINS, "4:12", "the recipe web is listed twice, first on line 3", ["web"]),
        (("recipes:", "  - {name: web}", "  - {name: shop, path: ./web}"), "4:12", "first on line 3", ["web"]),
        (("recipes:", "  - {path: '*'}", "  - {path: 'w*'}"), "4:12", "first on line 3", ["api", "web"]),
        (("recipes:", "  - {path: 'x*'}", "  - {name: web}"), "3:12", "no folder with a compose.yml", ["web"]),
        (("recipes:", "  - {path: 'loop/**'}", "  - {name: web}"), "3:12", "goes round in a circle", ["web"]),
        (("recipes:", "  - {path: 'loop/*/*'}", "  - {name: web}"), "3:12", "goes round in a circle", ["web"]),
        (("recipes:", "  - {path: '*@v1'}", "  - {name: web}"), "3:12", "repository", ["web"]),
        (("recipes:", "  - {path: '*', name: all}"), "3:23", "cannot all be called all", ["api", "web"]),
        (
            ("recipes:", "  - {runtime: JVM}", "  - {name: web}"),
            "3:5",
            'missing key "name" or "path" in recipes[0]',
            ["web"],
        ),
        (("recipes:", "  - web", "  - {name: web}"), "3:5", 'invalid recipes[0] "web": must be a mapping', ["web"]),
        (
            ("hosts: {memory: 8G, nods: 2}", "recipes: [{name: web}]"),
            "2:21",
            'unknown key "nods" in hosts (did you mean "nodes"?)',
            ["web"],
        ),
        (
            ("hosts: {memory: lots}", "recipes: [{name: web}]"),
            "2:17",
            '"lots": must be a value such as 900M or 8G',
            ["web"],
        ),
        (("max_age: soon", "recipes: [{name: web}]"), "2:10", '"soon": must be a value such as 30d or 8w', ["web"]),
        (("recipes: [{name: web, results: [{date: 2026-02-30, upgrade: pass}]}]",), "2:32", "is no date", ["web"]),
        (
            ("recipes: [{name: web, results: [{date: 2026-02-28, upgrade: ok}]}]",),
            "2:61",
            'invalid recipes[0].results[0].upgrade "ok": must be one of pass, fail, rolled-back',
            ["web"],
        ),
    ],
)
def test_a_bad_manifest_is_told_and_the_rest_shown_where_asked(
    run: Run, write: Write, lines: tuple[str, ...], place: str, message: str, left: list[str]
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
    if "circle" in message:
        (folder / "loop" / "a" / "again").symlink_to("..")
    told = place if ".json" in place else f"fleet.yml:{place}"
    refused = run("sweep", folder)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert f"{told}: " in refused.stderr
    assert message in refused.stderr
    kept = run("sweep", folder, "--keep-going", "--format", "json")
    assert (kept.exit_code, kept.stderr) == (2, refused.stderr)
    assert list(rows(kept)) == left


def test_of_a_manifest_of_another_version_nothing_is_left(run: Run, write: Write) -> None:
    ran = run("sweep", write({"a/compose.yml": recipe(), "fleet.yml": "version: 2\n"}), "--keep-going")
    assert (ran.exit_code, ran.stdout) == (2, "")


def test_a_circle_of_two_links_is_one(run: Run, write: Write) -> None:
    folder = write(
        {"a/x.txt": "", "b/x.txt": "", "web/compose.yml": recipe(), "fleet.yml": fleet("recipes: [{path: '**'}]")}
    )
    (folder / "a" / "to").symlink_to("../b")
    (folder / "b" / "to").symlink_to("../a")
    ran = run("sweep", folder)
    assert ran.exit_code == 2
    assert "goes round in a circle" in ran.stderr


def test_every_key_of_the_schema_says_what_it_is() -> None:
    def undescribed(node: Any, path: str) -> list[str]:
        found = []
        for key, value in node.get("properties", {}).items():
            if not ({"description", "$ref", "const"} & value.keys()) and key not in ("name", "memory", "recipes"):
                found.append(f"{path}.{key}")
            found += undescribed(value, f"{path}.{key}")
        return found + (undescribed(node["items"], f"{path}[]") if "items" in node else [])

    assert not undescribed(json.loads(schema()), "")


@pytest.mark.parametrize("named", ["", '"recipe": "web", '])
def test_what_a_recipes_settings_say_is_not_about_the_stack_beside_it(run: Run, write: Write, named: str) -> None:
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
    assert found["web/stack-other.yml"]["risk"]["text"] == "latent, medium"


def test_an_overlay_that_users_deploy_is_not_laid_on_the_stack_beside(run: Run, write: Write) -> None:
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
@pytest.mark.parametrize("name", ["../../secret", "/etc/hostname"])
def test_a_recipes_settings_lead_to_nothing_outside_the_fleet(run: Run, write: Write, setting: str, name: str) -> None:
    folder = write(
        {
            "secret": "upgrade: hunter2\ndate: 2026-06-12\n",
            "fleet/web/compose.yml": recipe(),
            "fleet/web/recipe_meta.py": f"{setting} = {name!r}\n",
        }
    )
    ran = run("sweep", folder / "fleet")
    assert ran.exit_code == 2
    assert f"recipe_meta.py:1:11: {name} lies outside the given folder, and is not read" in ran.stdout
    assert "hunter2" not in ran.stdout + ran.stderr


def test_no_link_of_a_recipe_leads_out_of_the_fleet(run: Run, write: Write) -> None:
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
    assert found["risk"]["because"] == [
        "compose.prod.yml:1:1: compose.prod.yml lies outside the given folder, and is not read",
        "recipe_meta.py lies outside the given folder, and is not read",
    ]


def test_the_overlay_that_a_recipes_settings_name(run: Run, write: Write) -> None:
    files: dict[str, str | bytes] = {
        "web/compose.yml": recipe(),
        "web/compose.up.yml": OVERLAY,
        "web/recipe_meta.py": "OVERLAY = 'compose.up.yml'\n",
    }
    found = rows(run("sweep", write(files), "--format", "json"))["web"]
    assert (found["risk"]["level"], found["overlay"]) == ("mitigated", "compose.up.yml")
    ran = run("sweep", write({"web/recipe_meta.py": "OVERLAY = 'nowhere.yml'\n"}))
    assert ran.exit_code == 2
    assert "recipe_meta.py:1:11: the overlay nowhere.yml does not exist" in ran.stdout


def test_an_overlay_that_is_named_twice_is_one(run: Run, write: Write) -> None:
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


def test_an_overlay_of_users_and_one_of_a_ci_may_have_one_name(run: Run, write: Write) -> None:
    folder = write(
        {
            "web/compose.yml": recipe("stop-first"),
            "web/compose.prod.yml": "services: {app: {deploy: {update_config: {order: start-first}}}}\n",
            "ci/web/compose.prod.yml": "services: {app: {hostname: x}}\n",
            "fleet.yml": fleet("overlays: [{pattern: compose.prod.yml, role: shipped}, ci/*/compose.prod.yml]"),
        }
    )
    found = rows(run("sweep", folder, "--format", "json"))["web"]
    assert found["risk"]["text"] == "latent, medium"


def test_a_fleets_folder_may_be_a_recipe_itself(run: Run, write: Write) -> None:
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
        r'recipes: [{path: "a\0b"}]',
        r'recipes: [{name: web, results: "a\0b"}]',
        r'results: ["a\0b"]',
        r'hosts: {stats: "a\0b"}',
        "recipes: [{path: loop}]",
        f"recipes: [{{path: {'x' * 5000}@v1}}]",
        f"recipes: [{{path: {'x' * 5000}}}]",
        f"recipes: [{{path: web/{'x' * 5000}/web}}]",
        f"hosts: {{memory: '{'9' * 400}'}}",
        "recipes: []",
        "recipes: [&a {path: web, pth: x}, *a]",
    ],
)
def test_no_odd_manifest_ends_in_a_traceback(run: Run, write: Write, line: str) -> None:
    folder = write({"web/compose.yml": recipe(), "fleet.yml": fleet(line)})
    (folder / "loop").symlink_to("loop")
    ran = run("sweep", folder)
    assert ran.exit_code == 2
    assert "fleet.yml:2:" in ran.stdout + ran.stderr


def test_a_manifest_that_cannot_be_found_is_told(run: Run, write: Write) -> None:
    folder = write({"web/compose.yml": recipe()})
    assert run("sweep", "x" * 5000).exit_code == 2
    (folder / "fleet.yml").symlink_to("nowhere")
    assert (run("sweep", folder).exit_code, "fleet.yml cannot be read" in run("sweep", folder).stderr) == (2, True)


def test_a_stack_file_that_is_none_leaves_its_recipe_in_the_table(run: Run, write: Write) -> None:
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


def test_a_service_that_was_not_measured_has_beside_it_all_that_was(run: Run, write: Write) -> None:
    stats = f'{{"ID": "a", "Name": "other_db.1.{TASK}", "MemUsage": "7GiB / 8GiB"}}'
    folder = write(
        {
            "web/compose.yml": recipe(),
            "stats.json": stats,
            "fleet.yml": fleet("hosts: {stats: stats.json}", "recipes: [{name: web, memory: 1G}]"),
        }
    )
    found = rows(run("sweep", folder, "--format", "json"))["web"]
    assert found["risk"]["text"] == "latent, high (2 GiB of 1 GiB left)"


@pytest.mark.parametrize(
    ("results", "message"),
    [(None, "cannot be read: No such file or directory"), ("[", "is not a results file")],
)
def test_results_that_a_recipes_settings_name_wrongly_stop_no_other(
    run: Run, write: Write, results: str | None, message: str
) -> None:
    files: dict[str, str | bytes] = {
        "web/compose.yml": recipe(),
        "web/recipe_meta.py": "RESULTS = 'runs.json'\n",
        "api/compose.yml": recipe(),
    }
    if results is not None:
        files["web/runs.json"] = results
    ran = run("sweep", write(files), "--format", "json")
    found = rows(ran)
    assert (ran.exit_code, found["api"]["risk"]["level"]) == (2, "latent-medium")
    assert message in found["web"]["risk"]["because"][0]


def test_a_manifest_may_be_called_yaml(run: Run, write: Write) -> None:
    folder = write({"web/compose.yml": recipe(), "fleet.yaml": fleet("recipes: [{name: shop, path: web}]")})
    assert list(rows(run("sweep", folder, "--format", "json"))) == ["shop"]
    ran = run("fleet", "init", folder)
    assert (ran.exit_code, "fleet.yaml is there already" in ran.stderr) == (2, True)
