"""Commands in scripts and documentation that deploy a stack, as evidence of which files are merged.

The files are read as text; nothing is run. A command with a variable in one of its paths is ignored, because its files
are unknown.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from rollout_lint.discovery.script_kind import script_kind
from rollout_lint.discovery.script_lines import code_lines
from rollout_lint.discovery.shell_words import End, split_commands
from rollout_lint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rollout_lint.discovery.script_lines import CodeLine
    from rollout_lint.discovery.shell_words import SimpleCommand, Word

_MAX_DEPTH = 4
"""Depth of commands in the quotes of other commands."""

_MAX_PATH = 4096
"""Length of a path (PATH_MAX of Linux)."""

_DEPLOY = re.compile(rb"""stack["',\s\\]+(?:-|deploy|up\b)""")
_RELEVANT = re.compile(r"stack|cd|pushd|popd|clone|[(){}]")
_ARRAY = re.compile(r"""["']stack["']\s*,\s*["'](?:deploy|up)["']""")
_ARRAY_PUNCTUATION = re.compile(r"""(?<=["'])\s*,|[\[\]]""")

_DOCKER_VARIABLE = re.compile(r"\$[({]?\w+[)}]?|\{\{\s*[.\w]+\s*\}\}")
_VARIABLE = re.compile(r"[$`%]|\{\{")
_NOT_LITERAL = re.compile(r"""[$`%*?\[\]{}<>"'\\]|://|\A~|\A-?\Z""")
_COMPOSE_FILE = re.compile(r"--compose-file(?:=(?P<long>.*))?|-[dq]*c(?P<short>=?.*)", re.DOTALL)
_VALUE_OPTIONS = frozenset(
    (
        *("-c", "--context", "--config", "-H", "--host", "-l", "--log-level", "--tlscacert", "--tlscert", "--tlskey"),
        *("--resolve-image", "--orchestrator", "--bundle-file", "--namespace", "--kubeconfig"),
    )
)
"""Options of `docker` and `docker stack deploy` whose value is the next word, also those of earlier releases."""

_ASSIGNMENT = re.compile(r"\w+=")
_LEADING_WORDS = frozenset(("$", "%", ">", "-", "*", "!", "if", "then", "else", "do", "RUN", "CMD", "sudo", "command"))
_SCRIPT = r"\$(?:0|\{0\}|\{?BASH_SOURCE(?:\[0\])?\}?)"
_SCRIPT_PATH = rf"(?:{_SCRIPT}|\$\((?:readlink -f|realpath) (?:-- )?{_SCRIPT}\))"
_SCRIPT_FOLDER = re.compile(rf"(?:\$\(dirname (?:-- )?{_SCRIPT_PATH}\)|\$\{{0%/\*\}})(?P<rest>/.*)?")


class DeployCommand(Record):
    """Command that deploys a stack, with its files as written.

    `folder` is where a `cd` before the command leads: relative to the folder in which the script runs, `.` for the
    folder of the script itself, or None without a `cd`.
    """

    line: int
    folder: str | None
    files: tuple[str, ...]


