"""Values of variables: unknown ones in reports, and those of a config."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import mask_folder, validate

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write


def stack(text: str) -> str:
    healthcheck = "healthcheck: {test: curl -f http://localhost/}"
    return f"services:\n  app:\n    image: example/app:2\n    {healthcheck}\n    {text}\n"


REPLICAS = stack("deploy: {replicas: '${N}'}")
HOST_PORT = stack("deploy: {update_config: {order: start-first}, mode: global}") + (
    "    ports: [{target: 80, published: '${PORT}', mode: host}]\n"
)


def checked(run: Run, folder: Path) -> tuple[int, dict[str, Any]]:
    """Return the exit code of a check and its only recipe."""
    ran = run("check", folder, "--format", "json")
    validate("check", ran.json)
    [recipe] = ran.json["recipes"]
    return ran.exit_code, recipe


def rules(recipe: dict[str, Any]) -> set[str]:
    return {finding["rule"] for finding in recipe["findings"]}


def test_check_of_unknown_replicas(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"compose.yml": REPLICAS})
    ran = run("check", folder)
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout.count(": N\n") == 1
    assert mask_folder(ran.stdout, folder) == snapshot
    code, recipe = checked(run, folder)
    assert (code, recipe["status"], recipe["problems"], recipe["unknown_variables"]) == (0, "evaluated", [], ["N"])
    assert run("show", "-c", folder / "compose.yml").exit_code == 2


def test_exact_check_is_as_strict_as_docker(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("N", raising=False)
    folder = write({"compose.yml": REPLICAS, "values.env": "N=2\n"})
    ran = run("check", "-c", folder / "compose.yml", "--format", "json")
    [recipe] = ran.json["recipes"]
    assert (ran.exit_code, "unknown_variables" in recipe) == (2, False)
    assert [problem["line"] for problem in recipe["problems"]] == [5]
    assert run("check", "-c", folder / "compose.yml", "--env-file", folder / "values.env").exit_code == 0


def test_check_without_unknown_variables_has_no_key(run: Run, write: Write) -> None:
    folder = write({"compose.yml": REPLICAS, ".env.sample": "N=2\n"})
    assert "unknown_variables" not in checked(run, folder)[1]
    assert "nknown variables" not in run("check", folder).stdout


@pytest.mark.parametrize(
    "text",
    [
        "labels: ['a.$STACK.b=$C']",
        "environment: {PASS: $PASS}",
        "environment: ['PASS=$PASS']",
        "hostname: $NAME",
    ],
)
def test_value_that_no_rule_reads_limits_no_check(run: Run, write: Write, text: str) -> None:
    folder = write({"compose.yml": stack(text)})
    code, recipe = checked(run, folder)
    assert (code, recipe["problems"], recipe.get("unknown_variables")) == (0, [], None)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ports: [{target: 80, published: $PORT}]", ["PORT"]),
        ("ports: ['$B:80', '$A:81']", ["A", "B"]),
        ("volumes: ['$DATA:/data']", ["DATA"]),
        ("networks: [$NET]", ["NET"]),
        ("deploy: {placement: {constraints: ['node.hostname == $HOST']}}", ["HOST"]),
        ("deploy: {update_config: {failure_action: '${FA}', monitor: '${M:?}', delay: '${D:-1s}'}}", ["FA", "M"]),
        ("deploy: {resources: {limits: {memory: $MEM}}}", ["MEM"]),
    ],
)
def test_unknown_variables_are_sorted_names(run: Run, write: Write, text: str, names: list[str]) -> None:
    code, recipe = checked(run, write({"compose.yml": stack(text)}))
    assert (code, recipe["problems"], recipe["unknown_variables"]) == (0, [], names)


def test_overridden_variable_is_not_unknown(run: Run, write: Write) -> None:
    overlay = "services: {app: {deploy: {replicas: 2}}}\n"
    sample = "COMPOSE_FILE=compose.yml:compose.two.yml\n"
    _, recipe = checked(run, write({"compose.yml": REPLICAS, "compose.two.yml": overlay, ".env.sample": sample}))
    assert "unknown_variables" not in recipe


def test_external_network_with_an_unknown_name(run: Run, write: Write) -> None:
    networks = "networks: {n: {external: true, name: $NET}, own: {name: '${STACK}-own'}}\n"
    text = stack("networks: [n, own]") + networks
    assert checked(run, write({"compose.yml": text}))[1]["unknown_variables"] == ["NET"]


def test_tag_does_not_hide_the_image(run: Run, write: Write) -> None:
    policy = "volumes: ['data:/var/lib/postgresql/data']\n    deploy: {update_config: {order: start-first}}"
    text = stack(policy) + "volumes: {data: }\n"
    tagged, hidden = (text.replace("example/app:2", image) for image in ("postgres:${TAG}", "${IMAGE}"))
    recipe = checked(run, write({"compose.yml": tagged}))[1]
    assert ("RL006" in rules(recipe), "unknown_variables" in recipe) == (True, False)
    assert "RL006" not in rules(checked(run, write({"compose.yml": hidden}))[1])


def test_unset_variable_is_not_an_ignored_zero(run: Run, write: Write) -> None:
    files = {
        "compose.yml": stack("environment: {PASS: dev}"),
        "compose.ccci.yml": "services: {app: {environment: {PASS: '${PASS}'}}}\n",
    }
    code, recipe = checked(run, write(dict(files)))
    assert (code, rules(recipe)) == (0, set())
    code, recipe = checked(run, write({"compose.ccci.yml": "services: {app: {environment: {PASS: $(pass)}}}\n"}))
    assert (code, rules(recipe)) == (2, set())
    code, recipe = checked(run, write({"compose.ccci.yml": "services: {app: {environment: {PASS: ''}}}\n"}))
    assert (code, rules(recipe)) == (1, {"RL040"})


def test_sweep_reports_unknown_variables(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    policy = "deploy: {replicas: $N, update_config: {failure_action: rollback, order: '${ORDER}'}}"
    folder = write({"shop/compose.yml": stack(policy), "risky/compose.yml": HOST_PORT})
    ran = run("sweep", folder, "--format", "json")
    validate("sweep", ran.json)
    risky, shop = ran.json["recipes"]
    assert (risky["unknown_variables"], shop["unknown_variables"]) == (["PORT"], ["N", "ORDER"])
    assert (ran.exit_code, shop["risk"]["level"]) == (0, "not-at-risk")
    assert shop["risk"] == snapshot
    for form in ("text", "markdown"):
        assert run("sweep", folder, "--all", "--format", form).stdout == snapshot


def test_check_markdown_lists_unknown_variables(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"compose.yml": REPLICAS})
    assert mask_folder(run("check", folder, "--format", "markdown").stdout, folder) == snapshot


def test_config_sets_variables(run: Run, write: Write) -> None:
    folder = write({"shop/compose.yml": HOST_PORT, "rollout-lint.toml": 'variables = {PORT = "8080"}\n'})
    code, recipe = checked(run, folder / "shop")
    assert (code, rules(recipe), "unknown_variables" in recipe) == (1, {"RL003", "RL011"}, False)
    [row] = run("sweep", folder, "--format", "json").json["recipes"]
    assert row["rules"] == ["RL003", "RL011"]


PRECEDENCE = """\
env_files = ["values/a.env", "values/b.env"]
variables = {F = "variables"}

