"""Values that may be secrets: no command prints one in any format, or writes one to a file."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.fuzz.corpus import FORMATS, TABLES
from tests.live.recordings import load_recording

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run, Write

MARK = re.compile("zq[0-9]{2}[a-z]+")
"""A marker, which names its place."""

STACK = """\
version: "3.8"
services:
  app:
    image: "${REGISTRY:-example}/app:1"
    env_file: [app.env]
    environment:
      PASSWORD: zq01environment
      NAME: "${DB_PASSWORD:-zq02default}"
    labels: {token: zq03label}
    command: serve --password zq04command
    entrypoint: [run, --key, zq05entrypoint]
    healthcheck: {test: "curl -f http://user:zq06healthcheck@localhost/"}
    logging: {driver: gelf, options: {token: zq07logging}}
    build: {context: ., args: {TOKEN: zq08argument}}
    x-own: {password: zq09extension}
    secrets: [db]
    configs: [conf]
    deploy:
      replicas: 2
      labels: {token: zq10deploylabel}
      update_config: {failure_action: rollback, order: start-first, monitor: 30s}
  # PASSWORD=zq11comment
  worker:
    image: example/worker:1
    environment: [TOKEN=zq12list]
    healthcheck: {test: [CMD, check, zq13word]}
    deploy: {update_config: {order: start-first}}  # password zq14comment
