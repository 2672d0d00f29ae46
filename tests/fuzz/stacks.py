"""Stacks generated as values, and a writer of equivalent YAML forms."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

Stack: TypeAlias = "dict[str, Any]"

_NOTES = ("# a note", "#", "#: {[ 'unclosed", "# order: start-first", "# \N{SNOWMAN}", "#!order")


def _some(**choices: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Generate a mapping with any of the keys, each with one of its values."""
    given = {
        key: each if isinstance(each, st.SearchStrategy) else st.sampled_from(each) for key, each in choices.items()
    }
    return st.fixed_dictionaries({}, optional=given)


def _policy() -> st.SearchStrategy[dict[str, Any]]:
    return _some(
        parallelism=(0, 1, 2, 3),
        delay=("0s", "5s", "1m30s"),
        failure_action=("rollback", "rollback", "pause", "continue"),
        monitor=("0s", "5s", "30s", "5m"),
        max_failure_ratio=(0, 0.3, 1.0),
        order=("start-first", "start-first", "stop-first"),
    )


_DEPLOY = _some(
    mode=("replicated", "replicated", "global", "replicated-job"),
    replicas=(0, 1, 2, 3),
    update_config=_policy(),
    rollback_config=_policy(),
    placement=_some(
        max_replicas_per_node=(1, 2), constraints=(["node.role == manager"], ["node.hostname == a", "node.labels.x==y"])
    ),
    resources=_some(limits=({"memory": "512M"}, {"memory": "6G"}), reservations=({"memory": "128M"}, {"memory": "5G"})),
    restart_policy=_some(condition=("any", "none", "on-failure"), delay=("5s", "1m"), max_attempts=(0, 3)),
)
_SERVICE = _some(
    healthcheck=st.one_of(
        _some(interval=("5s", "1m"), timeout=("3s",), retries=(1, 10), start_period=("10s", "5m")).map(
            lambda timing: {"test": "curl -f http://localhost/ || exit 1"} | timing
        ),
        st.just({"disable": True}),
    ),
    ports=(["8080:80"], [{"target": 80, "published": 8080, "mode": "host"}], ["53:53/udp", "53:53/tcp"]),
    volumes=(["data:/var/lib/data"], ["data:/var/lib/postgresql/data"], ["/srv:/srv:ro"]),
    networks=(["outside"], ["inside"]),
    stop_grace_period=("10s", "2m"),
    environment=({"A": "x", "B": "1"}, ["A=x"]),
    stdin_open=(True, False),
)
_IMAGES = ("example/web:1", "postgres:16", "redis:7", "traefik:v3", "example/web")


@st.composite
def stacks(draw: st.DrawFn) -> Stack:
    """Generate one to three services. Some share the same `deploy` section."""
    deploys = draw(st.lists(_DEPLOY, min_size=1, max_size=2))
    names = draw(st.lists(st.sampled_from(("app", "db", "web-1")), min_size=1, max_size=3, unique=True))
    services = {}
    for name in names:
        service = {"image": draw(st.sampled_from(_IMAGES)), **draw(_SERVICE)}
        if draw(st.integers(0, 4)):
            service["deploy"] = draw(st.sampled_from(deploys))
        services[name] = service
    outside = draw(st.sampled_from(({"external": True, "name": "host"}, {"driver": "overlay"})))
    return {"services": services, "volumes": {"data": {}}, "networks": {"outside": outside, "inside": {}}}


@dataclass
class Writer:
    """Writer of a stack as YAML, plain or in a random equivalent form."""

    shuffles: Random | None = None
    comments: Random | None = None
    quotes: Random | None = None
    anchors: bool = False
    _counts: Counter[str] = field(default_factory=Counter)
    _names: dict[str, str] = field(default_factory=dict)

    def text(self, stack: Stack) -> str:
        """Return the YAML text of a stack."""
        self._counts = Counter(json.dumps(each) for each in _mappings(stack))
        self._names = {}
        lines = [*self._mapping(stack, 0)]
        if self.comments is not None:
            lines = [*self._commented(lines, self.comments)]
        return "\n".join(lines) + "\n"

    def _mapping(self, value: dict[str, Any], depth: int) -> Iterator[str]:
        entries = list(value.items())
        if self.shuffles is not None:
            self.shuffles.shuffle(entries)
        for key, inner in entries:
            head = f"{'  ' * depth}{self._scalar(key)}:"
            if not isinstance(inner, dict) or not inner:
                yield f"{head} {self._flow(inner)}"
                continue
            mark = json.dumps(inner)
            if mark in self._names:
                yield f"{head} *{self._names[mark]}"
                continue
            if self.anchors and self._counts[mark] > 1:
                self._names[mark] = f"n{len(self._names)}"
                head += f" &{self._names[mark]}"
            yield head
            yield from self._mapping(inner, depth + 1)

    def _flow(self, value: Any) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{self._scalar(key)}: {self._flow(inner)}" for key, inner in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(self._flow(item) for item in value) + "]"
        return self._scalar(value)

    def _scalar(self, value: Any) -> str:
        if not isinstance(value, str):
            return json.dumps(value)
        needs = any(mark in value for mark in ":=|/") or value.isdigit()
        if self.quotes is not None:
            return self.quotes.choice((json.dumps(value), f"'{value}'", json.dumps(value) if needs else value))
        return json.dumps(value) if needs else value

    @staticmethod
    def _commented(lines: list[str], random: Random) -> Iterator[str]:
        for line in lines:
            while random.random() < 0.3:
                yield " " * random.randrange(6) + random.choice((*_NOTES, ""))
            yield f"{line}  {random.choice(_NOTES)}" if random.random() < 0.3 else line


def split(stack: Stack, random: Random) -> tuple[Stack, Stack]:
    """Split a stack into two layers without common values. The first layer has all services and sections."""
    first: Stack = {key: value for key, value in stack.items() if key != "services"}
    first["services"], second = {}, {}
    for name, service in stack["services"].items():
        one, other = _split_mapping(service, random)
        first["services"][name] = {"image": service["image"]} | one
        other.pop("image", None)
        second[name] = other
    return first, {"services": second}


def _split_mapping(value: dict[str, Any], random: Random) -> tuple[dict[str, Any], dict[str, Any]]:
    one: dict[str, Any] = {}
    other: dict[str, Any] = {}
    for key, inner in value.items():
        # Split these mappings too. A key that a layer does not set keeps the value of the other layer.
        if isinstance(inner, dict) and inner and key in ("deploy", "update_config", "rollback_config", "resources"):
            one[key], other[key] = _split_mapping(inner, random)
        else:
            random.choice((one, other))[key] = inner
    return one, other


def _mappings(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _mappings(inner)
