"""Plausible but wrong beliefs: no rule reports them.

`tests/swarm/test_beliefs.py` shows on a real engine that the last two are wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Run, Write

HEALTHCHECK = "healthcheck: {test: curl -f http://localhost/, interval: 10s, timeout: 5s, retries: 3, start_period: 2m}"

FALSE_BELIEFS = {
    # Failures before a task is healthy are missed if monitor is shorter than start_period.
    "early-failures-missed": (
        f"{HEALTHCHECK}, deploy: {{update_config: {{failure_action: rollback, monitor: 20s}}}}",
        [],
    ),
    # A monitor of 0s switches monitoring off.
    "zero-monitor": (
        f"{HEALTHCHECK}, deploy: {{update_config: {{failure_action: rollback, monitor: 0s}}}}",
        [],
    ),
    # The default of monitor is 30s, so an explicit 5s is shorter.
    "default-monitor-30s": (
        f"{HEALTHCHECK}, deploy: {{update_config: {{failure_action: rollback, monitor: 5s}}}}",
        [],
    ),
    # Without a healthcheck, the default of monitor is better than an explicit 5s.
    "default-monitor-without-healthcheck": (
        "deploy: {update_config: {failure_action: rollback}}",
        ["RL015 medium"],
    ),
    # A long monitor paces an update without a healthcheck.
    "long-monitor-paces": (
        "deploy: {replicas: 3, update_config: {failure_action: rollback, monitor: 5m}}",
        ["RL019 medium"],
    ),
    # Only a healthcheck paces an update, not a delay.
    "delay-paces": (
        "deploy: {replicas: 3, update_config: {failure_action: rollback, monitor: 30s, delay: 30s}}",
        [],
    ),
    # rollback_config inherits start-first from update_config.
    "rollback-inherits-start-first": (
        (
            "ports: [{target: 80, published: 80, mode: host}], "
            f"{HEALTHCHECK}, deploy: {{mode: global, update_config: {{order: start-first}}, rollback_config: {{}}}}"
        ),
        ["RL003 high", "RL011 low superseded by RL003"],
    ),
    # start-first does not apply to a global service.
    "global-ignores-start-first": (
        (
            f"{HEALTHCHECK}, deploy: {{mode: global, placement: {{max_replicas_per_node: 1}}, "
            "update_config: {order: start-first}}"
        ),
        ["RL004 high", "RL011 low superseded by RL004"],
    ),
    # A max_failure_ratio of 0.5 stops an update of two replicas at the first failure.
    "ratio-of-two-replicas": (
        f"{HEALTHCHECK}, deploy: {{replicas: 2, update_config: {{order: start-first, max_failure_ratio: 0.5}}}}",
        ["RL011 low", "RL012 medium"],
    ),
    # Without restarts, no failure is detected.
    "no-restarts": (
        f"{HEALTHCHECK}, deploy: {{restart_policy: {{max_attempts: 0}}, update_config: {{failure_action: rollback}}}}",
        [],
    ),
    # A task that exits with 0 did not fail.
    "exit-zero-is-success": (
        f"{HEALTHCHECK}, deploy: {{restart_policy: {{condition: none}}, update_config: {{failure_action: rollback}}}}",
        ["RL020 medium"],
    ),
    # A start-first update cannot use a port of the ingress network twice.
    "ingress-port-blocks": (
        f"ports: ['80:80'], {HEALTHCHECK}, deploy: {{update_config: {{order: start-first, failure_action: continue}}}}",
        ["RL010 high"],
    ),
    # A host port that Docker chooses blocks a start-first update.
    "chosen-host-port-blocks": (
        f"ports: [{{target: 80, mode: host}}], {HEALTHCHECK}, deploy: {{update_config: {{order: start-first}}}}",
        ["RL011 low"],
    ),
    # A start-first update needs twice the memory limit to be scheduled.
    "limit-is-reserved": (
        (
            f"{HEALTHCHECK}, deploy: {{placement: {{constraints: [node.hostname == one]}}, "
            "resources: {limits: {memory: 60G}}, update_config: {order: start-first}}"
        ),
        ["RL011 low"],
    ),
    # The daemon rejects a negative monitor in rollback_config.
    "negative-rollback-monitor": (
        f"{HEALTHCHECK}, deploy: {{rollback_config: {{monitor: -5s}}}}",
        ["RL053 medium"],
    ),
    # The daemon rejects a ratio above 1 in rollback_config.
    "rollback-ratio-above-one": (
        f"{HEALTHCHECK}, deploy: {{rollback_config: {{max_failure_ratio: 2}}}}",
        ["RL052 medium"],
    ),
    # The tag !override replaces a list.
    "override-tag": (
        f"{HEALTHCHECK}, ports: !override ['80:80']",
        ["RL058 high"],
    ),
    # A host port blocks a stop-first update too.
    "host-port-stop-first": (
        (
            "ports: [{target: 80, published: 80, mode: host}], "
            f"{HEALTHCHECK}, deploy: {{mode: global, update_config: {{order: stop-first, failure_action: rollback}}}}"
        ),
        [],
    ),
    # A long stop_grace_period is a failure of a stop-first update.
    "long-stop-grace-period": (
        f"{HEALTHCHECK}, stop_grace_period: 50s, deploy: {{update_config: {{failure_action: rollback}}}}",
        [],
    ),
    # Replicas on one volume need stop-first.
    "shared-volume-replicas": (
        f"{HEALTHCHECK}, volumes: ['data:/data'], deploy: {{replicas: 3, update_config: {{order: start-first}}}}",
        ["RL011 low"],
    ),
    # A rollback fails the job that deployed, so it needs no rule of its own with stop-first.
    "rollback-fails-the-deploy": (
        f"{HEALTHCHECK}, deploy: {{update_config: {{failure_action: rollback, order: stop-first}}}}",
        [],
    ),
    # update_config monitors the first deploy, so a service without one needs it.
    "first-deploy-is-monitored": (
        f"{HEALTHCHECK}, deploy: {{replicas: 2}}",
        [],
    ),
}


@pytest.mark.parametrize("belief", FALSE_BELIEFS)
def test_no_rule_reports_a_false_belief(run: Run, write: Write, belief: str) -> None:
    service, expected = FALSE_BELIEFS[belief]
    volumes = "volumes: {data: }\n" if "data:/data" in service else ""
    folder = write({"compose.yml": f"services: {{a: {{image: example/app:1, {service}}}}}\n{volumes}"})
    [recipe] = run("check", folder, "--format", "json").json["recipes"]
    assert recipe["problems"] == []
    assert sorted(map(describe, recipe["findings"])) == expected


def describe(finding: dict[str, str]) -> str:
    superseded = finding["superseded_by"]
    return f"{finding['rule']} {finding['severity']}" + (f" superseded by {superseded}" if superseded else "")
