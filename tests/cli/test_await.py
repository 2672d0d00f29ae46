"""`await` without an engine, and its reports of recorded updates."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from rollout_lint.cli.options import parse_moment, parse_seconds
from rollout_lint.live import Convergence, DockerError, NotConvergedError, await_converged
from rollout_lint.live.expectations import find_mismatches, matches_image
from rollout_lint.report.common.style import Style
from rollout_lint.report.live.await_json import format_await_json
from rollout_lint.report.live.await_junit import format_await_junit
from rollout_lint.report.live.await_text import format_await_text
from typer import BadParameter
from xmlschema import XMLSchema

from tests.conftest import ROOT
from tests.live.recordings import as_service, load_recording
from tests.support import validate

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run

PLAIN = Style(colour=False)


def converged(*names: str, wrong: tuple[str, ...] = ()) -> Convergence:
    results = tuple(load_recording(name).replay(first=1)[-1] for name in names)
    return Convergence(("forum",), results, wrong, 6.4)


def test_await_without_docker_is_an_error(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    ran = run("await", "forum")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == snapshot


def test_await_without_an_engine_is_an_error(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if shutil.which("docker") is None:
        pytest.skip("needs docker")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none")
    ran = run("await", "forum", "--since", "2026-06-20", "--format", "json")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "docker daemon" in ran.stderr.lower()
    with pytest.raises(DockerError):
        await_converged("forum")


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("--", "-x"), id="name-like-option"),
        pytest.param(("a b",), id="name-with-blank"),
        pytest.param(("a\x1b[2J",), id="name-with-escape"),
        pytest.param(("a", "--timeout", "soon"), id="bad-timeout"),
        pytest.param(("a", "--settle", "-1s"), id="negative-settle"),
        pytest.param(("a", "--since", "yesterday"), id="bad-since"),
        pytest.param(("a", "--expect-label", "=b"), id="bad-label"),
    ],
)
def test_await_rejects_invalid_values(run: Run, arguments: tuple[str, ...], snapshot: SnapshotAssertion) -> None:
    ran = run("await", *arguments)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr.splitlines()[-1] == snapshot
    assert "\x1b" not in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "words_of_click"),
    [((), "Missing argument"), (("-x",), "No such option"), (("a", "--format", "xml"), "xml")],
    ids=["no-stack", "unknown-option", "bad-format"],
)
def test_await_rejects_invalid_usage(run: Run, arguments: tuple[str, ...], words_of_click: str) -> None:
    ran = run("await", *arguments)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert words_of_click in ran.stderr


@pytest.mark.parametrize(("text", "value"), [("90", 90), ("0", 0), ("1m30s", 90), ("250ms", 0.25), ("1.5", 1.5)])
def test_parse_seconds_accepts_numbers_and_durations(text: str, value: float) -> None:
    assert parse_seconds(text) == value


@pytest.mark.parametrize("text", ["", "9" * 13, "1e3", "nan", "5x", "-1", "9" * 400])
def test_time_parsers_reject_other_text(text: str) -> None:
    with pytest.raises(BadParameter):
        parse_seconds(text)
    if text != "9" * 13:
        with pytest.raises(BadParameter):
            parse_moment(text)


def test_parse_moment_returns_a_time_with_zone() -> None:
    ten = datetime(2026, 6, 20, 10, tzinfo=UTC)
    assert parse_moment("2026-06-20T12:00:00+02:00") == parse_moment("2026-06-20T10:00:00Z") == ten
    assert parse_moment(str(int(ten.timestamp()))) == ten
    assert parse_moment("2026-06-20 10:00") == datetime(2026, 6, 20, 10).astimezone()


@pytest.mark.parametrize(
    ("names", "code"),
    [
        pytest.param(("completed",), 0, id="completed"),
        pytest.param(("completed", "incident"), 1, id="one-failed"),
        pytest.param(("paused",), 1, id="paused"),
        pytest.param(("hang",), 1, id="hang"),
        pytest.param((), 2, id="nothing"),
    ],
)
def test_await_reports_agree(names: tuple[str, ...], code: int, snapshot: SnapshotAssertion) -> None:
    convergence = converged(*names)
    document = json.loads(format_await_json(convergence))
    validate("await", document)
    assert convergence.exit_code == document["exit_code"] == code
    assert format_await_text(convergence, PLAIN) == snapshot
    text = format_await_junit(convergence)
    XMLSchema(str(ROOT / "tests" / "report" / "schemas" / "junit.xsd")).validate(text)
    suite = ElementTree.fromstring(text).find("testsuite")
    assert suite is not None
    assert len(suite.findall("testcase")) == len(names)
    assert len(suite.findall("testcase/failure")) == document["summary"]["failed"]


def test_await_timeout_is_an_error(snapshot: SnapshotAssertion) -> None:
    waiting = load_recording("incident").replay(first=1)[0]
    convergence = Convergence(("forum",), (waiting,))
    assert (convergence.exit_code, convergence.timed_out, convergence.ok) == (2, True, False)
    assert format_await_text(convergence, PLAIN) == snapshot
    assert "<error " in format_await_junit(convergence)
    assert json.loads(format_await_json(convergence))["summary"]["not_over"] == 1


def test_await_fails_if_an_expectation_is_not_met(snapshot: SnapshotAssertion) -> None:
    convergence = converged("completed", wrong=("the label a of b is c, not d",))
    assert convergence.exit_code == 1
    assert format_await_text(convergence, PLAIN) == snapshot
    assert 'message="the label a of b is c, not d"' in format_await_junit(convergence)


def test_require_raises_with_the_report() -> None:
    converged("completed").require()
    with pytest.raises(NotConvergedError, match=r"exit \(137\)") as raised:
        converged("incident").require()
    assert raised.value.convergence.failed()[0].name == "forum_app"
    assert isinstance(raised.value, AssertionError)


def test_await_reports_mask_secrets_and_control_characters() -> None:
    convergence = converged("completed", "incident", "paused", "hang")
    steering = replace(convergence.results[1], name="a\x1b[2J", message="b\x1b[2J\n")
    convergence = replace(convergence, results=(*convergence.results, steering))
    for report in (
        format_await_text(convergence, PLAIN),
        format_await_json(convergence),
        format_await_junit(convergence),
        convergence.report(),
    ):
        assert "hunter2" not in report
        assert "\x1b" not in report


def test_mismatches_lists_unmet_labels_and_images(snapshot: SnapshotAssertion) -> None:
    incident, completed = (as_service(load_recording(name).last_service) for name in ("incident", "completed"))
    services = [incident, completed]
    assert find_mismatches([completed], {"release": "new"}, (), ()) == ()
    assert find_mismatches([completed], {"com.docker.stack.namespace": "completed"}, (), ()) == ()
    assert find_mismatches(services, {}, ["rollout-lint/busybox"], ()) == ()
    assert [
        find_mismatches(services, {"release": "new"}, (), {"forum_app"}),
        find_mismatches(services, {"nobody": "x"}, (), ()),
        find_mismatches(services, {"nobody": "x"}, (), {"forum_app"}),
        find_mismatches(services, {}, ["nginx"], ()),
    ] == snapshot


@pytest.mark.parametrize(
    ("runs", "expected", "same"),
    [
        ("nginx:latest@sha256:aa", "nginx", True),
        ("docker.io/library/nginx:1", "nginx:1", True),
        ("nginx:1@sha256:aa", "nginx:1@sha256:aa", True),
        ("nginx:1@sha256:aa", "nginx@sha256:aa", True),
        ("nginx:1@sha256:aa", "nginx:1@sha256:bb", False),
        ("nginx:1", "nginx:2", False),
        ("nginx:1", "nginx:1@sha256:aa", False),
        ("registry.example.com:5000/a/nginx", "registry.example.com:5000/a/nginx:latest", True),
        ("registry.example.com:5000/nginx:1", "nginx:1", False),
    ],
)
def test_is_image_compares_only_the_given_parts(runs: str, expected: str, same: bool) -> None:
    assert matches_image(runs, expected) is same
