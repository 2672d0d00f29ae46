"""Proofs that `docker stack deploy` refuses a stack as it is written, and takes the repaired one."""

import re
from collections.abc import Iterable, Sequence

from rollout_lint.rules.loader import load_rules
from rollout_lint.rules.model import Rule

from tests.rules.sides import Side, sides
from tests.swarm.engine import Engine
from tests.swarm.proof import rules_folder
from tests.swarm.snapshot import anonymous

HEADINGS = ("rule", "example", "taken", "what `docker stack deploy` said")
REFUSED_BY_ENGINE = re.compile(r"^.*desc = ", re.DOTALL)


class DeployCase(Side):
    """A side of a proof that `docker stack deploy` refuses."""

    @property
    def refused(self) -> str | None:
        """A regular expression for Docker's words; None where it must take the files."""
        return str(self.proof["deploy"]["refused"]) if self.side == "bad" else None


def deploy_cases() -> list[DeployCase]:
    """Both sides of every such proof of the rules that are to be proved."""
    folder = rules_folder().resolve()
    return sides((rule for rule in _loaded() if rule.path.parent.resolve() == folder), "deploy", DeployCase)


def _loaded() -> Iterable[Rule]:
    return load_rules((rules_folder(),))


def deploy(engine: Engine, name: str, files: dict[str, str]) -> str | None:
    """Deploy the files in their order as a stack of this name, and remove it again; why Docker refused, else None."""
    folder = engine.home / name
    folder.mkdir()
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
    layers = [word for file in files for word in ("--compose-file", str(folder / file))]
    done = engine.docker("stack", "deploy", "--resolve-image=never", *layers, name)
    engine.docker("stack", "rm", name)
    return None if done.returncode == 0 else anonymous(_last_line(done.stderr.decode()))


def as_stated(case: DeployCase, answer: str | None) -> bool:
    """Whether that is what the proof states."""
    if case.refused is None or answer is None:
        return case.refused is answer
    return re.search(case.refused, answer) is not None


def deploy_table(answers: Iterable[tuple[DeployCase, str | None]]) -> list[str]:
    """The cases and what was said of each as a Markdown table."""
    rows: list[Sequence[str]] = [HEADINGS, tuple("---" for _ in HEADINGS)]
    rows += [(case.rule, case.example, "no" if answer else "yes", answer or "") for case, answer in answers]
    return [f"| {' | '.join(row)} |" for row in rows]


def _last_line(text: str) -> str:
    """What it says at last, without the stack's and the service's name; warnings about other keys come before."""
    return REFUSED_BY_ENGINE.sub("", text.strip().splitlines()[-1])
