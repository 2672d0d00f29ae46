"""The page about a fleet tells of every key of a manifest."""

from __future__ import annotations

from tests.pages import FLEET

TEXT = FLEET.read_text("utf-8")


def test_it_tells_of_every_key() -> None:
    import json

    from rollout_lint.fleet.manifest.schema import SCHEMA

    document = json.loads(SCHEMA.read_text("utf-8"))
    keys = {*document["properties"], *document["properties"]["recipes"]["items"]["properties"]} - {"version"}
    assert {key for key in keys if f"`{key}`" not in TEXT} == set()
