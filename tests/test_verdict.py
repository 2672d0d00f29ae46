"""What a row says of its recipe: which service it is about, the risk, and every reason in its order."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.evaluate import NOT_EVALUATED, Evaluation, Known
from rollout_lint.fleet.model import Evidence
from rollout_lint.recipe import Recipe
from rollout_lint.verdict import judge

if TYPE_CHECKING:
    from tests.conftest import Run, Write

HEALTHY = "healthcheck: {test: curl -f http://localhost/}"
RISKY = "failure_action: rollback, order: start-first"
SAFE = "failure_action: rollback, order: stop-first"
UNKNOWN_MEMORY = "no memory figure is known, nor what its runtime weighs"
NO_RESULT = "no upgrade result is known"
HANGS = "starts the new task while the old one holds host port 1: the update hangs and never fails"
HARDLY_WATCHED = "is watched for 5s after its process starts, and without a healthcheck that is all"
NO_OWN_HEALTHCHECK = "the image of a brings no healthcheck of its own"
NO_ROLLBACK = "no service rolls back an update"


def service(name: str, update: str = "", deploy: str = "", more: str = HEALTHY) -> str:
    blocks = [f"update_config: {{{update}}}"] * bool(update) + [deploy] * bool(deploy)
    keys = ["image: example/app", *[more] * bool(more), *[f"deploy: {{{', '.join(blocks)}}}"] * bool(blocks)]
    return f"  {name}: {{{', '.join(keys)}}}\n"


def stack(*services: str) -> str:
    return f"services:\n{''.join(services)}"


def order(value: str, name: str = "a") -> str:
    return f"services: {{{name}: {{deploy: {{update_config: {{order: {value}}}}}}}}}\n"


def known(*entry: str) -> str:
    return "\n".join(("version: 1", "recipes:", "  - path: r", *(f"    {line}" for line in entry), ""))


def results(*upgrades: str) -> str:
    return f"results: [{', '.join(f'{{{each}}}' for each in upgrades)}]"


BLOCKED = service(
    "a", "order: start-first", "mode: global", f"{HEALTHY}, ports: [{{target: 1, published: 1, mode: host}}]"
)
RL001 = "RL001 a: rollback (compose.yml:2), start-first (compose.yml:2)"
RL003 = f"RL003 a {HANGS} (compose.yml:2)"


@dataclass(frozen=True)
class Row:
    """What is expected; `about` is the service, its failure_action, its order, and the overlay."""

    level: str
    text: str
    because: tuple[str, ...]
    about: tuple[str | None, str | None, str | None, str | None] = ("a", "rollback", "start-first", None)


NOTHING = (None, None, None, None)
CASES: dict[str, tuple[dict[str, str], Row]] = {
    "of two that are safe, the one that says more of its policy": (
        {"compose.yml": stack(service("a", "failure_action: rollback"), service("b", SAFE))},
        Row(
            "safe",
            "safe",
            ("b: rollback (compose.yml:3), stop-first (compose.yml:3)", NO_RESULT),
            ("b", "rollback", "stop-first", None),
        ),
    ),
    "of two without risk, the one that says more of its policy": (
        {
            "compose.yml": stack(
                service("a", "order: stop-first"), service("b", "failure_action: pause, order: stop-first")
            )
        },
        Row("not-at-risk", "not at risk", (NO_ROLLBACK, NO_RESULT), ("b", "pause", "stop-first", None)),
    ),
    "one that rolls back, before one that says more": (
        {
            "compose.yml": stack(
                service("a", "failure_action: pause, order: stop-first"), service("b", "failure_action: rollback")
            )
        },
        Row(
            "safe",
            "safe",
            ("b: rollback (compose.yml:3), stop-first (default)", NO_RESULT),
            ("b", "rollback", None, None),
        ),
    ),
    "no service, where none says anything": (
        {"compose.yml": stack(service("a"))},
        Row("not-at-risk", "not at risk", (NO_ROLLBACK, NO_RESULT), NOTHING),
    ),
    "the worst, though another says more and stands before it": (
        {
            "compose.yml": stack(service("b", SAFE), service("c", RISKY), BLOCKED),
        },
        Row(
            "blocked",
            "blocked: the next update cannot complete",
            (
                f"RL003 a {HANGS} (compose.yml:4)",
                "RL001 c: rollback (compose.yml:3), start-first (compose.yml:3)",
                UNKNOWN_MEMORY,
                NO_RESULT,
            ),
            ("a", None, "start-first", None),
        ),
    ),
    "the stack itself": (
        {"compose.yml": stack(service("a", more='ports: ["80:1"]'), service("b", more='ports: ["80:2"]'))},
        Row(
            "blocked",
            "blocked: the next update cannot complete",
            ("RL061 the stack publishes 80/tcp of a and b, and one of them will be refused (compose.yml:3)", NO_RESULT),
            NOTHING,
        ),
    ),
    "a service, where the stack itself is at a worse risk": (
        {
            "compose.yml": stack(
                service("b", more='ports: ["80:1"]'), service("a", RISKY, more=f'{HEALTHY}, ports: ["80:2"]')
            )
        },
        Row(
            "blocked",
            "blocked: the next update cannot complete",
            (
                "RL061 the stack publishes 80/tcp of b and a, and one of them will be refused (compose.yml:3)",
                "RL001 a: rollback (compose.yml:3), start-first (compose.yml:3)",
                UNKNOWN_MEMORY,
                NO_RESULT,
            ),
        ),
    ),
    "a file that is none": (
        {"compose.yml": "services: ["},
        Row(
            "not-evaluated",
            "not evaluated",
            ("compose.yml:2:1: not YAML: while parsing a flow node did not find expected node content",),
            NOTHING,
        ),
    ),
    "a template": (
        {"compose.yml": "services:\n{% if x %}\n  a: {image: b}\n{% endif %}\n"},
        Row("not-evaluated", "not evaluated: a template, not YAML", ("the recipe is a template, not YAML",), NOTHING),
    ),
    "another kind of file": (
        {"stack.yml": "functions: {a: b}\n", "../fleet.yml": known()},
        Row("not-evaluated", "not evaluated: not a stack", ("the recipe is not a stack",), NOTHING),
    ),
    "an update that failed": (
        {"compose.yml": stack(service("a", SAFE)), "../fleet.yml": known(results("date: 2026-01-01, upgrade: fail"))},
        Row(
            "failing",
            "failing: the newest upgrade failed",
            ("upgrade fail on 2026-01-01 (170 days old)", "a: rollback (compose.yml:2), stop-first (compose.yml:2)"),
            ("a", "rollback", "stop-first", None),
        ),
    ),
    "one that was rolled back, as expected": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "../fleet.yml": known("expect: rolled-back", results("date: 2026-01-01, upgrade: rolled-back")),
        },
        Row(
            "failing",
            "failing: the newest upgrade was rolled back, as expected",
            ("upgrade rolled-back on 2026-01-01 (170 days old)", RL001, UNKNOWN_MEMORY),
        ),
    ),
    "one that failed where a rollback was expected": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "../fleet.yml": known("expect: rolled-back", results("date: 2026-01-01, upgrade: fail")),
        },
        Row(
            "failing",
            "failing: the newest upgrade failed",
            (
                "upgrade fail on 2026-01-01 (170 days old)",
                RL001,
                UNKNOWN_MEMORY,
                "the upgrade was expected to be rolled-back",
            ),
        ),
    ),
    "one that passed where a rollback was expected": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "../fleet.yml": known("expect: rolled-back", results("date: 2026-01-01, upgrade: pass")),
        },
        Row(
            "latent-medium",
            "latent, medium",
            (
                RL001,
                UNKNOWN_MEMORY,
                "upgrade pass on 2026-01-01 (170 days old)",
                "the upgrade was expected to be rolled-back",
            ),
        ),
    ),
    "a failure after a pass": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "../fleet.yml": known(results("date: 2026-01-01, upgrade: pass", "date: 2026-01-02, upgrade: fail")),
        },
        Row(
            "failing",
            "failing: the newest upgrade failed",
            (
                "upgrade fail on 2026-01-02 (169 days old)",
                RL001,
                UNKNOWN_MEMORY,
                "upgrade pass on 2026-01-01 (170 days old)",
            ),
        ),
    ),
    "a failure, and levels since": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "../fleet.yml": known(
                results("date: 2026-01-01, upgrade: fail", "date: 2026-01-02, level: 3", "date: 2026-01-03, level: 4")
            ),
        },
        Row(
            "failing",
            "failing: the newest upgrade failed",
            (
                "no word of an upgrade, level 4 on 2026-01-03 (168 days old)",
                "no word of an upgrade, level 3 on 2026-01-02 (169 days old)",
                "upgrade fail on 2026-01-01 (170 days old)",
                RL001,
                UNKNOWN_MEMORY,
            ),
        ),
    ),
    "what cannot complete, and failed": (
        {"compose.yml": stack(BLOCKED), "../fleet.yml": known(results("date: 2026-01-01, upgrade: fail"))},
        Row(
            "blocked",
            "blocked: the next update cannot complete",
            (RL003, "upgrade fail on 2026-01-01 (170 days old)"),
            ("a", None, "start-first", None),
        ),
    ),
    "five results": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "../fleet.yml": known(results(*(f"date: 2026-01-0{day}, upgrade: pass" for day in range(1, 6)))),
        },
        Row(
            "latent-medium",
            "latent, medium",
            (
                RL001,
                UNKNOWN_MEMORY,
                *(f"upgrade pass on 2026-01-0{day} ({171 - day} days old)" for day in range(5, 0, -1)),
            ),
        ),
    ),
    "seven results": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "../fleet.yml": known(results(*(f"date: 2026-01-0{day}, upgrade: pass" for day in range(1, 8)))),
        },
        Row(
            "latent-medium",
            "latent, medium",
            (
                RL001,
                UNKNOWN_MEMORY,
                *(f"upgrade pass on 2026-01-0{day} ({171 - day} days old)" for day in range(7, 2, -1)),
                "and 2 earlier results",
            ),
        ),
    ),
    "a revision that passed and failed": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "../fleet.yml": known(
                results("date: 2026-01-01, ref: abc, upgrade: fail", "date: 2026-01-02, ref: abc, upgrade: pass")
            ),
        },
        Row(
            "latent-medium",
            "latent, medium",
            (
                RL001,
                UNKNOWN_MEMORY,
                "upgrade pass on 2026-01-02 at abc (169 days old)",
                "upgrade fail on 2026-01-01 at abc (170 days old)",
                "intermittent: at abc an upgrade has passed and another has not",
            ),
        ),
    ),
    "what no CI updates": (
        {"compose.yml": stack(service("a", RISKY)), "../fleet.yml": known("upgrade_tests: false")},
        Row("latent-unexposed", "latent, no CI exposure", (RL001, UNKNOWN_MEMORY, "no upgrade test")),
    ),
    "what cannot complete, and no CI updates": (
        {"compose.yml": stack(BLOCKED), "../fleet.yml": known("upgrade_tests: false")},
        Row(
            "blocked",
            "blocked: the next update cannot complete",
            (RL003, "no upgrade test"),
            ("a", None, "start-first", None),
        ),
    ),
    "what the memory says": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "../fleet.yml": "hosts: {memory: 8G}\n" + known("memory: 5G", "note: a heavy one"),
        },
        Row(
            "latent-high",
            "latent, high (10 GiB of 8 GiB)",
            (
                RL001,
                "RL002 a needs 10 GiB for old and new tasks together, which its host has not (compose.yml:2)",
                "5 GiB (measured) x 1 old and 1 new = 10 GiB of 8 GiB",
                NO_RESULT,
            ),
        ),
    ),
    "what the runtime says": (
        {"compose.yml": stack(service("a", RISKY)), "../fleet.yml": known("runtime: Rails")},
        Row(
            "latent-high",
            "latent, high (Rails)",
            (RL001, "Rails is held to be heavy; no memory figure is known", NO_RESULT),
        ),
    ),
    "what is taken for granted": (
        {"compose.yml": stack(service("a", "failure_action: continue, order: start-first", more=""))},
        Row(
            "latent-high",
            "latent, high",
            (
                "RL010 a: start-first (compose.yml:2), continue (compose.yml:2)",
                f"taken for granted: {NO_OWN_HEALTHCHECK}; if it does, the old task is stopped at the end",
                NO_RESULT,
            ),
            ("a", "continue", "start-first", None),
        ),
    ),
    "an overlay that repairs": (
        {"compose.yml": stack(service("a", RISKY)), "compose.ccci.yml": order("stop-first")},
        Row(
            "mitigated",
            "fixed in CI only; latent as shipped",
            (RL001, "compose.ccci.yml repairs it", f"as shipped: {UNKNOWN_MEMORY}", NO_RESULT),
            ("a", "rollback", "start-first", "compose.ccci.yml"),
        ),
    ),
    "two overlays that repair": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "compose.ccci.yml": order("stop-first"),
            "compose.other.yml": order("stop-first"),
            "../rollout-lint.toml": 'overlays = ["compose.ccci.yml", "compose.other.yml"]\n',
        },
        Row(
            "mitigated",
            "fixed in CI only; latent as shipped",
            (RL001, "compose.ccci.yml and compose.other.yml repair it", f"as shipped: {UNKNOWN_MEMORY}", NO_RESULT),
            ("a", "rollback", "start-first", "compose.ccci.yml"),
        ),
    ),
    "an overlay that repairs what cannot complete": (
        {"compose.yml": stack(BLOCKED), "compose.ccci.yml": order("stop-first")},
        Row(
            "mitigated",
            "fixed in CI only; blocked as shipped",
            (RL003, "compose.ccci.yml repairs it", NO_RESULT),
            ("a", None, "start-first", "compose.ccci.yml"),
        ),
    ),
    "an overlay that repairs one of two": (
        {"compose.yml": stack(service("a", RISKY), service("b", RISKY)), "compose.ccci.yml": order("stop-first")},
        Row(
            "latent-medium",
            "latent, medium",
            (
                "RL001 b: rollback (compose.yml:3), start-first (compose.yml:3)",
                UNKNOWN_MEMORY,
                RL001,
                "compose.ccci.yml repairs it",
                f"as shipped: {UNKNOWN_MEMORY}",
                NO_RESULT,
            ),
            ("b", "rollback", "start-first", "compose.ccci.yml"),
        ),
    ),
    "an overlay that brings the risk": (
        {"compose.yml": stack(service("a", SAFE)), "compose.ccci.yml": order("start-first")},
        Row(
            "latent-medium",
            "latent, medium, by the CI overlay only",
            ("RL001 a: rollback (compose.yml:2), start-first (compose.ccci.yml:1)", UNKNOWN_MEMORY, NO_RESULT),
            ("a", "rollback", "stop-first", "compose.ccci.yml"),
        ),
    ),
    "an overlay that brings a service at risk": (
        {"compose.yml": stack(service("b", SAFE)), "compose.ccci.yml": stack(service("a", RISKY))},
        Row(
            "latent-medium",
            "latent, medium, by the CI overlay only",
            ("RL001 a: rollback (compose.ccci.yml:2), start-first (compose.ccci.yml:2)", UNKNOWN_MEMORY, NO_RESULT),
            ("a", None, None, "compose.ccci.yml"),
        ),
    ),
    "an overlay that leaves the risk": (
        {"compose.yml": stack(service("a", RISKY)), "compose.ccci.yml": "services: {a: {hostname: x}}\n"},
        Row(
            "latent-medium",
            "latent, medium",
            (RL001, UNKNOWN_MEMORY, NO_RESULT),
            ("a", "rollback", "start-first", "compose.ccci.yml"),
        ),
    ),
    "an option that an overlay does not lie on": (
        {
            "compose.yml": stack(service("a", SAFE)),
            "compose.ha.yml": order("start-first"),
            ".env.sample": "#COMPOSE_FILE=$COMPOSE_FILE:compose.ha.yml\n",
            "compose.ccci.yml": order("stop-first"),
        },
        Row(
            "latent-medium",
            "latent, medium",
            ("RL001 a: rollback (compose.yml:2), start-first (compose.ha.yml:1)", UNKNOWN_MEMORY, NO_RESULT),
            ("a", "rollback", "stop-first", "compose.ccci.yml"),
        ),
    ),
    "an option that takes more memory": (
        {
            "compose.yml": stack(service("a", SAFE)),
            "compose.ha.yml": stack(
                "  a: {deploy: {update_config: {order: start-first}, resources: {limits: {memory: 3G}}}}\n"
            ),
            ".env.sample": "#COMPOSE_FILE=$COMPOSE_FILE:compose.ha.yml\n",
            "../fleet.yml": "hosts: {memory: 32G}\n" + known(),
        },
        Row(
            "latent-low",
            "latent, low (6 GiB of 32 GiB)",
            (
                "RL001 a: rollback (compose.yml:2), start-first (compose.ha.yml:2)",
                "3 GiB (memory limit) x 1 old and 1 new = 6 GiB of 32 GiB",
                NO_RESULT,
            ),
            ("a", "rollback", "stop-first", None),
        ),
    ),
    "an option of what an overlay repairs": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "compose.ha.yml": "services: {a: {hostname: x}}\n",
            ".env.sample": "#COMPOSE_FILE=$COMPOSE_FILE:compose.ha.yml\n",
            "compose.ccci.yml": order("stop-first"),
        },
        Row(
            "mitigated",
            "fixed in CI only; latent as shipped",
            (RL001, "compose.ccci.yml repairs it", f"as shipped: {UNKNOWN_MEMORY}", NO_RESULT),
            ("a", "rollback", "start-first", "compose.ccci.yml"),
        ),
    ),
    "a rule that is off": (
        {"compose.yml": stack(service("a", RISKY)), "rollout-lint.toml": 'disable = ["RL001"]\n'},
        Row(
            "safe",
            "safe; RL001 not judged",
            (
                "a: rollback (compose.yml:2), start-first (compose.yml:2)",
                "not judged, for a config switches it off: RL001",
                NO_RESULT,
            ),
        ),
    ),
    "two rules that are off": (
        {
            "compose.yml": stack(service("a", "order: stop-first")),
            "rollout-lint.toml": 'disable = ["RL001", "RL003"]\n',
        },
        Row(
            "not-at-risk",
            "not at risk; RL001 and RL003 not judged",
            (NO_ROLLBACK, "not judged, for a config switches it off: RL001, RL003", NO_RESULT),
            ("a", None, "stop-first", None),
        ),
    ),
    "three rules that are off": (
        {"compose.yml": stack(service("a", SAFE)), "rollout-lint.toml": 'disable = ["RL001", "RL002", "RL003"]\n'},
        Row(
            "safe",
            "safe; 3 rules not judged",
            (
                "a: rollback (compose.yml:2), stop-first (compose.yml:2)",
                "not judged, for a config switches it off: RL001, RL002, RL003",
                NO_RESULT,
            ),
            ("a", "rollback", "stop-first", None),
        ),
    ),
    "a rule that is off where another tells a risk": (
        {"compose.yml": stack(service("a", RISKY)), "rollout-lint.toml": 'disable = ["RL003"]\n'},
        Row("latent-medium", "latent, medium", (RL001, UNKNOWN_MEMORY, NO_RESULT)),
    ),
    "a risk that is silenced": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "rollout-lint.toml": '[[ignore]]\nrule = "RL001"\nuntil = "2027-01-31"\nreason = "known"\n',
        },
        Row(
            "not-at-risk",
            "not at risk; RL001 silenced",
            (RL001, "RL001 is silenced until 2027-01-31: known", NO_RESULT),
        ),
    ),
    "a silenced risk beside one that is told": (
        {
            "compose.yml": stack(service("a", RISKY), service("b", RISKY)),
            "rollout-lint.toml": '[[ignore]]\nrule = "RL001"\nservice = "b"\nreason = "known"\n',
        },
        Row("latent-medium", "latent, medium", (RL001, UNKNOWN_MEMORY, "RL001 is silenced: known", NO_RESULT)),
    ),
    "a silenced risk beside a service that is safe": (
        {
            "compose.yml": stack(service("a", RISKY), service("b", SAFE)),
            "rollout-lint.toml": '[[ignore]]\nrule = "RL001"\nreason = "known"\n',
        },
        Row("safe", "safe; RL001 silenced", (RL001, "RL001 is silenced: known", NO_RESULT)),
    ),
    "two rules of a service that are silenced": (
        {
            "compose.yml": stack(service("a", RISKY, more="")),
            "rollout-lint.toml": '[[ignore]]\nrule = ["RL001", "RL015"]\nreason = "known"\n',
        },
        Row(
            "not-at-risk",
            "not at risk; RL001, RL015 silenced",
            (
                RL001,
                f"RL015 a {HARDLY_WATCHED} (compose.yml:2)",
                "RL001 is silenced: known",
                "RL015 is silenced: known",
                NO_RESULT,
            ),
        ),
    ),
    "a silenced risk that failed": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "rollout-lint.toml": '[[ignore]]\nrule = "RL001"\nreason = "known"\n',
            "../fleet.yml": known(results("date: 2026-01-01, upgrade: fail")),
        },
        Row(
            "failing",
            "failing: the newest upgrade failed",
            ("upgrade fail on 2026-01-01 (170 days old)", RL001, "RL001 is silenced: known"),
        ),
    ),
    "a silenced risk and a rule that is off": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "rollout-lint.toml": 'disable = ["RL003"]\n[[ignore]]\nrule = "RL001"\nreason = "known"\n',
        },
        Row(
            "not-at-risk",
            "not at risk; RL001 silenced; RL003 not judged",
            (RL001, "RL001 is silenced: known", "not judged, for a config switches it off: RL003", NO_RESULT),
        ),
    ),
    "a silenced risk that an overlay repairs": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "compose.ccci.yml": order("stop-first"),
            "rollout-lint.toml": '[[ignore]]\nrule = "RL001"\nreason = "known"\n',
        },
        Row(
            "not-at-risk",
            "not at risk; RL001 silenced",
            (RL001, "RL001 is silenced: known", NO_RESULT),
            ("a", "rollback", "start-first", "compose.ccci.yml"),
        ),
    ),
}


def row(run: Run, write: Write, files: dict[str, str]) -> Any:
    placed: dict[str, str | bytes] = {
        name.removeprefix("../") if name.startswith("../") else f"r/{name}": text for name, text in files.items()
    }
    ran = run("sweep", write(placed), "--format", "json")
    [found] = ran.json["recipes"]
    return found


@pytest.mark.parametrize("case", CASES)
def test_a_row(run: Run, write: Write, case: str) -> None:
    files, expected = CASES[case]
    found = row(run, write, files)
    risk = found["risk"]
    about = (found["service"], found["failure_action"], found["order"], found["overlay"])
    assert Row(risk["level"], risk["text"], tuple(risk["because"]), about) == expected


def test_a_recipe_of_which_nothing_was_found_says_so() -> None:
    verdict = judge(Evaluation(Recipe("r", "r"), NOT_EVALUATED), Evidence(), Known())
    assert (verdict.risk.text, verdict.risk.because) == ("not evaluated", ["no stack file could be read"])


SERVICES: dict[str, tuple[dict[str, str], list[tuple[str, ...]]]] = {
    "each by itself, with what the overlay makes of its policy": (
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
            ("d", "rollback", "start-first", "—", "latent, medium"),
            ("a", "rollback", "start-first", "monitor: 90s, order: stop-first", "fixed in CI only; latent as shipped"),
            ("b", "rollback", "stop-first", "—", "SAFE"),
            ("c", "—", "—", "—", "not at risk"),
            ("e", "—", "—", "—", "not at risk"),
        ],
    ),
    "the stack itself, and what is silenced": (
        {
            "compose.yml": stack(
                service("a", RISKY, more=f'{HEALTHY}, ports: ["80:1"]'), service("b", SAFE, more='ports: ["80:2"]')
            ),
            "rollout-lint.toml": '[[ignore]]\nrule = "RL001"\nreason = "known"\n',
        },
        [
            ("(the stack)", "—", "—", "—", "blocked: the next update cannot complete"),
            ("b", "rollback", "stop-first", "—", "latent, medium"),
            ("a", "rollback", "start-first", "—", "not at risk; RL001 silenced"),
        ],
    ),
    "what is not judged": (
        {
            "compose.yml": stack(service("a", RISKY), service("b")),
            "rollout-lint.toml": 'disable = ["RL001", "RL003"]\n',
        },
        [
            ("a", "rollback", "start-first", "—", "safe; RL001 and RL003 not judged"),
            ("b", "—", "—", "—", "not at risk; RL001 and RL003 not judged"),
        ],
    ),
}


@pytest.mark.parametrize("case", SERVICES)
def test_the_services(run: Run, write: Write, case: str) -> None:
    files, expected = SERVICES[case]
    ran = run("sweep", write({f"r/{name}": text for name, text in files.items()}), "--services", "--format", "csv")
    rows = list(csv.reader(io.StringIO(ran.stdout)))
    assert [tuple(row[1:6]) for row in rows[1:]] == expected


def test_the_services_stand_in_the_order_of_the_files(run: Run, write: Write) -> None:
    files = {"compose.yml": stack(service("b"), service("a")), "compose.ccci.yml": stack(service("A"), service("b"))}
    services = row(run, write, files)["services"]
    assert [each["service"] for each in services] == ["b", "a", "A"]


def test_the_rules_of_a_service_are_those_with_findings(run: Run, write: Write) -> None:
    files = {
        "compose.yml": stack(service("a", RISKY), service("b", RISKY, more="")),
        "compose.ccci.yml": order("stop-first"),
    }
    found = row(run, write, files)
    assert [each["rules"] for each in found["services"]] == [["RL001"], ["RL001", "RL009", "RL015"]]
    assert found["rules"] == ["RL001", "RL009", "RL015"]
