"""Fleet page: it documents every manifest key."""

from __future__ import annotations

import json

from rollout_lint.fleet.manifest.schema import SCHEMA

from tests.pages import FLEET

TEXT = FLEET.read_text("utf-8")


def test_fleet_page_documents_every_manifest_key() -> None:
    document = json.loads(SCHEMA.read_text("utf-8"))
    keys = {*document["properties"], *document["properties"]["recipes"]["items"]["properties"]} - {"version"}
    assert {key for key in keys if f"`{key}`" not in TEXT} == set()
