"""Stack files of the tests of `fix`, and the commands that `check` offers."""

from __future__ import annotations

import re
import shlex

BASE = """\
version: "3.8"  # as everywhere
services:
  app:
    image: example/app:1
    healthcheck: {test: curl -f localhost}
    deploy:
      mode: global
      update_config:
        failure_action: rollback
        order: start-first
  worker:
    image: example/worker:1
    healthcheck: {test: pgrep worker}
    deploy:
      mode: global
      update_config: {failure_action: rollback, order: start-first}
"""
FIXED = BASE.replace("start-first", "stop-first")


def one_service(policy: str, others: str = "") -> str:
    return (
        f"services:\n  app:\n    image: example/app:1\n    healthcheck: {{test: curl -f localhost}}\n{others}"
        f"    deploy:\n      mode: global\n      update_config: {{{policy}}}\n"
    )


def hints_of(text: str) -> list[list[str]]:
    """Return the arguments of the commands that `check` offers."""
    return [shlex.split(hint) for hint in dict.fromkeys(re.findall(r"\(rollout-lint (fix .*)\)", text))]