[[overrides]]
paths = ["shop/"]
env_files = ["values/c.env"]
variables = {H = "override"}
"""


def test_later_sources_of_variables_take_precedence(run: Run, write: Write) -> None:
    folder = write(
        {
            "shop/compose.yml": stack(f"networks: [{', '.join(f'${name}' for name in 'CDEFGH')}]"),
            "shop/.env.sample": "\n".join(f"{name}=sample" for name in "CDEFGH"),
            "values/a.env": "D=a\nE=a\nF=a\nG=a\nH=a\n",
            "values/b.env": 'export E="b"  # quoted\nF=b\n#G=b\n',
            "values/c.env": "G=c\nH=c\n",
            "rollout-lint.toml": PRECEDENCE,
        }
    )
    services = run("show", folder / "shop", "--format", "json").json["variants"][0]["services"]
    assert services["app"]["networks"]["value"] == ["sample", "a", "b", "variables", "c", "override"]


def test_exact_files_ignore_variables_of_the_config(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(
        {"compose.yml": stack("hostname: '$HOST_NAME'"), "rollout-lint.toml": "variables = {HOST_NAME = 'a'}\n"}
    )
    monkeypatch.chdir(folder)
    for arguments, value in (((".",), "a"), (("-c", "compose.yml"), "")):
        services = run("show", *arguments, "--format", "json").json["variants"][0]["services"]
        assert services["app"]["hostname"]["value"] == value


@pytest.mark.parametrize(
    ("name", "text", "location"),
    [
        pytest.param("rollout-lint.toml", "\nenv_files = ['gone.env']\n", "2:1", id="missing"),
        pytest.param(".rollout-lint.yml", "env_files:\n  - .\n", "2:5", id="folder"),
        pytest.param(".rollout-lint.yml", "overrides: [{paths: [a], env_files: [b]}]\n", "1:38", id="override"),
        pytest.param(".rollout-lint.yml", "variables: {N: 3}\n", "1:16", id="number"),
        pytest.param(".rollout-lint.yml", "variables: {1N: '3'}\n", "1:13", id="name"),
        pytest.param(".rollout-lint.yml", "variables: {PIN: 4711}\n", "1:18", id="secret"),
        pytest.param(".rollout-lint.yml", "variables: PIN=4711\n", "1:12", id="text"),
        pytest.param(".rollout-lint.yml", 'env_files: ["a\\0"]\n', "1:13", id="null-byte"),
    ],
)
def test_invalid_variables_are_reported(
    run: Run, write: Write, name: str, text: str, location: str, snapshot: SnapshotAssertion
) -> None:
    folder = write({"compose.yml": REPLICAS, name: text})
    ran = run("check", folder)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert f"{folder}/{name}:{location}: " in ran.stderr
    assert "4711" not in ran.stderr
    assert mask_folder(ran.stderr, folder) == snapshot


def test_config_shows_variables_without_secrets(run: Run, write: Write, snapshot: SnapshotAssertion) -> None:
    values = {"N": "3", "MEM": "512M", "ORDER": "start-first", "DB_PASSWORD": "12345", "URL": "https://a:hunter2@b/"}
    config = json.dumps({"variables": values, "env_files": ["prod.env"]})
    folder = write(
        {".rollout-lint.yml": config, "prod.env": "WAIT=30s\nSECRET_NAME=hunter2\n", "compose.yml": REPLICAS}
    )
    ran = run("config", folder, "--format", "json")
    validate("config", ran.json)
    rows = [row for row in ran.json["settings"] if row["key"].startswith("variables.")]
    assert {row["key"].removeprefix("variables."): row["value"] for row in rows} == {
        "WAIT": "30s",
        "SECRET_NAME": "…",
        "N": "3",
        "MEM": "512M",
        "ORDER": "start-first",
        "DB_PASSWORD": "…",
        "URL": "…",
    }
    text = run("config", folder).stdout
    assert "hunter2" not in ran.stdout + text
    shown = [line for line in text.splitlines() if "variables." in line]
    assert mask_folder("\n".join(shown), folder) == snapshot


def test_check_never_opens_an_env_file_of_a_service(run: Run, write: Write) -> None:
    folder = write({"compose.yml": REPLICAS + "    env_file: prod.env\n", "prod.env": "N=3\n"})
    assert checked(run, folder)[1]["unknown_variables"] == ["N"]
