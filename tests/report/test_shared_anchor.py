"""Tests that an anchor of several services gives one finding in each format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.report.readers import READERS, Found, of_json, sarif_run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run, Write

SERVICES = [f"s{number}" for number in range(1, 12)]
ANCHOR = """x-policy: &policy
  healthcheck: {test: curl -f localhost}
  deploy:
    update_config:
      failure_action: rollback
      order: start-first
services:
"""
LINE = 6
FORMATS = ["text", "json", *READERS]


def stack(comments: dict[str, str] | None = None, services: list[str] = SERVICES) -> str:
    """Return a stack whose services share an anchor. `comments` are behind the keys of services."""
    lines = (
        f"  {each}:{(comments or {}).get(each, '')}\n    <<: *policy\n    image: example/{each}\n" for each in services
    )
    return ANCHOR + "".join(lines)


def check_all_formats(run: Run, folder: Path, *options: str) -> dict[str, list[Found]]:
    """Return the findings of each format, those of text by their header lines."""
    found = {form: READERS[form](run("check", folder, "--format", form, *options).stdout) for form in READERS}
    found["json"] = of_json(run("check", folder, "--format", "json", *options).stdout)
    return found


def finding_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if "  RL001 " in line]


def test_each_format_has_one_finding_for_a_shared_anchor(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write({"compose.yml": stack(), "compose.ccci.yml": "services: {s1: {hostname: x}}\n"}))
    found = check_all_formats(run, ".")  # type: ignore[arg-type]
    named = f"each of 11 services ({', '.join(SERVICES)}) "
    for form, each in found.items():
        assert [(finding.rule, finding.path, finding.line) for finding in each] == [("RL001", "compose.yml", LINE)], (
            form
        )
        assert each[0].message.startswith(named), form
    document = run("check", "--format", "json").json
    assert document["summary"]["findings"] == {"high": 0, "medium": 1, "low": 0, "info": 0}
    entries = document["recipes"][0]["findings"]
    assert [(each["service"], each["services"], each["variant"]) for each in entries] == [
        ("s1", SERVICES, "default"),
        ("s1", SERVICES, "ccci"),
    ]
    text = run("check").stdout
    assert len(finding_lines(text)) == 1
    assert text.endswith("1 recipe, 2 variants, 11 services: 1 finding (1 medium). Exit 1.\n")
    assert "1 recipe: 1 finding (1 medium)." in run("check", "--format", "markdown").stdout
    [result] = sarif_run(run("check", "--format", "sarif").stdout)["results"]
    assert result["properties"]["services"] == SERVICES


@pytest.mark.parametrize("form", FORMATS)
def test_exit_code_of_a_shared_anchor_is_1(run: Run, write: Write, form: str) -> None:
    assert run("check", write({"compose.yml": stack()}), "--format", form).exit_code == 1


def test_suppression_of_one_service_leaves_out_that_service(run: Run, write: Write) -> None:
    folder = write({"compose.yml": stack({"s4": " # rollout-lint: ignore[RL001] known"})})
    others = [each for each in SERVICES if each != "s4"]
    for form, found in check_all_formats(run, folder).items():
        assert [each.message.startswith(f"each of 10 services ({', '.join(others)}) ") for each in found] == [True], (
            form
        )
    document = run("check", folder, "--format", "json").json
    assert document["summary"]["findings"]["medium"] == document["summary"]["suppressed"] == 1
    entries = document["recipes"][0]["findings"]
    assert {tuple(each["services"]): each["suppressed"] is None for each in entries} == {
        ("s4",): False,
        tuple(others): True,
    }
    text = run("check", folder).stdout
    assert text.endswith(": 1 finding (1 medium), 1 suppressed. Exit 1.\n")
    assert "s4" not in text


def test_suppression_in_the_anchor_covers_all_services(run: Run, write: Write) -> None:
    text = stack().replace("start-first", "start-first # rollout-lint: ignore[RL001] known")
    folder = write({"compose.yml": text})
    assert [found for found in check_all_formats(run, folder).values() if found] == []
    ran = run("check", folder)
    assert (ran.exit_code, ran.stdout) == (0, "1 recipe, 1 variant, 11 services: 0 findings, 1 suppressed. Exit 0.\n")


def test_baseline_has_each_service_of_an_anchor(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that is added to the anchor later is a new finding."""
    monkeypatch.chdir(write({"compose.yml": stack(services=SERVICES[:-1])}))
    assert run("check", "--write-baseline").exit_code == 0
    assert run("check").stdout.endswith(": 0 findings, 1 suppressed. Exit 0.\n")
    write({"compose.yml": stack()})
    ran = run("check", "--format", "json")
    assert ran.exit_code == 1
    new = [each["services"] for each in ran.json["recipes"][0]["findings"] if each["suppressed"] is None]
    assert new == [["s11"]]
    assert ran.json["summary"]["suppressed"] == 1


def test_fix_of_an_anchor_resolves_the_finding_of_all_services(run: Run, write: Write) -> None:
    folder = write({"compose.yml": stack()})
    assert run("fix", "--write", "--unsafe", folder).exit_code == 0
    ran = run("check", folder)
    assert (ran.exit_code, ran.stdout) == (0, "1 recipe, 1 variant, 11 services: 0 findings. Exit 0.\n")


def test_message_has_a_part_for_each_different_value(run: Run, write: Write) -> None:
    """Three services share parallelism 5, and have 5, 5 and 6 replicas."""
    replicas = {"a": 5, "b": 5, "c": 6}
    services = "".join(
        f"  {name}:\n    image: example/{name}\n    deploy: {{replicas: {count}, update_config: *policy}}\n"
        for name, count in replicas.items()
    )
    folder = write({"compose.yml": f"x-policy: &policy {{parallelism: 6, monitor: 30s}}\nservices:\n{services}"})
    for form, found in check_all_formats(run, folder, "--rule", "RL016").items():
        [message] = [each.message for each in found]
        assert message.startswith("each of 2 services (a, b) stops all 5 tasks at once"), form
        assert "; c stops all 6 tasks at once" in message, form


def test_text_lists_variants_of_each_service(run: Run, write: Write) -> None:
    overlay = "services: {s1: {deploy: {update_config: {order: stop-first}}}, s2: {hostname: x}}\n"
    folder = write({"compose.yml": stack(services=["s1", "s2", "s3"]), "compose.ccci.yml": overlay})
    notes: list[Any] = [line for line in run("check", folder).stdout.splitlines() if line.startswith("  = affected:")]
    assert notes == [
        "  = affected: s1 in compose.yml",
        "  = affected: s2, s3 in compose.yml; compose.yml + compose.ccci.yml",
    ]
