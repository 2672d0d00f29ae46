"""The page about a fleet shows what the program prints, of the fleet that it has itself."""

from __future__ import annotations

import re

from tests.pages import FLEET, commands, refreshed

TEXT = FLEET.read_text("utf-8")


def test_its_sessions_are_what_the_program_prints() -> None:
    assert len(commands(FLEET)) == 5
    assert refreshed(FLEET) == TEXT, "python -m tests.pages"


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", TEXT)
    assert [link for link in links if not (FLEET.parent / link).exists()] == []


def test_it_tells_of_every_key() -> None:
    import json

    from rollout_lint.fleet.checked import SCHEMA

    document = json.loads(SCHEMA.read_text("utf-8"))
    keys = {*document["properties"], *document["properties"]["recipes"]["items"]["properties"]} - {"version"}
    assert {key for key in keys if f"`{key}`" not in TEXT} == set()
