"""Bad examples of the rules that have a fix, and their configs."""

from __future__ import annotations

import json
from typing import Any

from rollout_lint.rules.loader import load_rules

RULES = {rule.id: rule for rule in load_rules()}
FIXABLE = [rule for rule in RULES.values() if rule.has_fix]


def files_of(example: dict[str, Any]) -> dict[str, str | bytes]:
    """Return the files of an example with its config."""
    return {**example["files"], "rollout-lint.toml": config_for(example)}


def config_for(example: dict[str, Any]) -> str:
    """Return a config with the nodes, hosts, deploys and images of an example."""
    nodes = [f"nodes = {_to_toml(example['nodes'])}"] if "nodes" in example else []
    sections = [
        f"[{name}]\n" + "\n".join(f"{key} = {json.dumps(value)}" for key, value in values.items())
        for name, values in _sections(example)
    ]
    return "\n".join([*nodes, *sections])


def _to_toml(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(key)} = {_to_toml(item)}' for key, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_to_toml, value))}]"
    return json.dumps(value)


def _sections(example: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    sections = [(name, example[name]) for name in ("hosts", "deploys") if name in example]
    return sections + [(f"images.{json.dumps(name)}", each) for name, each in example.get("images", {}).items()]
