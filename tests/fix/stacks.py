"""Generated stack files with comments, anchors, both line ends, and various indents, quotes and flow mappings."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from hypothesis import strategies as st
from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")

SERVICES = ("app", "web-1", "db_2")
POLICIES = (
    {"failure_action": "rollback", "order": "start-first"},
    {"failure_action": "continue", "order": "start-first", "monitor": "30s"},
    {"failure_action": "continue"},
    {"order": "start-first"},
    {"parallelism": "0", "order": "start-first", "failure_action": "rollback"},
    {"failure_action": "rollback", "max_failure_ratio": "1", "monitor": "2s"},
    {"failure_action": "rollback", "order": "stop-first", "monitor": "30s"},
    {"delay": "10s"},
)
ROLLBACKS: tuple[dict[str, str], ...] = (
    {},
    {},
    {"failure_action": "continue"},
    {"order": "start-first", "max_failure_ratio": "1"},
)
MISSPELLINGS = {
    "update_config": "update-config",
    "rollback_config": "rollbak_config",
    "parallelism": "paralelism",
    "failure_action": "failure-action",
    "healthcheck": "health-check",
}
_NUMBER = re.compile(r"((?:replicas|parallelism|retries|max_failure_ratio): )(\d+)(?![\w.])")
_OTHERS = ("command: serve --port 80", "command: |\n  serve\n  --all\n", "stop_grace_period: 20s", "init: true")
_HEALTHCHECK = ("test: [CMD, curl, localhost]", "interval: 5s", "timeout: 3s", "retries: 2")
_PORTS = "ports: [{target: 80, published: 80, mode: host}]"


@dataclass(frozen=True)
class GeneratedRecipe:
    """Files of a recipe by name."""

    files: dict[str, bytes]


@st.composite
def recipes(draw: st.DrawFn) -> GeneratedRecipe:
    """Return a recipe with a base, and sometimes with a CI overlay."""
    writer = _Writer(draw)
    version = draw(st.sampled_from((None, '"3.8"')))
    files = {"compose.yml": writer.base(version)}
    if draw(st.booleans()):
        files["compose.ccci.yml"] = writer.overlay(version)
    return GeneratedRecipe(files)


@st.composite
def reformatted(draw: st.DrawFn, texts: dict[str, str]) -> GeneratedRecipe:
    """Return the same files in another format, and sometimes with one more service in the first file."""
    writer = _Writer(draw)
    return GeneratedRecipe(
        {name: writer.reformat(text, number == 0) for number, (name, text) in enumerate(texts.items())}
    )


@st.composite
def broken(draw: st.DrawFn, recipe: GeneratedRecipe) -> GeneratedRecipe:
    """Return the recipe with errors that have a mechanical fix, which restores each file."""
    files = {}
    for name, data in recipe.files.items():
        head, services, body = data.decode().rpartition("services:")
        for key, misspelt in MISSPELLINGS.items():
            if draw(st.booleans()):
                body = body.replace(f"{key}:", f"{misspelt}:")
        if draw(st.booleans()):
            body = _NUMBER.sub(draw(st.sampled_from((r"\1'\2'", r'\1"\2"'))), body)
        if name == "compose.ccci.yml" and draw(st.booleans()):
            head = head.replace('"3.8"', '"3.7"')
        if draw(st.booleans()):
            mark, newline = "\ufeff" * head.startswith("\ufeff"), "\r\n" if "\r\n" in body else "\n"
            head = f"{mark}name: wiki{newline}{head.removeprefix(mark)}"
        files[name] = f"{head}{services}{body}".encode()
    return GeneratedRecipe(files)


class _Writer:
    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._step = draw(st.sampled_from((2, 2, 3, 4)))
        self._newline = draw(st.sampled_from(("\n", "\n", "\r\n")))
        self._mark = draw(st.sampled_from((b"", b"", b"\xef\xbb\xbf")))
        self._ends_whole = draw(st.sampled_from((True, True, False)))
        self._comments = 0
        self._shared = False

    def base(self, version: str | None) -> bytes:
        lines = [f"version: {version}"] if version else []
        self._shared = self._one_in(2)
        if self._shared:
            lines += ["x-policy: &policy", *self._indented(self._pairs(self._pick(POLICIES)))]
            lines += [
                "x-deploy: &deploy",
                *self._indented(["replicas: 2", *self._block("update_config", self._pick(POLICIES))]),
            ]
        lines.append("services:")
        for name in self._some(SERVICES):
            lines += self._indented([f"{name}:", *self._indented(self._service())])
        return self._bytes(lines)

    def overlay(self, version: str | None) -> bytes:
        self._shared = False
        lines = [f"version: {version}"] if version else []
        lines.append("services:")
        # Every base has at least the service `app`.
        policy = self._pick(POLICIES)
        lines += self._indented(
            ["app:", *self._indented(["deploy:", *self._indented(self._block("update_config", policy))])]
        )
        return self._bytes(lines)

    def reformat(self, text: str, is_first: bool) -> bytes:
        """Return a stack file with other styles, comments and line ends."""
        document = YAML(typ="safe", pure=True).load(text)
        services = [line for name, each in document["services"].items() for line in self._value(name, each)]
        if is_first and self._one_in(2):
            services += ["other:", *self._indented(self._service())]
        others = [line for key, value in document.items() if key != "services" for line in self._value(key, value)]
        return self._bytes([*others, "services:", *self._indented(services)])

    def _value(self, key: str, value: object) -> list[str]:
        """Return a key with its value, a mapping sometimes in braces."""
        if isinstance(value, dict) and value and not self._one_in(4):
            return [f"{key}:", *self._indented([line for each in value.items() for line in self._value(*each)])]
        return [f"{key}: {json.dumps(value)}"]

    def _service(self) -> list[str]:
        lines = ["image: example/app:1"]
        lines += self._pick(_OTHERS).split("\n") if self._one_in(2) else []
        if self._one_in(2):
            lines += ["healthcheck:", *self._indented(list(_HEALTHCHECK))]
        lines += [_PORTS] if self._one_in(4) else []
        deploy = self._deploy()
        cut = self._pick((0, len(lines))) if not any(line.endswith("|") for line in lines) else len(lines)
        return [*lines[:cut], *deploy, *lines[cut:]]

    def _deploy(self) -> list[str]:
        if self._shared and self._one_in(3):
            return ["deploy: *deploy"]
        inner = self._block("update_config", self._pick(POLICIES))
        if self._shared and self._one_in(2):
            shapes = (
                ["update_config: *policy"],
                ["update_config:", *self._indented(["<<: *policy", "monitor: 7s"])],
                ["update_config: {<<: *policy, delay: 2s}"],
                ["<<: *deploy"],
            )
            inner = list(self._pick(shapes))
        inner += self._block("rollback_config", self._pick(ROLLBACKS))
        inner += [self._pick(("replicas: 1", "replicas: 3"))] if self._one_in(2) else []
        return ["deploy:", *self._indented(inner)]

    def _block(self, key: str, policy: dict[str, str]) -> list[str]:
        if not policy:
            return []
        if self._one_in(3):
            return [f"{key}: {{{', '.join(self._pairs(policy))}}}"]
        return [f"{key}:", *self._indented(self._pairs(policy))]

    def _pairs(self, policy: dict[str, str]) -> list[str]:
        return [f"{key}: {self._quoted(value)}" for key, value in policy.items()]

    def _quoted(self, value: str) -> str:
        return (
            value
            if value[0].isdigit() and value[-1].isdigit()
            else self._pick((value, value, f'"{value}"', f"'{value}'"))
        )

    def _indented(self, lines: list[str]) -> list[str]:
        return [f"{' ' * self._step}{line}" if line else line for line in lines]

    def _bytes(self, lines: list[str]) -> bytes:
        """Return the lines with some empty lines and numbered comments, except within block scalars."""
        written: list[str] = []
        in_text = False
        for line in lines:
            if not in_text and self._one_in(5):
                written.append(self._pick((self._comment(), f"      {self._comment()}", "")))
            in_text = line.endswith("|") or (in_text and line.lstrip()[:2] in ("se", "--", ""))
            written.append(f"{line}  {self._comment()}" if line and not in_text and self._one_in(5) else line)
        text = self._newline.join(written) + self._newline * self._ends_whole
        return self._mark + text.encode()

    def _comment(self) -> str:
        self._comments += 1
        return f"# note {self._comments}"

    def _pick(self, choices: Sequence[T]) -> T:
        return self._draw(st.sampled_from(choices))

    def _some(self, names: Sequence[str]) -> list[str]:
        return ["app", *(name for name in names if name != "app" and self._one_in(2))]

    def _one_in(self, count: int) -> bool:
        return self._draw(st.integers(1, count)) == 1
