"""Conditions of rules in words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from rollout_lint.facts.format import format_fact
from rollout_lint.facts.model import Fact
from rollout_lint.report.rules.sentences import fill_service_placeholder, join_words

if TYPE_CHECKING:
    from rollout_lint.rules.condition import Condition
    from rollout_lint.rules.model import Conditions, Rule, Severity

_BOUNDS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
}
"""Words for the keywords that compare numbers."""

_IN_POLICY = r'{"contains": {"pattern": "^deploy\\.(update|rollback)_config\\."}}'
_NOT_IN_UPDATE_CONFIG = r'{"not": {"contains": {"pattern": "^deploy\\.update_config\\."}}}'

PHRASES = {
    "derived.all_at_once is true": "an update replaces all tasks at the same time, at least two",
    "derived.all_replaced_after is at least 5s": "the last tasks are replaced at least 5s after the first",
    "derived.batches is at least 2": "an update has at least 2 steps",
    "derived.delay_exceeds_monitor is true": "delay is longer than monitor",
    "derived.deploys_verified is true": "the config sets deploys.verified",
    "derived.ends_by_itself is true": "the tasks are meant to end",
    "derived.exclusive_store is any string": "the image locks its data in a writable volume",
    "derived.has_healthcheck is false": "the service has no healthcheck",
    "derived.has_healthcheck is true": "the service has a healthcheck",
    "derived.has_restart_policy is false": "deploy.restart_policy is not set",
    "derived.has_update_config is true": "update_config is set",
    "derived.healthcheck_test_layers has at least 2 items": "two files set healthcheck.test",
    "derived.ignored_modifiers is not empty": "a value has the tag !reset or !override",
    "derived.ignored_zeros is not empty": "an overlay sets a value to zero, empty or false",
    f"derived.ignored_zeros is {_IN_POLICY}": "the value is in update_config or rollback_config",
    "derived.in_first_layer is false": "the first file does not have the service",
    "derived.is_for_swarm is true": "a service of the stack has a deploy block",
    "derived.lacks_image is true": "no file sets the image of the service",
    "derived.last_watch is at most 5s": "Swarm monitors the last task for at most 5s",
    "derived.lost_ports is not empty": "two ports have the same published number, and an overlay names the service",
    "derived.memory_is_bounded is true": "the memory of a task is limited, reserved or measured",
    "derived.monitor_ends_before_last_start is true": "the last task may start later than monitor allows",
    "derived.negative_times is not empty": "delay or monitor is negative",
    f"derived.negative_times is {_NOT_IN_UPDATE_CONFIG}": "only rollback_config has a negative value",
    "derived.on_host_network is true": "the service is on the host network",
    "derived.only_built is true": "the service has build, and no service of the stack has a deploy block",
    "derived.out_of_range_ratios is not empty": "max_failure_ratio is below 0 or above 1",
    f"derived.out_of_range_ratios is {_NOT_IN_UPDATE_CONFIG}": "only the ratio in rollback_config is out of range",
    "derived.paced is false": "all tasks are replaced before monitor ends",
    "derived.refused_by_deploy is not empty": "docker stack deploy rejects the service",
    "derived.refused_by_engine is not empty": "the daemon rejects the service",
    "derived.rollback_all_at_once is true": "a rollback replaces all tasks at the same time, at least two",
    "derived.room_for_host_port is none": "no node has the host port free",
    "derived.room_for_host_port is none or unknown": "no node is known to have the host port free",
    "derived.room_for_host_port is unknown": "it is unknown whether a node has the host port free",
    "derived.room_for_reservation is none or unknown": "no host is known to have room for one more reservation",
    "derived.room_for_reservation is unknown": "it is unknown whether a host has room for one more reservation",
    "derived.room_for_update is enough": "the hosts have enough memory for old and new tasks together",
    "derived.room_for_update is enough or unknown": "the hosts are not known to have too little memory",
    "derived.room_for_update is none": "the hosts have too little memory for old and new tasks together",
    "derived.room_under_max_replicas is none": "max_replicas_per_node leaves no room for one more task",
    "derived.room_under_max_replicas is none or unknown": "max_replicas_per_node may leave no room for one more task",
    "derived.room_under_max_replicas is unknown": "the number of nodes is unknown",
    "derived.shared_volume is any string": "all tasks can write to the same volume or bind mount",
    "derived.single_writer is true": "one task at a time uses a volume",
    "derived.singleton is any string": "the service is a scheduler that must run only once",
    "derived.stated_failure_action is any null": "failure_action is not set",
    "derived.stated_failure_action is pause or rollback": "failure_action is set to pause or rollback",
    "derived.states_a_policy is true": "update_config or rollback_config is set",
    "derived.swallowed_text is not empty": "text follows a variable without braces, after a dash or a question mark",
    "derived.tasks is 1": "one task runs",
    "derived.tasks is at least 2": "two or more tasks run",
    "derived.tolerated_failures is at least 1": "max_failure_ratio tolerates a failed task",
    "derived.unknown_failure_actions is not empty": "failure_action is not pause, continue or rollback",
    "ignore.ended is any string": "the last day of the suppression is over",
    "ignore.idle is not empty": "a rule of the comment has no finding to suppress",
    "ignore.refused is any string": "the comment is invalid",
    "stack.contested_ports is not empty": "two services publish the same port",
    "stack.dropped_services is not empty": "a second document of a file has services",
    "stack.replaced_resources is not empty": "a later file has a network, volume, config or secret of the same name",
    "stack.versions has at least 2 items": "the files set different versions",
}
"""Words for conditions on derived facts. Other conditions are described with the name of the fact."""


class SeverityDescription(NamedTuple):
    """A severity of a rule, its conditions in words, and the assumption behind it."""

    severity: Severity
    conditions: str
    assumes: str | None


def describe_severities(rule: Rule) -> list[SeverityDescription]:
    """Return the severities of a rule with their conditions. Those of a grade apply in addition to the rule's own."""
    own = SeverityDescription(rule.severity, f"if {describe_conditions(rule.when)}", _fill(rule.assumes))
    return [
        own,
        *(
            SeverityDescription(grade.severity, f"if also {describe_conditions(grade.when)}", _fill(grade.assumes))
            for grade in rule.grades
        ),
    ]


