"""Files to mutate: samples, examples of rules, correct stacks, and all other files that commands read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rollout_lint.rules.loader import load_rules

from tests.rules.own_rule import NAME, OWN_RULE

ROOT = Path(__file__).parents[2]
FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit", "rdjson", "markdown")
TABLES = ("text", "json", "csv", "markdown", "html")
STACK_COMMANDS = (
    *(("check", ".", "--format", form) for form in FORMATS),
    ("show", ".", "--format", "json"),
    ("show", ".", "--all-facts"),
    ("sweep", ".", "--jobs", "1"),
    ("fleet", "init", "."),
    ("check", ".", "--write-baseline"),
    ("fix", "."),
    ("fix", ".", "--write"),
    ("fix", ".", "--write", "--unsafe"),
    ("fix", ".", "--overlay", "compose.ccci.yml"),
)

_STACK = """\
version: "3.8"
services:
  app:
    image: example/app:1  # rollout-lint: ignore[RL001] until=2027-01-31 it is only a test
    healthcheck: {test: curl -f http://localhost/}
    deploy:
      update_config: {failure_action: rollback, order: start-first}
"""
_FLEET = """\
version: 1
hosts: {memory: 8G, used: 1G, nodes: 1, stats: stats.json}
images: {example/app: {runtime: JVM, healthcheck: true, locks: /data, weight: heavy}}
overlays: [compose.ccci.yml, {pattern: "compose.*.yml", role: shipped}]
max_age: 30d
results: [ci/results.json, "ci/*.xml"]
recipes:
  - {name: app, path: app, overlay: app/compose.ccci.yml, runtime: JVM, memory: 900M, upgrade_tests: true, stack: app}
  - name: other
    path: other
    note: a note
    results:
      - {date: 2026-06-10, ref: 1a2b3c4, upgrade: pass, level: 4}
  - {name: third, path: "o*", results: ci/results.yml, expect: pass}
"""
_RESULTS = [{"recipe": "app", "date": "2026-06-10", "ref": "1a2b3c4", "upgrade": "rolled-back", "level": 2}]
_JUNIT = """\
<?xml version="1.0"?>
<testsuites><testsuite name="app" timestamp="2026-06-10T10:00:00"><properties><property name="ref" value="1a"/>
</properties><testcase classname="app" name="upgrade"><failure message="rolled back">x</failure></testcase>
</testsuite></testsuites>
"""
_CONFIG_TOML = """\
fail-on = "low"
overlays = ["compose.*.yml"]
exclude = ["legacy/"]
[hosts]
memory = "8G"
nodes = 2
[severity]
RL016 = "low"
[[ignore]]
rule = "RL001"
reason = "it is only a test"
until = 2027-01-31
[images."example/app"]
runtime = "JVM"
[[overrides]]
paths = ["app/"]
fail-on = "high"
"""
_CONFIG_YAML = """\
fail-on: low
hosts: {memory: 8G, nodes: 2}
severity: {RL016: low}
disable: [RL002]
ignore:
  - {rule: RL001, reason: it is only a test, until: 2027-01-31}
overrides:
  - {paths: [app/], fail-on: high}
"""
_BASELINE = {
    "version": 1,
    "findings": [{"recipe": ".", "rule": "RL001", "service": "app", "file": "compose.yml", "fingerprint": "0" * 64}],
}


@dataclass(frozen=True)
class Case:
    """Files by name, the names of the mutable files, and the command lines that read them."""

    files: dict[str, bytes]
    mutable: tuple[str, ...]
    commands: tuple[tuple[str, ...], ...]

    @property
    def is_stack(self) -> bool:
        """True if Docker can read the files."""
        return self.commands is STACK_COMMANDS


@cache
def stacks() -> tuple[Case, ...]:
    """Return recipes with their overlays and .env.sample files."""
    cases = [_case(_files_in(path.parent)) for path in sorted((ROOT / "recipes-sample").glob("*/compose.yml"))]
    cases += [_case({"compose.yml": path.read_bytes()}) for path in sorted((ROOT / "tests/well_made").glob("*.yml"))]
    for rule in load_rules():
        for example in (*rule.examples["bad"], *rule.examples["good"]):
            cases.append(_case({name: text.encode() for name, text in example["files"].items()}))
    return tuple(cases)


@cache
def others() -> tuple[Case, ...]:
    """Return a fleet with all files of its manifest, configs, a baseline and a custom rule."""
    fleet = {
        "fleet.yml": _FLEET.encode(),
        "app/compose.yml": _STACK.encode(),
        "app/compose.ccci.yml": b"version: '3.8'\nservices: {app: {deploy: {update_config: {order: stop-first}}}}\n",
        "app/recipe_meta.py": b"UPGRADE_TESTS = True\nEXPECT = {'upgrade': 'pass'}\n",
        "other/compose.yml": _STACK.encode(),
        "ci/results.yml": b"- {date: 2026-06-11, ref: 2b, upgrade: pass, level: 5}\n",
        "ci/results.json": json.dumps(_RESULTS).encode(),
        "ci/app.xml": _JUNIT.encode(),
        "stats.json": (ROOT / "tests/fleet/docker_stats/running.json").read_bytes(),
    }
    tables = tuple(("sweep", ".", "--keep-going", "--format", form) for form in TABLES)
    recipe = {"compose.yml": _STACK.encode()}
    checks = (("check", "."), ("config", "."), ("sweep", ".", "--jobs", "1"), ("config", ".", "--format", "json"))
    known = (("check", "."), ("check", ".", "--write-baseline"))
    tries = (("rules", "--test", "mine"), ("check", ".", "--rules", "mine"), ("explain", "TT001", "--rules", "mine"))
    inspections = tuple(("inspect", "running.json", *more) for more in ((), ("--format", "json"), ("--against", ".")))
    return (
        Case(fleet, tuple(fleet), (("sweep", "."), *tables)),
        Case(recipe | {"rollout-lint.toml": _CONFIG_TOML.encode()}, ("rollout-lint.toml",), checks),
        Case(recipe | {".rollout-lint.yml": _CONFIG_YAML.encode()}, (".rollout-lint.yml",), checks),
        Case(
            recipe | {".rollout-lint-baseline.json": json.dumps(_BASELINE).encode()},
            (".rollout-lint-baseline.json",),
            known,
        ),
        Case(recipe | {f"mine/{NAME}": OWN_RULE.encode()}, (f"mine/{NAME}",), tries),
        Case(
            recipe | {"old.json": json.dumps({"version": 1, "recipes": [], "summary": {"recipes": 0}}).encode()},
            ("old.json",),
            (("sweep", ".", "--compare", "old.json"),),
        ),
        Case(recipe | {"running.json": _running()}, ("running.json",), inspections),
    )


def _running() -> bytes:
    """Return the output of `docker service inspect` after the incident."""
    looks = json.loads((ROOT / "tests/live/recorded/28.5/incident.json").read_bytes())
    return json.dumps(looks[-1]["services"], indent=1).encode()


def _case(files: dict[str, bytes]) -> Case:
    return Case(files, tuple(files), STACK_COMMANDS)


def _files_in(folder: Path) -> dict[str, bytes]:
    found = [path for path in sorted(folder.rglob("*")) if path.suffix == ".yml" or path.name == ".env.sample"]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
