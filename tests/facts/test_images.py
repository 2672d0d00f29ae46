"""Image data, and look-up by image reference."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator
from rollout_lint.facts.images import Image, ImageData, Images, Weight, read_images, weigh
from rollout_lint.packaged import rules_directory
from rollout_lint.syntax.node import to_value
from rollout_lint.syntax.parser import parse

if TYPE_CHECKING:
    from pathlib import Path


CLAIMS = {"locks", "runtime", "memory", "healthcheck", "one_shot"}


def document() -> dict[str, list[dict[str, object]]]:
    path = rules_directory() / "images.yaml"
    root = parse(path.read_bytes(), str(path)).root
    assert root is not None
    return dict(to_value(root))


def schema() -> dict[str, object]:
    return dict(json.loads((rules_directory() / "images.schema.json").read_text("utf-8")))


def test_images_match_their_schema() -> None:
    assert not list(Draft202012Validator(schema()).iter_errors(document()))


def test_each_image_has_a_claim_and_a_source() -> None:
    entries = document()["images"]
    assert len(entries) >= 60
    for entry in entries:
        assert entry.keys() & CLAIMS, entry["name"]
        assert len(str(entry["source"])) > 10, entry["name"]


def test_images_include_stores_and_applications() -> None:
    entries = document()["images"]
    assert sum("locks" in entry for entry in entries) >= 25
    assert sum("healthcheck" in entry for entry in entries) >= 8
    assert sum("memory" in entry for entry in entries) >= 5


@pytest.mark.parametrize(
    "reference",
    [
        "postgres",
        "postgres:16",
        "postgres:16.4-alpine@sha256:0123456789abcdef",
        "postgres@sha256:0123456789abcdef",
        "library/postgres",
        "docker.io/postgres:16",
        "docker.io/library/postgres:16",
        "localhost:5000/postgres:16",
        "localhost/postgres",
        "registry.example.com:5000/library/postgres:16",
        "registry.example.com/docker/library/postgres:16",
        "registry.example.com/hub/library/postgres@sha256:0123456789abcdef",
        "bitnami/postgresql",
        "registry.example.com/hub/bitnami/postgresql:16",
        "registry.example.com/group/proxy/containers/bitnami/postgresql:16",
    ],
)
def test_find_ignores_registry_mirror_tag_and_digest(reference: str) -> None:
    found = Images().find(reference)
    assert found is not None
    assert found.name == "PostgreSQL"


@pytest.mark.parametrize(
    "reference",
    [
        "me/postgres",
        "me/postgres:16",
        "registry.example.com/me/postgres",
        "registry.example.com/library/me/postgres",
        "postgres-backup",
        "prodrigestivill/postgres-backup-local",
        "postgres/exporter",
        "library/postgres/exporter",
        "",
        ":16",
        "@sha256:0123456789abcdef",
    ],
)
def test_find_does_not_match_other_repositories(reference: str) -> None:
    assert Images().find(reference) is None


def test_claims_override_known_properties() -> None:
    known = Images().with_claims(
        {"postgres": {"healthcheck": True}, "registry.example.com/team/app:1": {"runtime": "JVM", "weight": "heavy"}}
    )
    postgres, app = known.find("docker.io/library/postgres:17"), known.find("registry.example.com/team/app:2")
    assert postgres is not None
    assert postgres.healthcheck
    assert postgres.locks == "/var/lib/postgresql"
    assert app == Image("team/app", runtime="JVM", weight=Weight.HEAVY)
    untouched = Images().find("postgres")
    assert untouched is not None
    assert not untouched.healthcheck


def test_memory_of_a_runtime_ignores_letter_case() -> None:
    images = Images(ImageData({}, {"rails": 3}))
    assert images.memory_of_runtime("Rails") == images.memory_of_runtime("RAILS") == 3
    assert images.memory_of_runtime("COBOL") is None


@pytest.mark.parametrize(
    ("runtime", "weight"), [("Rails", Weight.HEAVY), ("JVM", Weight.MEDIUM), ("Java", Weight.MEDIUM), ("Node", "light")]
)
def test_packaged_runtimes_have_a_weight(runtime: str, weight: str) -> None:
    memory = Images().memory_of_runtime(runtime)
    assert memory is not None
    assert weigh(memory) == weight


@pytest.mark.parametrize(
    ("memory", "weight"),
    [(512 << 20, "light"), ((512 << 20) + 1, "medium"), ((2 << 30) - 1, "medium"), (2 << 30, "heavy")],
)
def test_weigh(memory: int, weight: str) -> None:
    assert weigh(memory) == weight


def test_read_images_rejects_a_duplicate_repository(tmp_path: Path) -> None:
    path = tmp_path / "images.yaml"
    path.write_text("runtimes: []\nimages: [{name: A, repositories: [a, a], source: x}]\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"images\.yaml:2:38: a is in two entries"):
        read_images(path)
