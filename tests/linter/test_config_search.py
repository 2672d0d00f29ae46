"""Search for config files, and for recipes and overlays as a config sets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rollout_lint.errors import ConfigError, RuleError
from rollout_lint.linter.context import ContextLoader

from tests.linter.config_runs import CONFIG, RISKY, check_severities, recipe_names, severities
from tests.rules.own_rule import NAME, OWN_RULE
from tests.support import mask_folder

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write

STOP_FIRST = "services: {app: {deploy: {update_config: {order: stop-first}}}}\n"


@pytest.mark.parametrize("command", ["check", "show"])
def test_config_sets_overlay_names(run: Run, write: Write, command: str) -> None:
    folder = write({"compose.yml": RISKY, "stage.overlay": STOP_FIRST, "compose.ccci.yml": STOP_FIRST})

    def variants(*options: str) -> list[str]:
        document = run(command, folder, *options, "--format", "json").json
        found = document["recipes"][0]["variants"] if command == "check" else document["variants"]
        return [each["name"] for each in found]

    assert variants() == ["default", "ccci"]
    write({CONFIG: "overlays = ['s*.overlay']\n"})
    assert variants() == ["default", "stage.overlay", "ccci"]
    assert variants("--overlay", "compose.ccci.yml") == ["default", "ccci"]
    write({CONFIG: "overlays = []\n"})
    assert variants() == ["default", "ccci"]


def test_overlays_of_the_manifest_override_the_config(run: Run, write: Write) -> None:
    folder = write(
        {"r/compose.yml": RISKY, "r/compose.stage.yml": STOP_FIRST, CONFIG: "overlays = ['compose.stage.yml']\n"}
    )

    def level() -> str:
        [row] = run("sweep", folder, "--format", "json").json["recipes"]
        return row["risk"]["level"]  # type: ignore[no-any-return]

    assert level() == "mitigated"
    write({"fleet.yml": "version: 1\n"})
    assert level() == "mitigated"
    write({"fleet.yml": "version: 1\noverlays: [compose.ccci.yml]\n"})
    assert level() == "latent-medium"


@pytest.mark.parametrize("command", ["check", "sweep"])
@pytest.mark.parametrize(
    ("exclude", "folder_name", "expected"),
    [
        ("['old']", "", ["a", "new"]),
        ("['/old']", "", ["a", "old", "new"]),
        ("['/apps/old/']", "", ["a", "new"]),
        ("['/apps/old/']", "apps", ["new"]),
        ("['apps/*', '!apps/new']", "", ["a", "new"]),
        ("['apps']", "", ["a"]),
        ("['apps', 'old']", "apps", ["new"]),
        ("[]", "", ["a", "old", "new"]),
    ],
)
def test_excluded_recipes_are_skipped(
    run: Run, write: Write, command: str, exclude: str, folder_name: str, expected: list[str]
) -> None:
    files: dict[str, str | bytes] = {f"{name}/compose.yml": RISKY for name in ("a", "apps/old", "apps/new")}
    folder = write({**files, CONFIG: f"exclude = {exclude}\n"})
    found = recipe_names(run(command, folder / folder_name, "--format", "json"))
    assert sorted(name.rpartition("/")[2] for name in found) == sorted(expected)


def test_excluded_recipe_is_checked_if_it_is_named(run: Run, write: Write) -> None:
    folder = write({"old/compose.yml": RISKY, "new/compose.yml": RISKY, CONFIG: "exclude = ['old']\n"})
    assert recipe_names(run("check", folder / "old", "--format", "json")) == ["old"]
    assert recipe_names(run("check", folder / "old" / "compose.yml", "--format", "json")) == ["old"]
    assert recipe_names(run("check", folder, "--exclude", "new", "--format", "json")) == ["old"]


@pytest.mark.parametrize("command", ["check", "sweep"])
def test_excluding_everything_is_an_error(run: Run, write: Write, command: str, snapshot: SnapshotAssertion) -> None:
    folder = write({"a/compose.yml": RISKY, CONFIG: "exclude = ['*']\n"})
    ran = run(command, folder)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert mask_folder(ran.output, folder) == snapshot


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("!", id="only-negation"),
        pytest.param("", id="empty"),
        pytest.param("# x", id="comment"),
        pytest.param("\\", id="only-escape"),
    ],
)
def test_invalid_exclude_pattern_is_an_error(run: Run, write: Write, pattern: str, snapshot: SnapshotAssertion) -> None:
    folder = write({"a/compose.yml": RISKY})
    messages = set()
    for command in ("check", "sweep", "config", "fleet init"):
        ran = run(*command.split(), folder, "--exclude", pattern)
        assert (ran.exit_code, ran.stdout) == (2, "")
        messages.add(mask_folder(ran.output, folder))
    [text] = messages
    assert text == snapshot


def test_fleet_init_uses_exclude_and_overlays(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    files: dict[str, str | bytes] = {"a/compose.yml": RISKY, "old/compose.yml": RISKY}
    folder = write({**files, CONFIG: "exclude = ['old']\noverlays = ['compose.stage.yml']\n"})
    assert mask_folder(run("fleet", "init", folder).output, folder) == snapshot
    assert "compose.stage.yml" in (folder / "fleet.yml").read_text()


FILES = {
    "rollout-lint.toml": "disable = ['RL001']\n",
    ".rollout-lint.yml": "disable: [RL001]\n",
    ".rollout-lint.yaml": "disable: [RL001]\n",
    "pyproject.toml": "[tool.rollout-lint]\ndisable = ['RL001']\n",
}


@pytest.mark.parametrize("name", FILES)
def test_each_config_name_is_read(run: Run, write: Write, name: str) -> None:
    assert "RL001" not in check_severities(run, write({"compose.yml": RISKY, name: FILES[name]}))


@pytest.mark.parametrize(("first", "second"), [(a, b) for i, a in enumerate(FILES) for b in list(FILES)[i + 1 :]])
def test_config_beside_another_is_an_error_unless_it_is_empty(
    run: Run, write: Write, first: str, second: str, snapshot: SnapshotAssertion
) -> None:
    folder = write({"compose.yml": RISKY, first: FILES[first], second: FILES[second]})
    ran = run("check", folder)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"{folder}/{second}: ")
    assert mask_folder(ran.output, folder) == snapshot
    write({second: "[tool.other]\n" if second == "pyproject.toml" else "# nothing\n"})
    assert "RL001" not in check_severities(run, folder)
    write({second: FILES[second], first: "[tool.other]\n" if first == "pyproject.toml" else "# nothing\n"})
    assert "RL001" not in check_severities(run, folder)


def test_broken_pyproject_is_an_error_only_if_a_config(run: Run, write: Write) -> None:
    folder = write({"compose.yml": RISKY, "pyproject.toml": "[project\n"})
    assert run("check", folder).exit_code == 1
    write({"pyproject.toml": "[project\n[tool.rollout-lint]\n"})
    ran = run("check", folder)
    assert ran.exit_code == 2
    assert "pyproject.toml:1:" in ran.stderr


@pytest.mark.parametrize("name", FILES)
def test_config_that_is_not_a_regular_file_is_an_error(
    run: Run, write: Write, name: str, snapshot: SnapshotAssertion
) -> None:
    folder = write({"compose.yml": RISKY})
    (folder / name).symlink_to("gone")
    ran = run("check", folder)
    assert ran.stderr.startswith(f"{folder}/{name}: ")
    assert ran.exit_code == 2
    assert mask_folder(ran.output, folder) == snapshot


def test_config_is_searched_above_the_resolved_path(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write({"a/compose.yml": RISKY, "b/rollout-lint.toml": "disable = ['RL001']\n"})
    monkeypatch.chdir(folder / "b")
    assert "RL001" in check_severities(run, "../a")
    assert "RL001" not in severities(run("check", "-", "--format", "json", stdin=RISKY))


@pytest.mark.parametrize("command", ["check", "sweep", "show", "config", "rules"])
def test_deleted_current_folder_is_an_error(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    folder = write({"gone/x": "", "a/compose.yml": RISKY, CONFIG: "disable = ['RL001']\n"})
    monkeypatch.chdir(folder / "gone")
    (folder / "gone" / "x").unlink()
    (folder / "gone").rmdir()
    ran = run(command)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "RL001" not in check_severities(run, folder / "a")


def test_context_loader_reads_a_config_once(write: Write) -> None:
    folder = write({"a/compose.yml": RISKY, "b/c/compose.yml": RISKY, CONFIG: "disable = ['RL001']\n"})
    loader = ContextLoader()
    context = loader.context(folder / "a")
    (folder / CONFIG).unlink()
    assert loader.context(folder / "b" / "c" / "compose.yml") is context
    assert "RL001" in {rule.id for rule in ContextLoader().context(folder / "a").rules}


@pytest.mark.parametrize(
    ("text", "error"), [("fail-on = 1\n", ConfigError), ("select = ['x']\n", ConfigError), ("rules = ['x']", RuleError)]
)
def test_context_loader_reads_an_invalid_config_once(write: Write, text: str, error: type[Exception]) -> None:
    folder = write({"a/compose.yml": RISKY, "b/compose.yml": RISKY, CONFIG: text})
    loader = ContextLoader()
    with pytest.raises(error):
        loader.context(folder / "a")
    write({CONFIG: "", f"x/{NAME}": OWN_RULE})
    with pytest.raises(error):
        loader.context(folder / "b")
    assert ContextLoader().context(folder / "b").rules
