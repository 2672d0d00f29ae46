"""Proofs that `docker stack deploy` rejects the bad example, or keeps an earlier value, and accepts the fixed one."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from rollout_lint.rules.loader import load_rules
from rollout_lint.rules.model import Rule

from tests.rules.sides import Side, sides
from tests.swarm.engine import Engine
from tests.swarm.installation import SUITES
from tests.swarm.proof import rules_folder
from tests.swarm.snapshot import anonymous

HEADINGS = ("rule", "example", *SUITES)
ACCEPTED = "accepted"
GRPC_PREFIX = re.compile(r"^.*desc = ", re.DOTALL)


class Answer(NamedTuple):
    """True if Docker accepted the files, and what it printed: an error, or the value that a proof inspects."""

    is_accepted: bool
    text: str = ""


class DeployCase(Side):
    """Side of a proof about `docker stack deploy`."""

    @property
    def expected(self) -> Answer:
        """Expected answer; its text is a regular expression."""
        proof = self.proof["deploy"]
        if "keeps" in proof:
            return Answer(True, str(proof["keeps"]["old" if self.side == "bad" else "new"]))
        return Answer(False, str(proof["refused"])) if self.side == "bad" else Answer(True)


def deploy_cases() -> list[DeployCase]:
    """Return both sides of every deploy proof in the rules folder."""
    folder = rules_folder().resolve()
    return sides((rule for rule in _loaded() if rule.path.parent.resolve() == folder), "deploy", DeployCase)


def _loaded() -> Iterable[Rule]:
    return load_rules((rules_folder(),))


def deploy_case(engine: Engine, case: DeployCase) -> Answer:
    """Deploy a side of a proof over the earlier files, if it has some. Return Docker's answer."""
    name = case.name.lower()
    folder = engine.home / name
    folder.mkdir()
    for file in _contents(case):
        (folder / file).write_text("earlier", encoding="utf-8")
    if case.before:
        assert _deploy(engine, name, folder, case.before) == Answer(True)
    for file in case.changed:
        (folder / file).write_text("changed", encoding="utf-8")
    answer = _deploy(engine, name, folder, case.files)
    if keeps := case.proof["deploy"].get("keeps"):
        answer = Answer(answer.is_accepted, engine.call(*(word.replace("{stack}", name) for word in keeps["inspect"])))
    engine.docker("stack", "rm", name)
    return Answer(answer.is_accepted, " and ".join(sorted(answer.text.strip().splitlines())))


def deploy(engine: Engine, name: str, files: dict[str, str]) -> str | None:
    """Deploy and remove a stack. Return Docker's error message, or None."""
    folder = engine.home / name
    folder.mkdir()
    answer = _deploy(engine, name, folder, files)
    engine.docker("stack", "rm", name)
    return None if answer.is_accepted else answer.text


def _deploy(engine: Engine, name: str, folder: Path, files: dict[str, str]) -> Answer:
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
    layers = [word for file in files for word in ("--compose-file", str(folder / file))]
    done = engine.docker("stack", "deploy", "--resolve-image=never", *layers, name)
    return Answer(True) if done.returncode == 0 else Answer(False, anonymous(_last_line(done.stderr.decode())))


def _contents(case: DeployCase) -> set[str]:
    """Return the files of the configs and secrets."""
    texts = [*case.before.values(), *case.files.values()]
    return {name for text in texts for name in re.findall(r"\bfile: (?:\./)?([\w.-]+)", text)}


def is_expected(case: DeployCase, answer: Answer) -> bool:
    """Return True if Docker's answer matches the proof."""
    expected = case.expected
    return expected.is_accepted is answer.is_accepted and re.search(expected.text, answer.text) is not None


def format_answer(answer: Answer) -> str:
    """Return an answer as a cell of the table."""
    return ": ".join(filter(None, (ACCEPTED if answer.is_accepted else "", answer.text)))


def read_answer(cell: str) -> Answer:
    """Return the answer in a cell of the table."""
    head, _, text = cell.partition(": ")
    return Answer(True, text) if head == ACCEPTED else Answer(False, cell)


def deploy_table(answers: Mapping[str, Sequence[tuple[DeployCase, Answer]]]) -> list[str]:
    """Format the cases and Docker's answers on each engine as a Markdown table."""
    rows: list[Sequence[str]] = [HEADINGS, tuple("---" for _ in HEADINGS)]
    for asked in zip(*(answers[name] for name in SUITES), strict=True):
        case = asked[0][0]
        rows.append((case.rule, case.example, *(format_answer(answer) for _, answer in asked)))
    return [f"| {' | '.join(row)} |" for row in rows]


def _last_line(text: str) -> str:
    """Return the error without the stack and service name. Warnings about other keys precede it."""
    return GRPC_PREFIX.sub("", text.strip().splitlines()[-1])
