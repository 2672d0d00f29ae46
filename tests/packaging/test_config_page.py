"""Config page: its configs are valid, and it documents every key."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from rollout_lint.linter.config_files import SCHEMA

from tests.pages import CONFIG
from tests.rules.own_rule import NAME, OWN_RULE

if TYPE_CHECKING:
    from tests.conftest import Run, Write

TEXT = CONFIG.read_text("utf-8")
BLOCKS = [
    (kind, text)
    for kind, title, text in re.findall(r"^```(toml|yaml)( title=\S+)?\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    if "compose.yml" not in title and not title.startswith((' title="wiki/', ' title="shop/'))  # They show errors.
]
NAMES = {"toml": "rollout-lint.toml", "yaml": ".rollout-lint.yml"}


@pytest.mark.parametrize(("kind", "text"), BLOCKS)
def test_config_page_configs_are_valid(run: Run, write: Write, kind: str, text: str) -> None:
    files = {f"our-rules/{NAME}": OWN_RULE, "demo/legacy/databases/compose.yml": "", "prod.env": "", "stacks/a.yml": ""}
    files["org/rollout-lint.toml"] = "fail-on = 'low'"
    folder = write({NAMES[kind]: text, **files})
    ran = run("config", "--format", "json", folder)
    assert (ran.exit_code, ran.stderr) == (0, "")
    origins = [origin["by"] for each in ran.json["settings"] for origin in [each["origin"]]]
    origins += [origin["by"] for each in ran.json["rules"] for origin in each["origins"].values()]
    assert "config" in origins


def test_config_page_documents_every_key_with_example() -> None:
    document = json.loads(SCHEMA.read_text("utf-8"))
    keys = {*document["properties"], *document["$defs"]["hosts"]["properties"]}
    keys |= set(document["$defs"]["images"]["patternProperties"]["."]["properties"]) | {"paths"}
    keys |= set(document["properties"]["ignore"]["items"]["properties"])
    assert {key for key in keys if f"`{key}`" not in TEXT} == set()
    examples = "\n".join(text for _, text in BLOCKS)
    assert {key for key in keys if not re.search(rf"\b{key}\b", examples)} == set()