def find_deploy_commands(data: bytes, path: str) -> list[DeployCommand]:
    """Return the commands in a file that deploy a stack of files with literal paths; the path is its name at least."""
    kind = script_kind(path)
    # Most files have no such command and are not parsed.
    if kind is None or b"stack" not in data or _DEPLOY.search(data) is None:
        return []
    finder = _Finder()
    for line in code_lines(data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n"), kind):
        finder.read(line)
    return finder.commands


class _Place(Record):
    folder: str | None = None
    is_known: bool = True
    below: _Place | None = None
    """Place to which `popd` returns."""


_OPENING = {End.CLOSE_SUBSHELL: End.OPEN_SUBSHELL, End.CLOSE_BLOCK: End.OPEN_BLOCK}


class _Finder:
    def __init__(self) -> None:
        self.commands: list[DeployCommand] = []
        self._place = _Place()
        self._groups: list[tuple[End, _Place]] = []
        """Groups that are open, with the place before each."""
        self._clones: set[str] = set()

    def read(self, line: CodeLine) -> None:
        """Add the commands of a line."""
        if line.starts_shell:
            self._place = _Place()
            self._groups.clear()
        if not _RELEVANT.search(line.text):
            return
        text = _ARRAY_PUNCTUATION.sub(" ", line.text) if _ARRAY.search(line.text) else line.text
        self._read_text(text, line.number, 0)

    def _read_text(self, text: str, line: int, depth: int) -> None:
        for command in split_commands(text, line):
            self._read_command(command, depth)
            if command.end in _OPENING.values():
                self._groups.append((command.end, self._place))
            elif self._groups and self._groups[-1][0] is _OPENING.get(command.end):
                # A parenthesis that closes nothing ends a pattern of `case`.
                self._place = self._groups.pop()[1]

    def _read_command(self, command: SimpleCommand, depth: int) -> None:
        self._change_place(_without_leading_words(command.words))
        deploy = _find_deploy(command.words)
        if deploy is not None and self._place.is_known:
            files = _literal_files(deploy.arguments)
            if files:
                self.commands.append(DeployCommand(deploy.line, self._place.folder, files))
        if depth == _MAX_DEPTH:
            return
        for quoted in (each for word in command.words for each in word.quoted if "stack" in each.text):
            outer = self._place, self._groups
            self._groups = []
            self._read_text(quoted.text, quoted.line, depth + 1)
            self._place, self._groups = outer

    def _change_place(self, words: Sequence[Word]) -> None:
        if not words:
            return
        program = words[0].text.lstrip("@+-")
        arguments = [word.text for word in words[1:] if not word.text.startswith("-") or word.text == "-"]
        if program == "popd":
            self._place = self._place.below or self._place
        elif program in ("cd", "pushd"):
            below = self._place if program == "pushd" else self._place.below
            self._place = self._enter(arguments[0] if len(arguments) == 1 else "")._replace(below=below)
        elif program == "git" and arguments[:1] == ["clone"]:
            self._clones |= _cloned_folders(arguments[1:])

    def _enter(self, target: str) -> _Place:
        """Return the place that `cd` leads to; the folder of a clone is the root of the tree."""
        match = _SCRIPT_FOLDER.fullmatch(target.replace('"', ""))
        if match is not None:
            return _Place(posixpath.normpath(f".{match['rest'] or ''}"))
        if not _is_literal(target):
            return _Place(is_known=False)
        first, _, rest = target.rstrip("/").partition("/")
        if first in self._clones:
            return _Place(posixpath.normpath(rest) if rest else None)
        if target.startswith("/") or self._place.is_known:
            folder = posixpath.normpath(posixpath.join(self._place.folder or "", target))
            return _Place(folder) if len(folder) <= _MAX_PATH else _Place(is_known=False)
        return self._place


def _without_leading_words(words: Sequence[Word]) -> Sequence[Word]:
    """Return the words from the program on: without prompts, keys of YAML, keywords and assignments."""
    for index, word in enumerate(words):
        text = word.text
        if text not in _LEADING_WORDS and not text.endswith(":") and not _ASSIGNMENT.match(text):
            return words[index:]
    return ()


def _cloned_folders(arguments: Sequence[str]) -> set[str]:
    """Return the possible folder of `git clone`: its last argument, or the name of the repository."""
    last = posixpath.basename(arguments[-1].rstrip("/")).removesuffix(".git") if arguments else ""
    return {last} if last else set()


class _Deploy(Record):
    line: int
    arguments: Sequence[Word]


def _find_deploy(words: Sequence[Word]) -> _Deploy | None:
    """Return the line of `docker` and the arguments of `docker stack deploy` among the words of a command."""
    docker: Word | None = None
    is_stack = is_value = False
    for index, word in enumerate(words):
        text = word.text if index else word.text.lstrip("@+-")
        if is_value:
            is_value = False
        elif _is_docker(text):
            docker, is_stack = word, False
        elif docker is None:
            continue
        elif text.startswith("-") or _VARIABLE.match(text):
            is_value = text in _VALUE_OPTIONS
        elif is_stack and text in ("deploy", "up"):
            return _Deploy(docker.line, words[index + 1 :])
        elif text == "stack" and not is_stack:
            is_stack = True
        else:
            docker = None
    return None


def _is_docker(text: str) -> bool:
    """Return True for the name or a path of the program, or a variable with such a name."""
    name = text.lower().removesuffix(".exe")
    if name.endswith("docker"):
        return name[-7:-6] in ("", "/", ")", "}") or _DOCKER_VARIABLE.fullmatch(name) is not None
    return "docker" in name and _DOCKER_VARIABLE.fullmatch(name) is not None


def _literal_files(arguments: Iterable[Word]) -> tuple[str, ...]:
    """Return the values of `-c` and `--compose-file`, or no files if one of them is not a literal path."""
    files: list[str] = []
    names: list[str] = []
    texts = (word.text for word in arguments)
    for text in texts:
        option = _COMPOSE_FILE.fullmatch(text)
        if option is not None:
            value = (option["long"] if option["short"] is None else option["short"]) or next(texts, "")
            # Docker also takes a list with commas.
            files += value.removeprefix("=").split(",")
        elif text in _VALUE_OPTIONS:
            next(texts, None)
        elif text == "--":
            names += texts
        elif not text.startswith("-"):
            names.append(text)
    # Docker takes one name, so a variable beside it can have more options.
    has_more_options = len(names) > 1 and any(map(_VARIABLE.search, names))
    return tuple(files) if not has_more_options and all(map(_is_literal, files)) else ()


def _is_literal(path: str) -> bool:
    return _NOT_LITERAL.search(path) is None
