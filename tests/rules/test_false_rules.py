"""Beliefs that are plausible and wrong: nothing fires on them, or what fires says how it really is.

That the last two are wrong is shown in `tests/swarm/test_beliefs.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Run, Write

HEALTHCHECK = "healthcheck: {test: curl -f http://localhost/, interval: 10s, timeout: 5s, retries: 3, start_period: 2m}"

FALSE = {
    "failures before a task is healthy are missed where monitor is shorter than start_period": (
        f"{HEALTHCHECK}, deploy: {{update_config: {{failure_action: rollback, monitor: 20s}}}}",
        [],
    ),
    "a monitor of 0s switches the watching off": (
        f"{HEALTHCHECK}, deploy: {{update_config: {{failure_action: rollback, monitor: 0s}}}}",
        [],
    ),
    "the default of monitor is 30s, so five seconds written out are less": (
        f"{HEALTHCHECK}, deploy: {{update_config: {{failure_action: rollback, monitor: 5s}}}}",
        [],
    ),
    "and without a healthcheck the default is no better than 5s written out": (
        "deploy: {update_config: {failure_action: rollback}}",
        ["RL015 medium"],
    ),
    "monitor paces an update, so a long one is enough without a healthcheck": (
        "deploy: {replicas: 3, update_config: {failure_action: rollback, monitor: 5m}}",
        ["RL019 medium"],
    ),
    "a delay paces it, as a healthcheck does": (
        "deploy: {replicas: 3, update_config: {failure_action: rollback, monitor: 30s, delay: 30s}}",
        [],
    ),
    "rollback_config takes start-first over from update_config": (
        (
            "ports: [{target: 80, published: 80, mode: host}], "
            f"{HEALTHCHECK}, deploy: {{mode: global, update_config: {{order: start-first}}, rollback_config: {{}}}}"
        ),
        ["RL003 high", "RL011 low superseded by RL003"],
    ),
    "start-first does not apply to a global service": (
        (
            f"{HEALTHCHECK}, deploy: {{mode: global, placement: {{max_replicas_per_node: 1}}, "
            "update_config: {order: start-first}}"
        ),
        ["RL004 high", "RL011 low superseded by RL004"],
    ),
    "a max_failure_ratio of 0.5 stops an update of two replicas at the first failure": (
        f"{HEALTHCHECK}, deploy: {{replicas: 2, update_config: {{order: start-first, max_failure_ratio: 0.5}}}}",
        ["RL011 low", "RL012 medium"],
    ),
    "without restarts no failure is detected": (
        f"{HEALTHCHECK}, deploy: {{restart_policy: {{max_attempts: 0}}, update_config: {{failure_action: rollback}}}}",
        [],
    ),
    "a task that ends with 0 has not failed": (
        f"{HEALTHCHECK}, deploy: {{restart_policy: {{condition: none}}, update_config: {{failure_action: rollback}}}}",
        ["RL020 medium"],
    ),
    "start-first cannot have a port of the ingress network twice": (
        f"ports: ['80:80'], {HEALTHCHECK}, deploy: {{update_config: {{order: start-first, failure_action: continue}}}}",
        ["RL010 high"],
    ),
    "a host port that Docker chooses is in the way of start-first": (
        f"ports: [{{target: 80, mode: host}}], {HEALTHCHECK}, deploy: {{update_config: {{order: start-first}}}}",
        ["RL011 low"],
    ),
    "start-first needs the limit of memory twice to be scheduled": (
        (
            f"{HEALTHCHECK}, deploy: {{placement: {{constraints: [node.hostname == one]}}, "
            "resources: {limits: {memory: 60G}}, update_config: {order: start-first}}"
        ),
        ["RL011 low"],
    ),
    "the engine refuses a negative monitor in rollback_config": (
        f"{HEALTHCHECK}, deploy: {{rollback_config: {{monitor: -5s}}}}",
        ["RL053 medium"],
    ),
    "the engine refuses a ratio above 1 in rollback_config": (
        f"{HEALTHCHECK}, deploy: {{rollback_config: {{max_failure_ratio: 2}}}}",
        ["RL052 medium"],
    ),
    "!override replaces a list": (
        f"{HEALTHCHECK}, ports: !override ['80:80']",
        ["RL058 high"],
    ),
    "a host port hangs a stop-first update too": (
        (
            "ports: [{target: 80, published: 80, mode: host}], "
            f"{HEALTHCHECK}, deploy: {{mode: global, update_config: {{order: stop-first, failure_action: rollback}}}}"
        ),
        [],
    ),
    "a long stop_grace_period is a failure of a stop-first update": (
        f"{HEALTHCHECK}, stop_grace_period: 50s, deploy: {{update_config: {{failure_action: rollback}}}}",
        [],
    ),
    "replicas on one volume need stop-first": (
        f"{HEALTHCHECK}, volumes: ['data:/data'], deploy: {{replicas: 3, update_config: {{order: start-first}}}}",
        ["RL011 low"],
    ),
    "a rollback fails the job that deployed, so it needs no rule of its own with stop-first": (
        f"{HEALTHCHECK}, deploy: {{update_config: {{failure_action: rollback, order: stop-first}}}}",
        [],
    ),
    "update_config is there to watch the first deploy, so a service without one needs it": (
        f"{HEALTHCHECK}, deploy: {{replicas: 2}}",
        [],
    ),
}


@pytest.mark.parametrize("belief", FALSE)
def test_nothing_is_found_that_is_not_so(run: Run, write: Write, belief: str) -> None:
    service, told = FALSE[belief]
    volumes = "volumes: {data: }\n" if "data:/data" in service else ""
    folder = write({"compose.yml": f"services: {{a: {{image: example/app:1, {service}}}}}\n{volumes}"})
    [recipe] = run("check", folder, "--format", "json").json["recipes"]
    assert recipe["problems"] == []
    assert sorted(map(in_words, recipe["findings"])) == told


def in_words(finding: dict[str, str]) -> str:
    superseded = finding["superseded_by"]
    return f"{finding['rule']} {finding['severity']}" + (f" superseded by {superseded}" if superseded else "")
