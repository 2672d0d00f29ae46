"""Real git repositories for tests, with dates of their own and nothing of the machine's config."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_IDENTITY = {f"GIT_{role}_{what}": f"a@{what}" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


@dataclass(frozen=True)
class Repository:
    """A repository whose working tree is at `folder`."""

    folder: Path

    def git(self, *arguments: str | Path, date: str = "2026-06-10T12:00:00Z", stdin: bytes = b"") -> str:
        """What the command prints; an error fails the test."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        dates = {"GIT_AUTHOR_DATE": "2020-01-01T00:00:00Z", "GIT_COMMITTER_DATE": date}
        ran = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", "-C", self.folder, *arguments],
            env=kept | _IDENTITY | dates | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
            input=stdin,
            capture_output=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr.decode()
        return ran.stdout.decode(errors="surrogateescape").strip()

    def commit(self, files: Mapping[str, str | bytes | None] | None = None, date: str = "2026-06-10T12:00:00Z") -> str:
        """Write files, remove those that are None, commit all that the folder holds; the commit's hash."""
        for name, content in (files or {}).items():
            path = self.folder / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "m", date=date)
        return self.git("rev-parse", "HEAD")


def repository_at(folder: Path, *options: str) -> Repository:
    """A new repository with the branch `main`; the folder is made."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Repository(folder)
    made.git("init", "--quiet", "--initial-branch=main", *options)
    return made
