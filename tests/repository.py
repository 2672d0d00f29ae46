"""Git repositories for tests, with fixed dates and without the machine's config."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_IDENTITY = {f"GIT_{role}_{field}": f"a@{field}" for role in ("AUTHOR", "COMMITTER") for field in ("NAME", "EMAIL")}


@dataclass(frozen=True)
class Repository:
    """Repository with its working tree in `folder`."""

    folder: Path

    def git(self, *arguments: str | Path, date: str = "2026-06-10T12:00:00Z", stdin: bytes = b"") -> str:
        """Run git and return its output. An error fails the test."""
        variables = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        dates = {"GIT_AUTHOR_DATE": "2020-01-01T00:00:00Z", "GIT_COMMITTER_DATE": date}
        ran = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", "-C", self.folder, *arguments],
            env=variables | _IDENTITY | dates | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
            input=stdin,
            capture_output=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr.decode()
        return ran.stdout.decode(errors="surrogateescape").strip()

    def commit(self, files: Mapping[str, str | bytes | None] | None = None, date: str = "2026-06-10T12:00:00Z") -> str:
        """Write the files, delete those with None, and commit everything. Return the hash."""
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
    """Create a folder with a repository with the branch `main`."""
    folder.mkdir(parents=True, exist_ok=True)
    repository = Repository(folder)
    repository.git("init", "--quiet", "--initial-branch=main", *options)
    return repository
