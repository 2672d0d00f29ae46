"""Kinds of files that can have shell commands, by their names."""

from __future__ import annotations

from enum import Enum, auto

from rollout_lint.pattern import compile_lazily


class ScriptKind(Enum):
    """Kind of a file with shell commands."""

    SHELL = auto()
    GROOVY = auto()
    RECIPES = auto()
    """Makefile or justfile: each line of a recipe has a shell of its own, unless the file says otherwise."""
    TASKFILE = auto()
    CI = auto()
    LINES = auto()
    """Each line has a shell of its own."""
    MARKDOWN = auto()


_KINDS_BY_NAME = {
    "makefile": ScriptKind.RECIPES,
    "gnumakefile": ScriptKind.RECIPES,
    "justfile": ScriptKind.RECIPES,
    ".justfile": ScriptKind.RECIPES,
    "jenkinsfile": ScriptKind.GROOVY,
    "dockerfile": ScriptKind.LINES,
    "containerfile": ScriptKind.LINES,
    "package.json": ScriptKind.LINES,
}
_KINDS_BY_SUFFIX = {
    "sh": ScriptKind.SHELL,
    "bash": ScriptKind.SHELL,
    "zsh": ScriptKind.SHELL,
    "mk": ScriptKind.RECIPES,
    "just": ScriptKind.RECIPES,
    "dockerfile": ScriptKind.LINES,
    "md": ScriptKind.MARKDOWN,
    "markdown": ScriptKind.MARKDOWN,
}
_CI_NAMES = (".gitlab-ci", ".drone", ".woodpecker", "azure-pipelines", "bitbucket-pipelines", ".travis")
_CI_FOLDER = compile_lazily(
    r"(?:\A|/)(?:\.(?:github|gitea|forgejo)/(?:workflows|actions)|\.gitlab|\.woodpecker|\.circleci)/"
)


def script_kind(path: str) -> ScriptKind | None:
    """Return the kind of a file by its name and, for CI files, by its folder; None if it has no shell commands."""
    folder, _, name = path.rpartition("/")
    name = name.lower()
    stem, dot, suffix = name.rpartition(".")
    if not dot:
        return _KINDS_BY_NAME.get(name)
    if suffix in ("yml", "yaml"):
        return _yaml_kind(folder, stem)
    kind = _KINDS_BY_NAME.get(name) or _KINDS_BY_SUFFIX.get(suffix)
    return kind or _KINDS_BY_NAME.get(name.partition(".")[0])


def _yaml_kind(folder: str, stem: str) -> ScriptKind | None:
    if stem.startswith("taskfile"):
        return ScriptKind.TASKFILE
    is_ci = stem.startswith(_CI_NAMES) or stem.endswith(".gitlab-ci") or _is_ci_folder(folder)
    return ScriptKind.CI if is_ci else None


def _is_ci_folder(folder: str) -> bool:
    return "." in folder and _CI_FOLDER.search(f"{folder}/") is not None
