"""Proofs that `docker stack deploy` rejects the bad example and accepts the fixed one."""

import re
from collections.abc import Iterable, Sequence

from rollout_lint.rules.loader import load_rules
from rollout_lint.rules.model import Rule

from tests.rules.sides import Side, sides
from tests.swarm.engine import Engine
from tests.swarm.proof import rules_folder
from tests.swarm.snapshot import anonymous

HEADINGS = ("rule", "example", "taken", "what `docker stack deploy` said")
GRPC_PREFIX = re.compile(r"^.*desc = ", re.DOTALL)


class DeployCase(Side):
    """Side of a proof about a rejection by `docker stack deploy`."""

    @property
    def refused(self) -> str | None:
        """Regular expression for Docker's message, or None if Docker must accept the files."""
        return str(self.proof["deploy"]["refused"]) if self.side == "bad" else None


def deploy_cases() -> list[DeployCase]:
    """Return both sides of every deploy proof in the rules folder."""
    folder = rules_folder().resolve()
    return sides((rule for rule in _loaded() if rule.path.parent.resolve() == folder), "deploy", DeployCase)


def _loaded() -> Iterable[Rule]:
    return load_rules((rules_folder(),))


def deploy(engine: Engine, name: str, files: dict[str, str]) -> str | None:
    """Deploy and remove a stack. Return Docker's error message, or None."""
    folder = engine.home / name
    folder.mkdir()
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
    layers = [word for file in files for word in ("--compose-file", str(folder / file))]
    done = engine.docker("stack", "deploy", "--resolve-image=never", *layers, name)
    engine.docker("stack", "rm", name)
    return None if done.returncode == 0 else anonymous(_last_line(done.stderr.decode()))


def is_expected(case: DeployCase, answer: str | None) -> bool:
    """Return True if Docker's answer matches the proof."""
    if case.refused is None or answer is None:
        return case.refused is answer
    return re.search(case.refused, answer) is not None


def deploy_table(answers: Iterable[tuple[DeployCase, str | None]]) -> list[str]:
    """Format the cases and Docker's answers as a Markdown table."""
    rows: list[Sequence[str]] = [HEADINGS, tuple("---" for _ in HEADINGS)]
    rows += [(case.rule, case.example, "no" if answer else "yes", answer or "") for case, answer in answers]
    return [f"| {' | '.join(row)} |" for row in rows]


def _last_line(text: str) -> str:
    """Return the error without the stack and service name. Warnings about other keys precede it."""
    return GRPC_PREFIX.sub("", text.strip().splitlines()[-1])
