"""Strategy for trees with stack files, files of other tools, samples and scripts, under usual and odd names."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable


class Kind(Enum):
    """Kind of a generated file."""

    STACK = auto()
    """Valid YAML with a top-level mapping of Compose services."""
    BROKEN = auto()
    """The same, with an error of syntax or a template behind the services."""
    OTHER = auto()


@dataclass(frozen=True)
class File:
    """Text of a generated file, with what the strategy knows about it."""

    text: str
    kind: Kind = Kind.OTHER
    has_deploy: bool = False
    has_policy: bool = False
    """True if a service has something in `deploy` that is only for a Swarm."""


FOLDERS = (
    *("", "", "", "stacks", "db", "overrides", "apps/shop", "apps/shop/overrides", ".hidden", "two words", "größe"),
    *("node_modules/x", ".github/workflows", "templates"),
)
NOT_WALKED = ("node_modules/",)

NAMES = (
    *("compose.yml", "compose.yaml", "compose.smtp.yml", "compose.ccci.yml", "compose.override.yml"),
    *("docker-compose.yml", "docker-compose.yaml", "docker-compose.prod.yml", "docker-compose.override.yml"),
    *("docker-compose.base.yml", "docker-compose.swarm.yml", "docker-stack.yml", "docker-stack.prod.yml"),
    *("stack.yml", "stack.base.yml", "stack.prod.yml", "swarm.yml", "app.yml", "app.prod.yml", "app-prod.yml"),
    *("services.yaml", ".hidden.yml", "two words.yml", "größe.yaml", "a;b.yml", "-x.yml", "$HOME.yml", "a'b.yml"),
    *("taskfile.yml", ".travis.yml", "main.yml"),
)

_SERVICES = st.sampled_from(("a", "b", "web"))
_KEYS: dict[str, tuple[Any, ...]] = {
    "image": ("registry.example.com/a:1", "postgres:17", "${IMAGE}", "a:${TAG:-1}"),
    "build": (".", {"context": "."}),
    "deploy": (
        {"resources": {}},
        {"replicas": 2},
        {"update_config": {"order": "start-first", "failure_action": "rollback"}},
        {},
        None,
    ),
    "profiles": (["debug"],),
    "extends": ({"service": "b", "file": "other.yml"},),
    "depends_on": (["a"], {"a": {"condition": "service_started"}}),
    "networks": (["front"], {"front": None}, ["default"]),
    "volumes": (["data:/data"], ["./x:/x"]),
    "configs": (["c"],),
    "environment": ({"A": "${A}"}, ["A=1"]),
    "ports": (["80:80"], [{"target": 80, "published": 80, "mode": "host"}]),
    "labels": ({"a": "b"},),
}
_OTHERS = (
    "- hosts: all\n  tasks:\n    - name: services\n",
    "services:\n  - docker\n",
    "services:\n    _defaults: {autowire: true}\n    App\\:\n        resource: ../src/\n",
    "parameters: {}\nservices:\n  mailer: {class: Mailer, image: x}\n",
    "jobs:\n  test:\n    services:\n      db: {image: 'postgres:17'}\n",
    "apiVersion: v1\nkind: Service\nspec: {services: {a: {image: b}}}\n",
    "",
    "# services:\n",
    "x-deploy: &deploy {replicas: 1}\n",
    "services:\n",
    "services: {}\n",
    "a: [\n",
)
_TOP = {
    "version": ("3.8",),
    "name": ("app",),
    "networks": ({"front": None}, {"front": {"external": True}}),
    "volumes": ({"data": None},),
}


def _bodies() -> st.SearchStrategy[dict[str, Any]]:
    """Return bodies of services with a key that only Compose has."""
    optional = {key: st.sampled_from(values) for key, values in _KEYS.items()}
    some = st.lists(st.sampled_from(tuple(_KEYS)), min_size=1, max_size=4, unique=True)
    return some.flatmap(lambda keys: st.fixed_dictionaries({key: optional[key] for key in keys}))


@st.composite
def stack_files(draw: Callable[..., Any]) -> File:
    """Return a stack file, in one of several styles."""
    services = draw(st.dictionaries(_SERVICES, _bodies(), min_size=1, max_size=3))
    policies = [body["deploy"] or {} for body in services.values() if "deploy" in body]
    has_policy = any({"replicas", "update_config"} & policy.keys() for policy in policies)
    known = {"has_deploy": bool(policies), "has_policy": has_policy}
    top = {key: draw(st.sampled_from(values)) for key, values in _TOP.items() if draw(st.integers(0, 3)) == 0}
    style = draw(st.sampled_from(("block", "block", "flow", "json", "crlf", "comment", "anchor", "alias", "tail")))
    if style == "json":
        return File(json.dumps({**top, "services": services}), Kind.STACK, **known)
    head = "".join(f"{key}: {json.dumps(value)}\n" for key, value in top.items())
    if style == "flow":
        return File(f"{head}services: {json.dumps(services)}\n", Kind.STACK, **known)
    body = "".join(f"  {name}:\n{_block(body)}" for name, body in services.items())
    match style:
        case "crlf":
            return File(f"{head}services:\n{body}".replace("\n", "\r\n"), Kind.STACK, **known)
        case "comment":
            return File(f"# services\n---\n{head}services: # all\n\n  # first\n{body}", Kind.STACK, **known)
        case "anchor":
            first = f"x-deploy: &deploy {{replicas: 1}}\n{head}"
            return File(f"{first}services:\n{body}    deploy: *deploy\n", _kind_without(services, "deploy"), True, True)
        case "alias":
            return File(f"{head}services:\n{body}    deploy: *deploy\n", Kind.BROKEN, has_deploy=True)
        case "tail":
            end = draw(st.sampled_from(("  c: {image: [\n", "{% if x %}\n", "\tx: y\n", "  c: {{ c }}\n")))
            is_stack = any({"image", "build", "deploy"} & body.keys() for body in services.values())
            return File(f"{head}services:\n{body}{end}", Kind.BROKEN if is_stack else Kind.OTHER, **known)
    return File(f"{head}services:\n{body}", Kind.STACK, **known)


def _kind_without(services: dict[str, dict[str, Any]], key: str) -> Kind:
    """Return BROKEN if the last service has a key that is added once more."""
    return Kind.BROKEN if key in list(services.values())[-1] else Kind.STACK


def _block(body: dict[str, Any]) -> str:
    return "".join(f"    {key}: {json.dumps(value)}\n" for key, value in body.items())


@st.composite
def trees(draw: Callable[..., Any]) -> dict[str, File]:
    """Return files by path."""
    paths = st.tuples(st.sampled_from(FOLDERS), st.sampled_from(NAMES)).map(lambda parts: "/".join(filter(None, parts)))
    contents = st.one_of(stack_files(), stack_files(), stack_files(), st.sampled_from(_OTHERS).map(File))
    files: dict[str, File] = draw(st.dictionaries(paths, contents, min_size=1, max_size=8))
    names = st.lists(st.sampled_from(sorted(files)), min_size=1, max_size=3)
    for script in draw(st.lists(st.sampled_from(("deploy.sh", "apps/Makefile", "stacks/README.md")), max_size=2)):
        commands = [f"\tdocker stack deploy {draw(names.map(_options))} app\n" for _ in range(draw(st.integers(1, 2)))]
        files[script] = File(f"# Deploy\n\n```sh\n{''.join(commands)}```\n")
    for folder in draw(st.lists(st.sampled_from(FOLDERS[2:8]), max_size=2)):
        listed = st.sampled_from(NAMES + tuple(f"overrides/{name}" for name in NAMES[:6]))
        options = draw(st.lists(st.lists(listed, min_size=1, max_size=3).map(":".join), min_size=1, max_size=2))
        lines = [f"COMPOSE_FILE={options[0]}\n", *(f"#COMPOSE_FILE=$COMPOSE_FILE:{each}\n" for each in options[1:])]
        files["/".join(filter(None, (folder, ".env.sample")))] = File("TAG=1\n" + "".join(lines))
    return files


def _options(paths: list[str]) -> str:
    return " ".join(f"-c {shlex.quote(path)}" for path in paths)
