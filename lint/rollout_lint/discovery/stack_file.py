"""Stack files of a folder, recognised by name or by content; they are read and parsed only if it is necessary."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from rollout_lint.discovery.filesystem import is_file, read_bytes
from rollout_lint.discovery.outline import SERVICE_FEATURES, Outline, read_outline
from rollout_lint.pattern import compile_lazily
from rollout_lint.syntax.encoding import UTF_16
from rollout_lint.syntax.parser import MAX_BYTES, UNKNOWN_ANCHOR, parse

if TYPE_CHECKING:
    from pathlib import Path

    from rollout_lint.location import Problem
    from rollout_lint.syntax.source import Source

BASE_NAMES = (
    "compose.yml",
    "compose.yaml",
    "docker-compose.yml",
    "docker-compose.yaml",
    "docker-stack.yml",
    "docker-stack.yaml",
    "stack.yml",
    "stack.yaml",
)
"""Names of the base of a folder, in order of precedence."""

SUFFIXES = (".yml", ".yaml")

_COMPOSE_NAMES = frozenset(BASE_NAMES[:4])
_NAMED_BASE = compile_lazily(r"(?:docker-)?(?:compose|stack|swarm)[.-]base\.ya?ml\Z")
_STACK_NAME = compile_lazily(r"(?:docker-)?(?:stack|swarm)(?:-[^.]+)?\.ya?ml\Z")
_OVERRIDE = compile_lazily(r"(?:docker-)?compose\.override\.ya?ml\Z")
_VARIANT_NAME = compile_lazily(r"(?:(?:docker-)?(?:compose|stack|swarm)[.-])?(?P<name>.+?)\.ya?ml\Z")
_BEFORE_VARIANT = compile_lazily(r"(?P<stem>.+)[.-][^.-]+\.ya?ml\Z")

_SERVICES = compile_lazily(rb"(?:^[ \t]*|[{,]\s*|\?\s+)[\"']?services[\"']?\s*:", re.MULTILINE)
_SERVICES_AT_START = compile_lazily(rb"^[\"']?services[\"']?[ \t]*:", re.MULTILINE)
_MAPPING_OF_SERVICES = compile_lazily(
    rb"^[\"']?services[\"']?[ \t]*:[ \t]*(?:#.*)?\r?\n(?:[ \t]*(?:#.*|\{[{%#].*)?\r?\n)*[ \t]+[^\s#-].*:", re.MULTILINE
)
_SERVICE_KEY = compile_lazily(rb"(?:^[ \t]+|[{,]\s*)[\"']?(?:image|build|deploy)[\"']?[ \t]*:", re.MULTILINE)
_DEPLOY = compile_lazily(rb"^[ \t]+deploy[ \t]*:", re.MULTILINE)
_SWARM_POLICY = compile_lazily(
    rb"^[ \t]+(?:update_config|rollback_config|placement|endpoint_mode)[ \t]*:", re.MULTILINE
)
"""Keys that no file for `docker compose` alone has."""

_COMPOSE_KEYS = (*(f"{key}:".encode() for key in ("build", *sorted(SERVICE_FEATURES))), b'":', b"':")
"""Texts of which one is in every file with such a key; a quoted key can be any."""

_COMPOSE_ROOT = compile_lazily(rb"^(?:name|include|models|version[ \t]*:[ \t]*[\"']?[12]\b)", re.MULTILINE)
_CONDITIONS = compile_lazily(rb"depends_on[ \t]*:\s*[^\s\[-]")
_ALIAS = compile_lazily(rb"\*(\w[\w-]*)", re.ASCII)
_BEFORE_ALIAS = b" \t[{,"
_IN_NAME = compile_lazily(rb"[\w-]")
_TEMPLATE_MARKS = (b"{%", b"{{")
_ALIAS_NAME = compile_lazily(r"\*([^\s,\[\]{}]+)")


def is_yaml(name: str) -> bool:
    """Return True for the file name of a YAML file."""
    return name.endswith(SUFFIXES)


def variant_name(overlay: str, base: str = "") -> str:
    """Return the name of a variant: `prod` for `docker-compose.prod.yml`, for `prod.yml`, and for `app.prod.yml`.

    The last one needs the name of the base, `app.yml`.
    """
    stem = base.rpartition(".")[0]
    file = overlay[len(stem) + 1 :] if stem and overlay.startswith((f"{stem}.", f"{stem}-")) else overlay
    match = _VARIANT_NAME.match(file)
    return match["name"] if match else file


class StackFile:
    """File that may be a stack file. It is read once it is asked for what only its content says."""

    def __init__(self, path: Path, contents: bytes | None = None) -> None:
        """Take the path of a regular file, and its contents if they are not those on the disk."""
        self.path = path
        self.name = path.name
        self._contents = contents

    @cached_property
    def is_regular(self) -> bool:
        """True for a regular file, or a link to one."""
        return self._contents is not None or is_file(self.path)

    @property
    def is_base_name(self) -> bool:
        """True for the name of a folder's base."""
        return self.name in BASE_NAMES

    @property
    def is_named_base(self) -> bool:
        """True for a file that by its name is only deployed with an overlay, such as `stack.base.yml`."""
        return _NAMED_BASE.match(self.name) is not None

    @property
    def is_override(self) -> bool:
        """True for `compose.override.yml`, which is never deployed alone."""
        return _OVERRIDE.match(self.name) is not None

    @property
    def stem_before_variant(self) -> str:
        """Name of the base, without the suffix, that the name of this file begins with, or "" without one."""
        match = _BEFORE_VARIANT.match(self.name)
        return match["stem"] if match else ""

    @cached_property
    def is_stack(self) -> bool:
        """True for a stack file, also one that cannot be parsed."""
        if self.name in _COMPOSE_NAMES:
            return True
        if self._data is None:
            return self._has_stack_name
        if not self.mentions_services:
            return False
        if self._has_stack_name and _SERVICES_AT_START.search(self._data):
            return True
        return self.outline is not None or self._is_broken_stack

    @property
    def is_candidate(self) -> bool:
        """True for a stack file, or one with the name of one, which the check can find to be something else."""
        if self.name in _COMPOSE_NAMES:
            return self.mentions_services
        return self._has_stack_name or self.is_stack

    @cached_property
    def mentions_services(self) -> bool:
        """True if the file may have a key `services` at the top."""
        data = self._data or b""
        return data.startswith(UTF_16) or _SERVICES.search(data) is not None

    @property
    def _has_stack_name(self) -> bool:
        return self.is_base_name or _STACK_NAME.match(self.name) is not None

    @property
    def _is_broken_stack(self) -> bool:
        """True for a file that is not valid YAML and in which a mapping of services with a key of Compose begins."""
        data = self._data or b""
        return bool(self.problems and _MAPPING_OF_SERVICES.search(data) and _SERVICE_KEY.search(data))

    @cached_property
    def _data(self) -> bytes | None:
        if self._contents is not None:
            return self._contents
        try:
            return read_bytes(self.path, MAX_BYTES + 1) if self.is_regular else None
        except OSError:
            return None

    def forget_data(self) -> None:
        """Forget the content, which would stay in memory until all folders are searched. It is read again if needed."""
        self.__dict__.pop("_data", None)

    @cached_property
    def _source(self) -> Source:
        return parse(self._data or b"", self.name)

    @cached_property
    def outline(self) -> Outline | None:
        """Outline of the file, or None if it is not a stack file or cannot be parsed."""
        return read_outline(self._source.root)

    @property
    def problems(self) -> list[Problem]:
        """Errors of the parser."""
        return self._source.problems

    @cached_property
    def is_compose_only(self) -> bool:
        """True if only `docker compose` can use the file; its name can say that it is for a Swarm all the same."""
        data = self._data or b""
        if self._has_stack_name and self.name not in _COMPOSE_NAMES:
            return False
        if _SWARM_POLICY.search(data) or not self._may_be_for_compose:
            return False
        return self.outline is not None and self.outline.is_compose_only

    @property
    def _may_be_for_compose(self) -> bool:
        """True if the text of the file may have something that only `docker compose` accepts."""
        data = self._data or b""
        if any(key in data for key in _COMPOSE_KEYS) or data.startswith(UTF_16):
            return True
        return _COMPOSE_ROOT.search(data) is not None or _CONDITIONS.search(data) is not None

    @property
    def may_have_deploy(self) -> bool:
        """True if the file sets `deploy`; for a file that cannot be parsed, if a line begins with it."""
        return self.outline.has_deploy if self.outline else _DEPLOY.search(self._data or b"") is not None

    @property
    def template_line(self) -> int | None:
        """Line of the parser's error if it is the mark of a template engine."""
        lines = (self._data or b"").split(b"\n")
        for problem in self.problems:
            near = lines[max(problem.line - 2, 0) : problem.line]
            if any(mark in line for mark in _TEMPLATE_MARKS for line in near):
                return problem.line
        return None

    @property
    def aliases(self) -> set[str]:
        """Names that the file may use as aliases without an anchor of its own, found without parsing."""
        data = self._data or b""
        names = {each[1].decode() for each in _ALIAS.finditer(data) if data[each.start() - 1] in _BEFORE_ALIAS}
        return {name for name in names if not self.defines_anchor(name)}

    @property
    def missing_anchor(self) -> str | None:
        """Name of an anchor that the file uses and does not define."""
        unknown = next((each for each in self.problems if each.message.startswith(UNKNOWN_ANCHOR)), None)
        if unknown is None:
            return None
        lines = self._source.lines()
        match = _ALIAS_NAME.match(lines[unknown.line - 1], unknown.column - 1) if unknown.line <= len(lines) else None
        return None if match is None else match[1]

    def defines_anchor(self, name: str) -> bool:
        """Return True if the file has an anchor of this name."""
        _, *rests = (self._data or b"").split(b"&" + name.encode())
        return any(not _IN_NAME.match(rest) for rest in rests)
