"""Renewal of the evidence page after a run of proofs. Rows of proofs that did not run are kept."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from rollout_lint.rules.loader import load_rules

from tests.rules import config_proof
from tests.swarm.deploy_proof import Answer, DeployCase, deploy_case, deploy_cases, is_expected
from tests.swarm.evidence import Deployments, format_row, page, row_start
from tests.swarm.installation import SUITES, install
from tests.swarm.nodes import private_engine
from tests.swarm.proof import Case, cases, rules_folder
from tests.swarm.redeploy_proof import RedeployCase, redeploy, redeploy_cases
from tests.swarm.scenario import Outcome


class EvidenceError(Exception):
    """Proof that failed, or that neither ran on all engines nor has a row."""


def renew(target: Path, seen: Sequence[Outcome]) -> None:
    """Write the page with the outcomes. Proofs of other kinds are quick, so all of them run again."""
    rows = proof_rows(cases(rules_folder()), seen, target.read_text("utf-8") if target.exists() else "")
    answers = [(case, config_proof.docker_answer(case)) for case in config_proof.config_cases(load_rules())]
    _require("config", (case.name for case, answer in answers if not config_proof.is_expected(case, answer)))
    deployments = {name: _deploy_all(name) for name in SUITES}
    target.write_text(page(rows, answers, deployments), encoding="utf-8")


def proof_rows(proofs: Sequence[Case], seen: Sequence[Outcome], old_page: str) -> list[str]:
    """Return a row for each proof: from its outcomes on all engines, or else the row of the old page."""
    passed = {(outcome.case, outcome.name): outcome for outcome in seen if not outcome.differences}
    failed = {outcome.case.name for outcome in seen if outcome.differences}
    rows: dict[str, str | None] = {}
    for case in proofs:
        if all((case, name) in passed for name in SUITES):
            rows[case.name] = format_row(case, {name: passed[case, name] for name in SUITES})
        else:
            kept = (line for line in old_page.splitlines() if line.startswith(row_start(case)))
            rows[case.name] = None if case.name in failed else next(kept, None)
    _require("engine", (name for name, row in rows.items() if row is None))
    return [row for row in rows.values() if row is not None]


def _deploy_all(name: str) -> Deployments:
    with private_engine(install(name)) as engine:
        deployed: list[tuple[DeployCase, Answer]] = [(case, deploy_case(engine, case)) for case in deploy_cases()]
        redeployed: list[tuple[RedeployCase, str]] = [(case, redeploy(engine, case)) for case in redeploy_cases()]
        _require("deploy", (case.name for case, answer in deployed if not is_expected(case, answer)))
        _require("redeploy", (case.name for case, result in redeployed if result not in case.expected))
        return Deployments(engine.version(), deployed, redeployed)


def _require(kind: str, failed: Iterable[str]) -> None:
    if names := list(failed):
        raise EvidenceError(f"{kind} proofs without a result on each of {', '.join(SUITES)}: {', '.join(names)}")
