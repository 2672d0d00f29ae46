"""Builders of recipes with a risk, and recipes with the expected risk level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.conftest import Run, Write

HEALTHY = "healthcheck: {test: curl -f http://localhost/}"
RISKY = "failure_action: rollback, order: start-first"
SAFE = "failure_action: rollback, order: stop-first"


def service(name: str, update: str = "", deploy: str = "", more: str = HEALTHY) -> str:
    blocks = [f"update_config: {{{update}}}"] * bool(update) + [deploy] * bool(deploy)
    keys = ["image: example/app", *[more] * bool(more), *[f"deploy: {{{', '.join(blocks)}}}"] * bool(blocks)]
    return f"  {name}: {{{', '.join(keys)}}}\n"


def stack(*services: str) -> str:
    return f"services:\n{''.join(services)}"


def order(value: str, name: str = "a") -> str:
    return f"services: {{{name}: {{deploy: {{update_config: {{order: {value}}}}}}}}}\n"


def manifest(*entry: str) -> str:
    return "\n".join(("version: 1", "recipes:", "  - path: r", *(f"    {line}" for line in entry), ""))


def results(*upgrades: str) -> str:
    return f"results: [{', '.join(f'{{{each}}}' for each in upgrades)}]"


BLOCKED = service(
    "a", "order: start-first", "mode: global", f"{HEALTHY}, ports: [{{target: 1, published: 1, mode: host}}]"
)


BROKEN = "services: {a: {deploy: []}}\n"
TEMPLATE = "services:\n{% if x %}\n  a: {image: b}\n{% endif %}\n"


@dataclass(frozen=True)
class Row:
    """Expected level of a recipe; `main` is its service, failure_action, order and overlay."""

    level: str
    main: tuple[str | None, str | None, str | None, str | None] = ("a", "rollback", "start-first", None)


NOTHING = (None, None, None, None)
CASES: dict[str, tuple[dict[str, str], Row]] = {
    "two-safe-services": (
        {"compose.yml": stack(service("a", "failure_action: rollback"), service("b", SAFE))},
        Row("safe", ("b", "rollback", "stop-first", None)),
    ),
    "two-services-without-risk": (
        {
            "compose.yml": stack(
                service("a", "order: stop-first"), service("b", "failure_action: pause, order: stop-first")
            )
        },
        Row("not-at-risk", ("b", "pause", "stop-first", None)),
    ),
    "rollback-before-pause": (
        {
            "compose.yml": stack(
                service("a", "failure_action: pause, order: stop-first"), service("b", "failure_action: rollback")
            )
        },
        Row("safe", ("b", "rollback", None, None)),
    ),
    "no-policy": (
        {"compose.yml": stack(service("a"))},
        Row("not-at-risk", NOTHING),
    ),
    "worst-service-first": (
        {"compose.yml": stack(service("b", SAFE), service("c", RISKY), BLOCKED)},
        Row("blocked", ("a", None, "start-first", None)),
    ),
    "stack-at-risk": (
        {"compose.yml": stack(service("a", more='ports: ["80:1"]'), service("b", more='ports: ["80:2"]'))},
        Row("blocked", NOTHING),
    ),
    "service-below-stack": (
        {
            "compose.yml": stack(
                service("b", more='ports: ["80:1"]'), service("a", RISKY, more=f'{HEALTHY}, ports: ["80:2"]')
            )
        },
        Row("blocked"),
    ),
    "broken-yaml": (
        {"compose.yml": "services: ["},
        Row("not-evaluated", NOTHING),
    ),
    "template": (
        {"compose.yml": TEMPLATE},
        Row("not-evaluated", NOTHING),
    ),
    "broken-overlay": (
        {"compose.yml": stack(service("a", RISKY)), "compose.ccci.yml": BROKEN},
        Row("latent-medium", ("a", "rollback", "start-first", "compose.ccci.yml")),
    ),
    "template-overlay": (
        {"compose.yml": stack(BLOCKED), "compose.ccci.yml": TEMPLATE},
        Row("blocked", ("a", None, "start-first", "compose.ccci.yml")),
    ),
    "broken-overlay-on-safe": (
        {"compose.yml": stack(service("a", SAFE)), "compose.ccci.yml": BROKEN},
        Row("safe", ("a", "rollback", "stop-first", "compose.ccci.yml")),
    ),
    "broken-overlay-on-nothing": (
        {"compose.yml": stack(service("a")), "compose.ccci.yml": BROKEN},
        Row("not-at-risk", (None, None, None, "compose.ccci.yml")),
    ),
    "broken-overlay-that-fixes": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "compose.ccci.yml": "services: {a: {deploy: {update_config: {order: stop-first}}, no: such}}\n",
        },
        Row("latent-medium", ("a", "rollback", "start-first", "compose.ccci.yml")),
    ),
    "broken-overlay-beside-fix": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "compose.ccci.yml": order("stop-first"),
            "compose.other.yml": BROKEN,
            "../rollout-lint.toml": 'overlays = ["compose.ccci.yml", "compose.other.yml"]\n',
        },
        Row("latent-medium", ("a", "rollback", "start-first", "compose.ccci.yml")),
    ),
    "broken-overlay-and-failed": (
        {
            "compose.yml": stack(service("a", SAFE)),
            "compose.ccci.yml": BROKEN,
            "../fleet.yml": manifest(results("date: 2026-01-01, upgrade: fail")),
        },
        Row("failing", ("a", "rollback", "stop-first", "compose.ccci.yml")),
    ),
    "broken-overlay-and-rule-off": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "compose.ccci.yml": BROKEN,
            "rollout-lint.toml": 'disable = ["RL001"]\n',
        },
        Row("safe", ("a", "rollback", "start-first", "compose.ccci.yml")),
    ),
    "broken-overlay-and-suppressed": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "compose.ccci.yml": BROKEN,
            "rollout-lint.toml": '[[ignore]]\nrule = "RL001"\nreason = "known"\n',
        },
        Row("not-at-risk", ("a", "rollback", "start-first", "compose.ccci.yml")),
    ),
    "service-only-in-broken-overlay": (
        {
            "compose.yml": stack(service("a", SAFE)),
            "compose.ccci.yml": stack(service("b", RISKY), "  c: {no: such}\n"),
        },
        Row("safe", ("a", "rollback", "stop-first", "compose.ccci.yml")),
    ),
    "broken-option": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "compose.ha.yml": BROKEN,
            ".env.sample": "#COMPOSE_FILE=$COMPOSE_FILE:compose.ha.yml\n",
        },
        Row("latent-medium"),
    ),
    "broken-option-on-safe": (
        {
            "compose.yml": stack(service("a", SAFE)),
            "compose.ha.yml": BROKEN,
            ".env.sample": "#COMPOSE_FILE=$COMPOSE_FILE:compose.ha.yml\n",
        },
        Row("not-evaluated", ("a", "rollback", "stop-first", None)),
    ),
    "broken-option-and-fix": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "compose.ha.yml": BROKEN,
            ".env.sample": "#COMPOSE_FILE=$COMPOSE_FILE:compose.ha.yml\n",
            "compose.ccci.yml": order("stop-first"),
        },
        Row("latent-medium", ("a", "rollback", "start-first", "compose.ccci.yml")),
    ),
    "broken-default": (
        {
            "compose.yml": stack(service("a", RISKY), "  b: {no: such}\n"),
            "compose.alt.yml": stack(service("c", RISKY), service("d", SAFE)),
            ".env.sample": "#COMPOSE_FILE=compose.alt.yml\n",
        },
        Row("not-evaluated", ("c", "rollback", "start-first", None)),
    ),
    "broken-default-and-safe-option": (
        {
            "compose.yml": stack(service("a", RISKY), "  b: {no: such}\n"),
            "compose.alt.yml": stack(service("c", SAFE)),
            ".env.sample": "#COMPOSE_FILE=compose.alt.yml\n",
        },
        Row("not-evaluated", ("c", "rollback", "stop-first", None)),
    ),
    "partly-read": (
        {"compose.yml": stack(service("a", RISKY), "  b: {no: such}\n")},
        Row("not-evaluated", NOTHING),
    ),
    "missing-option": (
        {"compose.yml": stack(service("a", RISKY)), ".env.sample": "#COMPOSE_FILE=gone.yml\n"},
        Row("not-evaluated"),
    ),
    "not-a-stack": (
        {"stack.yml": "functions: {a: b}\n", "../fleet.yml": manifest()},
        Row("not-evaluated", NOTHING),
    ),
    "failed": (
        {
            "compose.yml": stack(service("a", SAFE)),
            "../fleet.yml": manifest(results("date: 2026-01-01, upgrade: fail")),
        },
        Row("failing", ("a", "rollback", "stop-first", None)),
    ),
    "rolled-back-as-expected": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "../fleet.yml": manifest("expect: rolled-back", results("date: 2026-01-01, upgrade: rolled-back")),
        },
        Row("failing"),
    ),
    "failed-not-rolled-back": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "../fleet.yml": manifest("expect: rolled-back", results("date: 2026-01-01, upgrade: fail")),
        },
        Row("failing"),
    ),
    "passed-not-rolled-back": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "../fleet.yml": manifest("expect: rolled-back", results("date: 2026-01-01, upgrade: pass")),
        },
        Row("latent-medium"),
    ),
    "failed-after-pass": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "../fleet.yml": manifest(results("date: 2026-01-01, upgrade: pass", "date: 2026-01-02, upgrade: fail")),
        },
        Row("failing"),
    ),
    "failed-before-levels": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "../fleet.yml": manifest(
                results("date: 2026-01-01, upgrade: fail", "date: 2026-01-02, level: 3", "date: 2026-01-03, level: 4")
            ),
        },
        Row("failing"),
    ),
    "blocked-and-failed": (
        {"compose.yml": stack(BLOCKED), "../fleet.yml": manifest(results("date: 2026-01-01, upgrade: fail"))},
        Row("blocked", ("a", None, "start-first", None)),
    ),
    "five-results": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "../fleet.yml": manifest(results(*(f"date: 2026-01-0{day}, upgrade: pass" for day in range(1, 6)))),
        },
        Row("latent-medium"),
    ),
    "seven-results": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "../fleet.yml": manifest(results(*(f"date: 2026-01-0{day}, upgrade: pass" for day in range(1, 8)))),
        },
        Row("latent-medium"),
    ),
    "intermittent": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "../fleet.yml": manifest(
                results("date: 2026-01-01, ref: abc, upgrade: fail", "date: 2026-01-02, ref: abc, upgrade: pass")
            ),
        },
        Row("latent-medium"),
    ),
    "no-upgrade-tests": (
        {"compose.yml": stack(service("a", RISKY)), "../fleet.yml": manifest("upgrade_tests: false")},
        Row("latent-unexposed"),
    ),
    "blocked-without-upgrade-tests": (
        {"compose.yml": stack(BLOCKED), "../fleet.yml": manifest("upgrade_tests: false")},
        Row("blocked", ("a", None, "start-first", None)),
    ),
    "measured-memory": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "../fleet.yml": "hosts: {memory: 8G}\n" + manifest("memory: 5G", "note: a heavy one"),
        },
        Row("latent-high"),
    ),
    "known-runtime": (
        {"compose.yml": stack(service("a", RISKY)), "../fleet.yml": manifest("runtime: Rails")},
        Row("latent-high"),
    ),
    "medium-runtime-unknown-host": (
        {"compose.yml": stack(service("a", RISKY)), "../fleet.yml": manifest("runtime: JVM")},
        Row("latent-medium"),
    ),
    "medium-runtime-large-host": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "../fleet.yml": "hosts: {memory: 8G}\n" + manifest("runtime: JVM", "note: lighter than Rails"),
        },
        Row("latent-low"),
    ),
    "medium-runtime-small-host": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "../fleet.yml": "hosts: {memory: 2G}\n" + manifest("runtime: JVM"),
        },
        Row("latent-high"),
    ),
    "assumption": (
        {"compose.yml": stack(service("a", "failure_action: continue, order: start-first", more=""))},
        Row("latent-high", ("a", "continue", "start-first", None)),
    ),
    "fixed-by-overlay": (
        {"compose.yml": stack(service("a", RISKY)), "compose.ccci.yml": order("stop-first")},
        Row("mitigated", ("a", "rollback", "start-first", "compose.ccci.yml")),
    ),
    "fixed-by-two-overlays": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "compose.ccci.yml": order("stop-first"),
            "compose.other.yml": order("stop-first"),
            "../rollout-lint.toml": 'overlays = ["compose.ccci.yml", "compose.other.yml"]\n',
        },
        Row("mitigated", ("a", "rollback", "start-first", "compose.ccci.yml")),
    ),
    "blocked-fixed-by-overlay": (
        {"compose.yml": stack(BLOCKED), "compose.ccci.yml": order("stop-first")},
        Row("mitigated", ("a", None, "start-first", "compose.ccci.yml")),
    ),
    "one-of-two-fixed-by-overlay": (
        {"compose.yml": stack(service("a", RISKY), service("b", RISKY)), "compose.ccci.yml": order("stop-first")},
        Row("latent-medium", ("b", "rollback", "start-first", "compose.ccci.yml")),
    ),
    "risk-from-overlay": (
        {"compose.yml": stack(service("a", SAFE)), "compose.ccci.yml": order("start-first")},
        Row("latent-medium", ("a", "rollback", "stop-first", "compose.ccci.yml")),
    ),
    "service-from-overlay": (
        {"compose.yml": stack(service("b", SAFE)), "compose.ccci.yml": stack(service("a", RISKY))},
        Row("latent-medium", ("a", None, None, "compose.ccci.yml")),
    ),
    "overlay-without-effect": (
        {"compose.yml": stack(service("a", RISKY)), "compose.ccci.yml": "services: {a: {hostname: x}}\n"},
        Row("latent-medium", ("a", "rollback", "start-first", "compose.ccci.yml")),
    ),
    "option-outside-overlay": (
        {
            "compose.yml": stack(service("a", SAFE)),
            "compose.ha.yml": order("start-first"),
            ".env.sample": "#COMPOSE_FILE=$COMPOSE_FILE:compose.ha.yml\n",
            "compose.ccci.yml": order("stop-first"),
        },
        Row("latent-medium", ("a", "rollback", "stop-first", "compose.ccci.yml")),
    ),
    "option-with-more-memory": (
        {
            "compose.yml": stack(service("a", SAFE)),
            "compose.ha.yml": stack(
                "  a: {deploy: {update_config: {order: start-first}, resources: {limits: {memory: 3G}}}}\n"
            ),
            ".env.sample": "#COMPOSE_FILE=$COMPOSE_FILE:compose.ha.yml\n",
            "../fleet.yml": "hosts: {memory: 32G}\n" + manifest(),
        },
        Row("latent-low", ("a", "rollback", "stop-first", None)),
    ),
    "option-of-fixed-risk": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "compose.ha.yml": "services: {a: {hostname: x}}\n",
            ".env.sample": "#COMPOSE_FILE=$COMPOSE_FILE:compose.ha.yml\n",
            "compose.ccci.yml": order("stop-first"),
        },
        Row("mitigated", ("a", "rollback", "start-first", "compose.ccci.yml")),
    ),
    "one-rule-off": (
        {"compose.yml": stack(service("a", RISKY)), "rollout-lint.toml": 'disable = ["RL001"]\n'},
        Row("safe"),
    ),
    "two-rules-off": (
        {
            "compose.yml": stack(service("a", "order: stop-first")),
            "rollout-lint.toml": 'disable = ["RL001", "RL003"]\n',
        },
        Row("not-at-risk", ("a", None, "stop-first", None)),
    ),
    "three-rules-off": (
        {"compose.yml": stack(service("a", SAFE)), "rollout-lint.toml": 'disable = ["RL001", "RL002", "RL003"]\n'},
        Row("safe", ("a", "rollback", "stop-first", None)),
    ),
    "other-rule-off": (
        {"compose.yml": stack(service("a", RISKY)), "rollout-lint.toml": 'disable = ["RL003"]\n'},
        Row("latent-medium"),
    ),
    "suppressed-risk": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "rollout-lint.toml": '[[ignore]]\nrule = "RL001"\nuntil = "2027-01-31"\nreason = "known"\n',
        },
        Row("not-at-risk"),
    ),
    "suppressed-beside-risk": (
        {
            "compose.yml": stack(service("a", RISKY), service("b", RISKY)),
            "rollout-lint.toml": '[[ignore]]\nrule = "RL001"\nservice = "b"\nreason = "known"\n',
        },
        Row("latent-medium"),
    ),
    "suppressed-beside-safe": (
        {
            "compose.yml": stack(service("a", RISKY), service("b", SAFE)),
            "rollout-lint.toml": '[[ignore]]\nrule = "RL001"\nreason = "known"\n',
        },
        Row("safe"),
    ),
    "two-suppressed-rules": (
        {
            "compose.yml": stack(service("a", RISKY, more="")),
            "rollout-lint.toml": '[[ignore]]\nrule = ["RL001", "RL015"]\nreason = "known"\n',
        },
        Row("not-at-risk"),
    ),
    "suppressed-and-failed": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "rollout-lint.toml": '[[ignore]]\nrule = "RL001"\nreason = "known"\n',
            "../fleet.yml": manifest(results("date: 2026-01-01, upgrade: fail")),
        },
        Row("failing"),
    ),
    "suppressed-and-rule-off": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "rollout-lint.toml": 'disable = ["RL003"]\n[[ignore]]\nrule = "RL001"\nreason = "known"\n',
        },
        Row("not-at-risk"),
    ),
    "suppressed-and-fixed-by-overlay": (
        {
            "compose.yml": stack(service("a", RISKY)),
            "compose.ccci.yml": order("stop-first"),
            "rollout-lint.toml": '[[ignore]]\nrule = "RL001"\nreason = "known"\n',
        },
        Row("not-at-risk", ("a", "rollback", "start-first", "compose.ccci.yml")),
    ),
}


def row(run: Run, write: Write, files: dict[str, str]) -> Any:
    paths: dict[str, str | bytes] = {
        name.removeprefix("../") if name.startswith("../") else f"r/{name}": text for name, text in files.items()
    }
    ran = run("sweep", write(paths), "--format", "json")
    [found] = ran.json["recipes"]
    return found
