"""Risky recipe, the same recipe fixed, and a commit of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.packaging.conftest import RunIn

SAFE = """version: "3.8"
services:
  app:
    image: example/app:2
    healthcheck: {test: curl -f http://localhost/}
    deploy:
      update_config:
        failure_action: rollback
        order: stop-first
      mode: global
"""
RISKY = SAFE.replace("stop-first", "start-first")


def commit(run_in: RunIn, repository: Path, files: dict[str, str], expected: int) -> str:
    for name, text in files.items():
        path = repository / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    run_in(repository, "git", "add", "--all")
    return run_in(repository, "git", "commit", "--message", "a change", expected=expected)
