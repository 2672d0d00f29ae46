"""Config files: data of hosts and images, precedence, and errors with their locations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rules.own_rule import NAME, OWN_RULE
from tests.support import mask_folder

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write

STACK = """services:
  app:
    image: registry.example.com/me/app:2
    healthcheck: {test: curl -f http://localhost/}
    deploy:
      resources: {limits: {memory: 200M}}
      update_config: {failure_action: rollback, order: start-first}
  plain:
    image: registry.example.com/me/plain:2
    deploy: {update_config: {order: start-first, failure_action: rollback, monitor: 30s}}
"""
CONFIGS = {
    "rollout-lint.toml": '[hosts]\nmemory = "256M"\n\n[images."me/plain"]\nhealthcheck = true\n',
    ".rollout-lint.yml": "hosts: {memory: 256M}\nimages: {me/plain: {healthcheck: true}}\n",
    "pyproject.toml": '[tool.rollout-lint]\nhosts.memory = "256M"\nimages = {"me/plain" = {healthcheck = true}}\n',
}


def rules_by_service(run: Run, *arguments: object) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for finding in run("check", *map(str, arguments), "--format", "json").json["recipes"][0]["findings"]:
        for service in finding["services"]:
            found.setdefault(service, set()).add(finding["rule"])
    return found


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("location", ["", "fleet/", "fleet/shop/"])
def test_config_sets_host_memory_and_image_data(run: Run, write: Write, name: str, location: str) -> None:
    folder = write({"fleet/shop/compose.yml": STACK})
    before = rules_by_service(run, folder / "fleet" / "shop")
    assert "RL002" not in before["app"]
    assert "RL009" in before["plain"]
    write({location + name: CONFIGS[name]})
    after = rules_by_service(run, folder / "fleet" / "shop" / "compose.yml")
    assert "RL002" in after["app"]
    assert "RL009" not in after["plain"]
    [row] = run("sweep", folder / "fleet", "--format", "json").json["recipes"]
    assert "RL002" in row["rules"]


def test_config_unlocks_the_data_of_an_image(run: Run, write: Write) -> None:
    policy = "{update_config: {order: start-first}}"
    stack = f"services: {{c: {{image: 'redis:7', volumes: ['data:/data'], deploy: {policy}}}}}\nvolumes: {{data: }}\n"
    folder = write({"compose.yml": stack})
    assert "RL006" in rules_by_service(run, folder)["c"]
    write({".rollout-lint.yml": "images: {redis: {locks: null}}\n"})
    assert "RL006" not in rules_by_service(run, folder)["c"]


def test_only_the_nearest_config_applies(run: Run, write: Write) -> None:
    folder = write({"shop/compose.yml": STACK, "rollout-lint.toml": CONFIGS["rollout-lint.toml"]})
    write({"shop/.rollout-lint.yml": "hosts: {memory: 8G}\n"})
    found = rules_by_service(run, folder / "shop")
    assert "RL002" not in found["app"]
    assert "RL009" in found["plain"]


def test_pyproject_without_the_table_is_skipped(run: Run, write: Write) -> None:
    folder = write({"shop/compose.yml": STACK, "rollout-lint.toml": CONFIGS["rollout-lint.toml"]})
    write({"shop/pyproject.toml": "[project]\nname = 'shop'\n"})
    assert "RL002" in rules_by_service(run, folder / "shop")["app"]


def test_manifest_overrides_config(run: Run, write: Write) -> None:
    folder = write({"shop/compose.yml": STACK, "rollout-lint.toml": CONFIGS["rollout-lint.toml"]})
    write({"fleet.yml": "version: 1\nhosts: {memory: 8G}\nimages: {me/app: {healthcheck: true}}\n"})
    [row] = run("sweep", folder, "--format", "json").json["recipes"]
    assert "RL002" not in row["rules"]
    assert "RL009" not in row["rules"]


def test_config_names_rule_directories(run: Run, write: Write) -> None:
    folder = write({"shop/compose.yml": STACK, f"own/{NAME}": OWN_RULE, "rollout-lint.toml": "rules = ['own']\n"})
    assert "TT001" in rules_by_service(run, folder / "shop")["plain"]


def test_config_rules_are_listed_explained_and_checked(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write({f"own/{NAME}": OWN_RULE, "rollout-lint.toml": "rules = ['own']\n", "compose.yml": STACK}))
    assert "TT001  no-memory-limit" in run("rules").stdout
    assert run("explain", "TT001").stdout.startswith("TT001 no-memory-limit")
    assert f" own/{NAME}\n" in run("check").stdout


def test_show_uses_data_of_the_config(run: Run, write: Write) -> None:
    folder = write({"compose.yml": STACK})
    shown = ("show", folder, "--format", "json")
    facts = run(*shown).json["variants"][0]["services"]
    assert facts["app"]["derived.room_for_update"]["value"] == "unknown"
    assert facts["plain"]["derived.has_healthcheck"]["value"] is False
    write({"rollout-lint.toml": CONFIGS["rollout-lint.toml"]})
    facts = run(*shown).json["variants"][0]["services"]
    assert facts["app"]["derived.room_for_update"]["value"] == "none"
    assert facts["plain"]["derived.has_healthcheck"]["value"] is True


@pytest.mark.parametrize(
    ("name", "text", "location"),
    [
        pytest.param("rollout-lint.toml", "[hosts]\nmemroy = '8G'\n", "2:1", id="misspelt-key"),
        pytest.param("rollout-lint.toml", "host = 1\n", "1:1", id="misspelt-top-key"),
        pytest.param("rollout-lint.toml", "[hosts]\n\n  nodes = 0\n", "3:3", id="minimum"),
        pytest.param("rollout-lint.toml", "hosts = {nodes = 1,\n", "1:20", id="open-table"),
        pytest.param("rollout-lint.toml", "[hosts]\nmemory = 8\n", "2:1", id="number"),
        pytest.param("rollout-lint.toml", b"\xff", "1:1", id="bytes"),
        pytest.param("rollout-lint.toml", "rules = ['gone']\n", "", id="no-rules"),
        pytest.param(
            "pyproject.toml",
            "[tool.rollout-lint]\n[tool.rollout-lint.images.'a/b']\nlock = 1\n",
            "3:1",
            id="misspelt-image-key",
        ),
        pytest.param("pyproject.toml", "[tool]\nrollout-lint = 1\n", "2:1", id="pyproject-number"),
        pytest.param(".rollout-lint.yml", "hosts:\n  memory: much\n", "2:11", id="size"),
        pytest.param(".rollout-lint.yml", "- a\n", "1:1", id="list"),
        pytest.param(".rollout-lint.yml", "hosts: [\n", "2:1", id="open-list"),
    ],
)
def test_invalid_config_is_reported_with_its_location(
    run: Run, write: Write, name: str, text: str | bytes, location: str, snapshot: SnapshotAssertion
) -> None:
    folder = write({"compose.yml": STACK, name: text})
    told = set()
    for command in ("check", "sweep"):
        ran = run(command, folder)
        assert (ran.exit_code, ran.stdout) == (2, "")
        assert not location or f"{folder}/{name}:{location}: " in ran.stderr
        told.add(mask_folder(ran.output, folder))
    [message] = told
    assert message == snapshot


def test_empty_config_changes_nothing(run: Run, write: Write) -> None:
    folder = write({"compose.yml": STACK})
    before = rules_by_service(run, folder)
    for name in (".rollout-lint.yml", "rollout-lint.toml"):
        write({name: ""})
        assert rules_by_service(run, folder) == before


def test_config_reads_verified_deploys_and_overrides(run: Run, write: Write) -> None:
    text = "[deploys]\nverified = true\n[[overrides]]\npaths = ['by-hand']\ndeploys = {verified = false}\n"
    folder = write({"rollout-lint.toml": text, "shop/compose.yml": "", "by-hand/compose.yml": ""})
    for recipe, value, line in (("shop", True, 2), ("by-hand", False, 5)):
        settings = run("config", "--format", "json", folder / recipe).json["settings"]
        [setting] = [each for each in settings if each["key"] == "deploys.verified"]
        assert (setting["value"], setting["origin"]["line"]) == (value, line)
