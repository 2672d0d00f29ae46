"""Trees whose stack files earlier versions did not check, or merged with files that are not deployed with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.repository import repository_at

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import CommandResult, Run, Write

WEB = "services: {web: {image: registry.example.com/web:1}}\n"
DATABASE = """
services:
  db:
    image: postgres:17
    volumes: [data:/var/lib/postgresql/data]
    deploy: {update_config: {order: start-first}}
volumes: {data: }
"""
RISKY = """
services:
  web:
    image: registry.example.com/web:1
    healthcheck: {test: curl -f http://localhost/}
    deploy: {update_config: {order: start-first, failure_action: rollback}}
"""
DEVELOPMENT = """
services:
  web:
    build: .
  mail: {image: "mailcatcher:1", profiles: [debug]}
"""
WITH_HOST_PORT = """
services:
  web:
    image: registry.example.com/web:1
    ports: [{target: 80, published: 80, mode: host}]
    deploy: {mode: global}
"""
START_FIRST = "services: {web: {deploy: {update_config: {order: start-first}}}}\n"
PLAYBOOK = """
- hosts: managers
  tasks:
    - name: Deploy
      docker_stack: {name: app, compose: [/srv/stack.yml]}
"""
MAKEFILE = """
deploy:
	docker stack deploy -c docker-compose.yml -c docker-compose.tls.yml app
"""


@pytest.fixture
def write_tree(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Function that writes files into the current folder, which is a repository."""
    repository_at(tmp_path)
    monkeypatch.chdir(tmp_path)
    return write


def check_in_each_way(run: Run, file: str) -> list[CommandResult]:
    """Return the results of a check of the tree, of one file, and of a changed file as in the hook."""
    return [run("check", *arguments, "--format", "json") for arguments in ([], [file], ["--changed", file])]


def found(ran: CommandResult) -> set[tuple[str, str]]:
    """Return rule and variant of each finding of severity medium or higher."""
    findings = (finding for recipe in ran.json["recipes"] for finding in recipe["findings"])
    return {(each["rule"], each["variant"]) for each in findings if each["severity"] in ("high", "medium")}


def variants(ran: CommandResult) -> list[dict[str, Any]]:
    return [variant for recipe in ran.json["recipes"] for variant in recipe["variants"]]


def test_stack_below_the_folder_of_another_recipe_is_checked(run: Run, write_tree: Write) -> None:
    write_tree({"compose.yml": WEB, "db/docker-stack.yml": DATABASE})
    for ran in check_in_each_way(run, "db/docker-stack.yml"):
        assert (ran.exit_code, found(ran)) == (1, {("RL006", "default")})


def test_stack_file_of_an_environment_is_checked_alone(run: Run, write_tree: Write) -> None:
    write_tree({"docker-stack.prod.yml": RISKY})
    for ran in check_in_each_way(run, "docker-stack.prod.yml"):
        assert (ran.exit_code, found(ran)) == (1, {("RL001", "default")})


def test_stack_file_is_not_merged_onto_a_file_for_developers(run: Run, write_tree: Write) -> None:
    write_tree({"docker-compose.yml": DEVELOPMENT, "docker-compose.swarm.yml": WEB})
    for ran in check_in_each_way(run, "docker-compose.swarm.yml"):
        assert (ran.exit_code, variants(ran)) == (0, [{"name": "default", "files": ["docker-compose.swarm.yml"]}])
    whole = run("check", "--format", "json").json
    assert [(each["file"], each["reason"]) for each in whole["skipped"]] == [
        ("docker-compose.yml", "for docker compose only")
    ]


def test_overlay_for_production_is_checked_on_its_base(run: Run, write_tree: Write) -> None:
    write_tree({"docker-compose.yml": WITH_HOST_PORT, "docker-compose.prod.yml": START_FIRST})
    for ran in check_in_each_way(run, "docker-compose.prod.yml"):
        assert (ran.exit_code, found(ran)) == (1, {("RL003", "prod")})


def test_variable_without_a_value_does_not_prevent_the_check(run: Run, write_tree: Write) -> None:
    write_tree({"stack.yml": "services: {web: {image: 'a:1', deploy: {replicas: '${N}'}}}\n"})
    for arguments in ([], ["stack.yml"], ["--changed", "stack.yml"]):
        ran = run("check", *arguments)
        assert ran.exit_code == 0
        assert ran.stdout.startswith("Unknown variables (set them in .env.sample, ")
        assert [line for line in ran.output.splitlines() if line.endswith(" N")] == ["  .: N"]


def test_variable_without_a_value_is_not_an_empty_password(run: Run, write_tree: Write) -> None:
    base = "services: {web: {image: 'a:1', environment: {PASS: dev}}}\n"
    write_tree({"compose.yml": base, "compose.prod.yml": "services: {web: {environment: {PASS: '${PASS}'}}}\n"})
    for ran in check_in_each_way(run, "compose.prod.yml"):
        assert [each["name"] for each in variants(ran)] == ["default", "prod"]
        assert (ran.exit_code, found(ran)) == (0, set())


def test_playbook_with_the_name_of_a_stack_file_is_not_one(run: Run, write_tree: Write) -> None:
    write_tree({"docker-swarm.yml": PLAYBOOK})
    for ran in check_in_each_way(run, "docker-swarm.yml"):
        assert (ran.exit_code, found(ran)) == (0, set())
        assert [each["status"] for each in ran.json["recipes"]] == ["not-a-stack"]


def test_deploy_command_in_a_makefile_decides_the_files(run: Run, write_tree: Write) -> None:
    tls = "services: {proxy: {image: 'traefik:3'}}\n"
    write_tree({"docker-compose.yml": WEB, "docker-compose.tls.yml": tls, "Makefile": MAKEFILE})
    for file in ("docker-compose.yml", "docker-compose.tls.yml"):
        for ran in check_in_each_way(run, file):
            [variant] = variants(ran)
            assert variant == {
                "name": "tls",
                "files": ["docker-compose.yml", "docker-compose.tls.yml"],
                "deployed_by": "Makefile:3",
            }
