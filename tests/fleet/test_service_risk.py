"""Risk of services, with the reasons in order."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from tests.fleet.risk_cases import BROKEN, HEALTHY, RISKY, SAFE, manifest, order, row, service, stack

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run, Write

SERVICES: dict[str, tuple[dict[str, str], list[tuple[str, ...]]]] = {
    "policy-and-overlay": (
        {
            "compose.yml": stack(
                service("c"),
                service("a", f"{RISKY}, monitor: 10s"),
                service("b", SAFE),
                service("d", RISKY),
            ),
            "compose.ccci.yml": stack(
                "  a: {deploy: {update_config: {order: stop-first, monitor: 90s}}}\n", service("e")
            ),
        },
        [
            ("d", "rollback", "start-first"),
            ("a", "rollback", "start-first"),
            ("b", "rollback", "stop-first"),
            ("c", "—", "—"),
            ("e", "—", "—"),
        ],
    ),
    "stack-and-suppressed": (
        {
            "compose.yml": stack(
                service("a", RISKY, more=f'{HEALTHY}, ports: ["80:1"]'), service("b", SAFE, more='ports: ["80:2"]')
            ),
            "rollout-lint.toml": '[[ignore]]\nrule = "RL001"\nreason = "known"\n',
        },
        [
            ("b", "rollback", "stop-first"),
            ("a", "rollback", "start-first"),
        ],
    ),
    "broken-overlay": (
        {
            "compose.yml": stack(service("a", RISKY), service("b", SAFE)),
            "compose.ccci.yml": BROKEN,
        },
        [
            ("—", "—", "—"),
            ("a", "rollback", "start-first"),
            ("b", "rollback", "stop-first"),
        ],
    ),
    "rules-off": (
        {
            "compose.yml": stack(service("a", RISKY), service("b")),
            "rollout-lint.toml": 'disable = ["RL001", "RL003"]\n',
        },
        [
            ("a", "rollback", "start-first"),
            ("b", "—", "—"),
        ],
    ),
}


@pytest.mark.parametrize("case", SERVICES)
def test_assessment_of_services(run: Run, write: Write, case: str, snapshot: SnapshotAssertion) -> None:
    files, expected = SERVICES[case]
    ran = run("sweep", write({f"r/{name}": text for name, text in files.items()}), "--services", "--format", "csv")
    rows = list(csv.reader(io.StringIO(ran.stdout)))
    policies = [tuple(cell or "—" for cell in row[1:4]) for row in rows[1:]]
    assert [each for each in policies if not each[0].startswith("(")] == expected
    assert [" | ".join(row) for row in rows] == snapshot


def test_services_are_in_file_order(run: Run, write: Write) -> None:
    files = {"compose.yml": stack(service("b"), service("a")), "compose.ccci.yml": stack(service("A"), service("b"))}
    services = row(run, write, files)["services"]
    assert [each["service"] for each in services] == ["b", "a", "A"]


def test_service_rules_are_those_with_findings(run: Run, write: Write) -> None:
    files = {
        "compose.yml": stack(service("a", RISKY), service("b", RISKY, more="")),
        "compose.ccci.yml": order("stop-first"),
    }
    found = row(run, write, files)
    assert [each["rules"] for each in found["services"]] == [["RL001"], ["RL001", "RL009", "RL015"]]
    assert found["rules"] == ["RL001", "RL009", "RL015"]


@pytest.mark.parametrize(("verified", "is_silent"), [("false", True), ("true", False)])
def test_safe_recipe_names_the_silent_rollback(run: Run, write: Write, verified: str, is_silent: bool) -> None:
    config = f"[deploys]\nverified = {verified}\n"
    folder = write({"fleet.yml": manifest(), "r/compose.yml": stack(service("a", SAFE)), "rollout-lint.toml": config})
    [recipe] = run("sweep", folder, "--format", "json").json["recipes"]
    reason = "a rollback is silent unless deploys are verified (rollout-lint await)"
    assert recipe["risk"]["level"] == "safe"
    assert (reason in recipe["risk"]["because"]) is is_silent