secrets: {db: {file: db.txt, labels: {a: zq15secretlabel}}}
configs: {conf: {file: conf, labels: {a: zq16configlabel}}}
volumes: {data: {driver_opts: {o: "password=zq17volume"}}}
networks: {net: {driver_opts: {key: zq18network}}}
x-shared: {password: zq19top}
"""
OVERLAY = 'version: "3.8"\nservices: {app: {environment: {PASSWORD: zq20overlay}, healthcheck: {test: zq21second}}}\n'
SAMPLE = "DB_PASSWORD=zq30sample\n#SMTP_PASSWORD=zq31commented\nTOKEN='zq32quoted'\n"
RESULT: dict[str, Any] = {"recipe": "app", "date": "2026-06-10", "ref": "1a2b3c4", "upgrade": "fail"}
JUNIT = """\
<testsuite name="app" timestamp="2026-06-10T10:00:00"><properties><property name="password" value="zq50property"/>
</properties><testcase classname="app" name="upgrade"><failure message="zq51failure">zq52trace</failure>
<system-out>zq53output</system-out></testcase></testsuite>
"""
FILES: dict[str, str | bytes] = {
    "app/compose.yml": STACK,
    "app/compose.ccci.yml": OVERLAY,
    "app/.env.sample": SAMPLE,
    "app/.env": "PASSWORD=zq33env\n",
    "app/app.env": "PASSWORD=zq34envfile\n",
    "app/db.txt": "zq35secretfile\n",
    "app/conf": "zq36configfile\n",
    "app/deploy.sh": "export PASSWORD=zq40script\ndocker stack deploy -c compose.yml --password zq41argument app\n",
    "app/recipe_meta.py": "PASSWORD = 'zq42meta'\nRUNTIME = 'JVM'\nUPGRADE_TESTS = bool('zq43computed')\n",
    "rollout-lint.toml": "env_files = ['prod.env']\n[variables]\nAPI_PASSWORD = 'zq44variable'\n",
    "prod.env": "DB_PASSWORD=zq45prod\n",
    "fleet.yml": "version: 1\nresults: [runs.json, 'ci/*.xml']\nrecipes: [{name: app, path: app}]\n",
    "runs.json": json.dumps([{**RESULT, "log": "zq54log", "password": "zq55result"}]),
    "ci/app.xml": JUNIT,
}
COMMANDS = (
    *(("check", "app", "--severity", "info", "--format", form) for form in FORMATS),
    *(("check", "-c", "app/compose.yml", "--env-file", "given.env", "--format", form) for form in FORMATS),
    ("check", "app", "--format", "json", "--output", "report.json"),
    ("check", "app", "--write-baseline"),
    *(("show", "app", *more) for more in ((), ("--all",), ("--all-facts",), ("--format", "json"))),
    ("show", "-c", "app/compose.yml", "--env-file", "given.env", "--all-facts"),
    ("show", "-c", "app/compose.yml", "--env-file", "given.env", "--format", "json"),
    *(("config", "app", "--format", form) for form in ("text", "json")),
    *(("sweep", ".", *more, "--format", form) for form in TABLES for more in ((), ("--services",))),
    ("sweep", "app", "--all"),
    *(("fix", "app", *more) for more in ((), ("--unsafe",), ("--format", "json"), ("--unsafe", "--format", "json"))),
    ("fix", "app", "--unsafe", "--overlay", "compose.new.yml"),
    ("fleet", "init", "app"),
)
WRITTEN = ("report.json", ".rollout-lint-baseline.json", "app/compose.new.yml", "app/fleet.yml")


@pytest.fixture
def tree(write: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = write({**FILES, "given.env": "DB_PASSWORD=zq46given\nREGISTRY=example.com\n"})
    monkeypatch.chdir(folder)
    monkeypatch.setenv("API_TOKEN", "zq60process")
    monkeypatch.setenv("TOKEN", "zq61process")
    return folder


@pytest.mark.slow
def test_no_command_prints_a_secret(run: Run, tree: Path) -> None:
    for command in COMMANDS:
        ran = run(*command)
        assert ran.exit_code in (0, 1), (command, ran.output)
        assert MARK.findall(ran.output) == [], command
    for name in WRITTEN:
        assert MARK.findall((tree / name).read_text()) == [], name


@pytest.mark.parametrize("form", ["text", "json"])
def test_inspect_prints_no_secret(run: Run, tree: Path, form: str) -> None:
    document = load_recording("incident").last_service
    container = document["Spec"]["TaskTemplate"]["ContainerSpec"]
    container |= {"Env": ["PASSWORD=zq70env"], "Args": ["zq71args"], "Command": ["zq72command"]}
    container["Labels"] = {**container.get("Labels", {}), "token": "zq73label"}
    document["Spec"]["Labels"]["token"] = "zq74label"
    (tree / "running.json").write_text(json.dumps([document]))
    for more in ((), ("--against", "app")):
        ran = run("inspect", "running.json", *more, "--format", form)
        assert MARK.findall(ran.output) == []
    document["UpdateStatus"]["State"] = 5
    container["Env"] = {"PASSWORD": "zq75env"}
    (tree / "running.json").write_text(json.dumps([document]))
    assert MARK.findall(run("inspect", "running.json", "--format", form).output) == []


BROKEN = (
    "environment: {A: [zq80x]}",
    "environment: {A: {b: zq80x}}",
    "environment: [A=zq80x, A=zq80x]",
    "environment: zq80x",
    "environment: {A: '${zq80x'}",
    "environment: {A: '${B:?zq80x}'}",
    "environment: {A: '${B:-zq80x'}",
    "environment: {A: !!int zq80x}",
    'environment: {A: "zq80x',
    "environment:\n      A: zq80x\n     B: zq80x",
    "environment:\n      A: zq80x: x",
    "environment:\n      A: @zq80x",
    'environment:\n      A: "\\qzq80x"',
    "environment:\n      A: %zq80x",
    "environment:\n      A: *zq80x",
    "environment:\n      A: !zq80x",
    "environment:\n      A: &zq80x",
    "environment:\n      A: `zq80x`",
    "environment:\n      A: |zq80x",
    "environment: {A: zq80x",
    "labels: {A: [zq80x]}",
    "command: {a: zq80x}",
    "entrypoint: [{a: zq80x}]",
    "healthcheck: {test: {a: zq80x}}",
    "healthcheck: {test: [zq80x, b]}",
    "healthcheck: {test: [NONE, zq80x]}",
    "healthcheck: {test: [CMD, zq80x], disable: true}",
    "logging: {driver: x, options: {a: [zq80x]}}",
    "logging: {driver: x, options: zq80x}",
    "build: {args: {A: [zq80x]}}",
    "build: {args: zq80x}",
    "deploy: {labels: {a: [zq80x]}}",
    "x-a: &a zq80x\n    x-b: {<<: *a}",
    "pasword: zq80x",
)


@pytest.mark.parametrize("body", BROKEN)
def test_errors_print_no_secret(run: Run, tree: Path, body: str) -> None:
    (tree / "app/compose.yml").write_text(f"services:\n  app:\n    image: example/app:1\n    {body}\n")
    commands = [("check", "app", "--format", form) for form in ("text", "json", "sarif")]
    for command in (*commands, ("show", "app", "--format", "json"), ("sweep", "."), ("fix", "app", "--unsafe")):
        assert MARK.findall(run(*command).output) == [], command


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rollout-lint.toml", "[variables]\nA_PASSWORD = zq81x\n"),
        ("rollout-lint.toml", "[variables]\nA_PASSWORD = ['zq81x']\n"),
        ("rollout-lint.toml", "[variables.A_PASSWORD]\nb = 'zq81x'\n"),
        ("app/recipe_meta.py", "PASSWORD = 'zq81x\n"),
        ("app/recipe_meta.py", "UPGRADE_TESTS = 'zq81x'\n"),
        ("runs.json", '[{"recipe": "app", "date": "2026-06-10", "upgrade": "fail", "password": "zq81x}]'),
        ("ci/app.xml", "<testsuite password='zq81x'><a></testsuite>"),
    ],
)
def test_errors_in_other_files_print_no_secret(run: Run, tree: Path, name: str, content: str) -> None:
    (tree / name).write_text(content)
    for command in (("check", "app"), ("sweep", "."), ("sweep", ".", "--format", "json"), ("config", "app")):
        assert MARK.findall(run(*command).output) == [], command