def describe_conditions(conditions: Conditions) -> str:
    """Return all conditions in words."""
    return join_words([describe_condition(path, condition) for path, condition in conditions.items()])


def _fill(assumes: str | None) -> str | None:
    return None if assumes is None else fill_service_placeholder(assumes)


def describe_condition(path: str, condition: Condition) -> str:
    """Return a condition in words, with its schema if that is too complex."""
    plain = f"{path} {_describe_schema(path, condition.schema)}"
    return PHRASES.get(plain, plain)


def _describe_schema(path: str, schema: dict[str, Any]) -> str:
    match schema:
        case {"const": value, **others} if not others:
            return f"is {_format_value(path, value)}"
        case {"not": {"const": value, **others}, **beside} if not others and not beside:
            return f"is not {_format_value(path, value)}"
        case {"absent": bool(absent), **others} if not others:
            return "is not set" if absent else "is set"
        case {"minItems": count, **others} if not others:
            return "is not empty" if count == 1 else f"has at least {count} items"
        case {"type": str(name), **others} if not others:
            return f"is any {name}"
        case {"enum": list(choices), **others} if not others:
            return f"is {' or '.join(_format_value(path, choice) for choice in choices)}"
        case {"minimum": least, "maximum": most, **others} if not others and least == most:
            return f"is {_format_value(path, least)}"
    keyword = next(iter(schema))
    if len(schema) == 1 and keyword in _BOUNDS:
        return f"is {_BOUNDS[keyword]} {_format_value(path, schema[keyword])}"
    return f"is {json.dumps(schema)}"


def _format_value(path: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return json.dumps(value)
    return format_fact(path, Fact(value, default=True))
