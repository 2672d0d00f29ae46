"""Proofs with two deploys of one stack, after which the tasks are the same or other ones.

With a variable, an example is deployed with two values of it: only the bad example gets new tasks. Without a variable,
the other side of the proof is deployed over an example, which changes no service.
"""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rollout_lint.rules.loader import load_rules
from rollout_lint.syntax import node
from rollout_lint.syntax.parser import parse

from tests.rules.sides import Side, sides
from tests.swarm.behaviour import steady
from tests.swarm.engine import PATIENCE_SECONDS, Engine, EngineError
from tests.swarm.image import IMAGE
from tests.swarm.installation import SUITES
from tests.swarm.needs import waits_unless_detached
from tests.swarm.proof import rules_folder
from tests.swarm.stack import NETWORK

HEADINGS = ("rule", "example", "first deploy", "second deploy", *SUITES)
SAME, NEW_TASKS, NEW_SPEC = "same services and tasks", "new tasks", "other services with the same tasks"
SETTLED_SECONDS, POLL_SECONDS = 6, 0.3

Files = dict[str, str]


class Deploy(NamedTuple):
    """Files and the values of their variables, and what is different from the other deploy."""

    files: Files
    variables: dict[str, str]
    words: str


class RedeployCase(Side):
    """Side of a proof with two deploys."""

    @property
    def expected(self) -> tuple[str, ...]:
        """Accepted results of the second deploy."""
        if "variable" not in self.proof["redeploy"]:
            return (SAME,)
        return (NEW_TASKS,) if self.side == "bad" else (SAME, NEW_SPEC)


def redeploy_cases() -> list[RedeployCase]:
    """Return both sides of every proof with two deploys in the rules folder."""
    folder = rules_folder().resolve()
    rules = (rule for rule in load_rules((rules_folder(),)) if rule.path.parent.resolve() == folder)
    return sides(rules, "redeploy", RedeployCase)


def deploys(case: RedeployCase) -> tuple[Deploy, Deploy]:
    """Return the first and the second deploy."""
    variable = case.proof["redeploy"].get("variable")
    if variable is not None:
        first, second = (Deploy(case.files, {variable: value}, f"`{variable}={value}`") for value in ("1", "2"))
    else:
        both = [each for each in redeploy_cases() if (each.rule, each.number) == (case.rule, case.number)]
        both.sort(key=lambda each: each.side != case.side)
        first, second = (Deploy(each.files, {}, f"the {each.side} example") for each in both)
    return first, second


def redeploy(engine: Engine, case: RedeployCase) -> str:
    """Deploy twice, and return the result of the second deploy."""
    first, second = deploys(case)
    name = case.name.lower()
    _deploy(engine, name, "first", first)
    services = engine.call("stack", "services", "--quiet", name).split()
    specs, tasks = _specs(engine, services), _running_tasks(engine, services)
    _deploy(engine, name, "second", second)
    new_specs = _specs(engine, services)
    wait = PATIENCE_SECONDS if NEW_TASKS in case.expected else SETTLED_SECONDS
    result = NEW_TASKS if _changes(engine, services, tasks, wait) else SAME if specs == new_specs else NEW_SPEC
    engine.call("stack", "rm", name)
    return result


def redeploy_table(results: Mapping[str, Sequence[tuple[RedeployCase, str]]]) -> list[str]:
    """Format the cases and their results on each engine as a Markdown table."""
    rows: list[Sequence[str]] = [HEADINGS, tuple("---" for _ in HEADINGS)]
    for seen in zip(*(results[name] for name in SUITES), strict=True):
        case = seen[0][0]
        words = (each.words for each in deploys(case))
        rows.append((case.rule, case.example, *words, *(result for _, result in seen)))
    return [f"| {' | '.join(row)} |" for row in rows]


def _deploy(engine: Engine, name: str, folder_name: str, deploy: Deploy) -> None:
    """Deploy the files with a last layer that replaces the images, which the engine does not have."""
    folder = engine.home / name / folder_name
    folder.mkdir(parents=True)
    files = deploy.files | {"image.yml": json.dumps(_image_layer(deploy.files)).replace("$", "$$")}
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
    layers = [word for file in files for word in ("--compose-file", str(folder / file))]
    detached = ("--detach=true",) if waits_unless_detached() else ()
    done = engine.docker(
        "stack", "deploy", *detached, "--resolve-image=never", *layers, name, variables=deploy.variables
    )
    if done.returncode != 0:
        raise EngineError(done.stderr.decode())


def _image_layer(files: Files) -> dict[str, Any]:
    root = parse(next(iter(files.values())).encode(), "base").root
    assert isinstance(root, node.Mapping)
    service = {"image": IMAGE, "command": steady().command(), "networks": [NETWORK]}
    return {
        "services": dict.fromkeys(node.to_value(root)["services"], service),
        "networks": {NETWORK: {"external": True, "name": "host"}},
    }


def _specs(engine: Engine, services: list[str]) -> list[Any]:
    return [json.loads(engine.call("service", "inspect", "--format={{json .Spec}}", each)) for each in services]


def _running_tasks(engine: Engine, services: list[str]) -> list[str]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (tasks := _tasks(engine, services)):
        if time.monotonic() > deadline:
            raise EngineError("no task runs")
        time.sleep(POLL_SECONDS)
    return tasks


def _tasks(engine: Engine, services: list[str]) -> list[str]:
    """Return the running tasks that Swarm wants to run, or nothing if a service has none."""
    tasks = []
    for service in services:
        format_ = "--format={{.ID}} {{.CurrentState}}"
        lines = engine.call("service", "ps", "--filter=desired-state=running", format_, service).splitlines()
        running = [line.split()[0] for line in lines if line.split()[1] == "Running"]
        if not running:
            return []
        tasks += running
    return sorted(tasks)


def _changes(engine: Engine, services: list[str], tasks: list[str], seconds: float) -> bool:
    """Return True if other tasks run within these seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        now = _tasks(engine, services)
        if now and now != tasks:
            return True
        time.sleep(POLL_SECONDS)
    return False
