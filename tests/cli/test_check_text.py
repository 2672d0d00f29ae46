"""Text of `check`: order, summary, hints, fixes, width and colours."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run, Write

HEADER = re.compile(r"(\S+):\d+:\d+  (high|medium|low|info)  (RL\d+) \S+")
SEVERITIES = ["high", "medium", "low", "info"]
HEALTHY = "healthcheck: {test: curl -f localhost}"
START_FIRST = "failure_action: rollback, order: start-first"
CONTINUE = "failure_action: continue, order: start-first"


def service(*keys: str, policy: str = START_FIRST) -> str:
    return (
        f"{{image: example/a, {HEALTHY}, {', '.join(keys)}{', ' * bool(keys)}deploy: {{update_config: {{{policy}}}}}}}"
    )


HIGH = service(policy=CONTINUE)
MEDIUM = service()
LOW = service("deploy: {resources: {limits: {memory: 1G}}}").replace("1G}}}, deploy: {", "1G}}, ")
"""Services with RL010, with RL001 and with RL001 at severity low."""


@pytest.fixture
def fleet(write: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Eight recipes with 23 findings, of which the high ones are in the last recipes."""
    recipes = [[LOW, LOW, MEDIUM], [MEDIUM] * 3, [LOW] * 3, [MEDIUM] * 3, [LOW] * 3, [MEDIUM] * 2]
    recipes += [[HIGH, LOW, HIGH], [MEDIUM, HIGH, LOW]]
    files: dict[str, str | bytes] = {
        f"r{number}/compose.yml": "services:\n" + "".join(f"  s{each}: {text}\n" for each, text in enumerate(services))
        for number, services in enumerate(recipes)
    }
    folder = write(files)
    monkeypatch.chdir(folder)
    return folder


def headers(text: str) -> list[tuple[str, str]]:
    """Return the path and severity of each finding."""
    return [(match[1], match[2]) for match in map(HEADER.match, text.splitlines()) if match]


@pytest.mark.usefixtures("fleet")
def test_check_text_lists_the_most_severe_findings_first(run: Run) -> None:
    text = run("check").stdout
    found = headers(text)
    severities = [severity for _, severity in found]
    assert severities == sorted(severities, key=SEVERITIES.index)
    assert Counter(severities) == {"high": 3, "medium": 10, "low": 10}
    assert [path for path, severity in found if severity == "high"] == ["r6/compose.yml"] * 2 + ["r7/compose.yml"]
    assert text.endswith("8 recipes, 8 variants, 23 services: 23 findings (3 high, 10 medium, 10 low). Exit 1.\n")


@pytest.mark.usefixtures("fleet")
@pytest.mark.parametrize("width", [80, 100, 160])
def test_check_text_names_high_findings_on_the_first_screen(
    run: Run, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    screen = "\n".join(run("check").stdout.splitlines()[:40])
    assert Counter(re.findall(r"(?m)^ *(r\d/compose\.yml):\d+:\d+.*RL010 ", screen))["r7/compose.yml"] >= 1
    assert screen.startswith(("r6/compose.yml:", "3 high findings"))


def test_check_text_lists_high_findings_of_several_screens(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    files: dict[str, str | bytes] = {f"r{number}/compose.yml": f"services: {{a: {HIGH}}}\n" for number in range(9)}
    monkeypatch.chdir(write(files))
    lines = run("check").stdout.splitlines()
    assert lines[0] == "9 high findings, described below:"
    listed = [re.fullmatch(r"  (r\d/compose\.yml):1:\d+: RL010 \S+ \(a\)", line) for line in lines[1:10]]
    assert [match and match[1] for match in listed] == [f"r{number}/compose.yml" for number in range(9)]
    assert len(headers("\n".join(lines))) == 9


@pytest.mark.usefixtures("fleet")
def test_check_concise_has_severities_and_a_total(run: Run) -> None:
    *lines, total = run("check", "--format", "concise").stdout.splitlines()
    severities = [line.split(": ")[1].split()[0] for line in lines]
    assert severities == sorted(severities, key=SEVERITIES.index)
    assert len(severities) == 23
    assert total == run("check").stdout.splitlines()[-1]


@pytest.mark.usefixtures("fleet")
@pytest.mark.parametrize("form", ["text", "concise"])
def test_check_quiet_prints_only_the_summary(run: Run, form: str) -> None:
    summary = run("check").stdout.splitlines()[-1] + "\n"
    for option in ("--quiet", "-q"):
        ran = run("check", option, "--format", form)
        assert (ran.exit_code, ran.stdout, ran.stderr) == (1, summary, "")


@pytest.mark.usefixtures("fleet")
def test_check_quiet_leaves_documents_complete(run: Run) -> None:
    assert run("check", "--quiet", "--format", "json").json == run("check", "--format", "json").json


def test_check_summary_counts_errors_that_are_printed(run: Run, write: Write) -> None:
    text = run("check", write({"compose.yml": "services: {a: {image: b, hostnam: x, domain: y}}\n"})).stdout
    assert text.count("  error  ") == 2
    assert text.splitlines()[-1].startswith("1 recipe, 1 variant, 1 service: 2 errors, 0 findings. ")


@pytest.mark.parametrize(("count", "hints"), [(50, False), (51, True)])
def test_check_text_hints_how_to_print_less(run: Run, write: Write, count: int, hints: bool) -> None:
    services = "".join(f"  s{number}: {MEDIUM}\n" for number in range(count))
    folder = write({"compose.yml": f"services:\n{services}"})
    hint = (
        f"rollout-lint: hint: {count} findings are printed; to print less, add --severity high, --rule ID, "
        "--format concise or --quiet\n"
    )
    assert run("check", folder).stderr == (hint if hints else "")
    for options in (["--quiet"], ["--severity", "high"], ["--format", "concise"], ["--format", "json"]):
        assert run("check", folder, *options).stderr == ""


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (START_FIRST, r"fix: either deploy\.update_config\.order: stop-first\n    \(.*\)\n    or keep start-first, "),
        (
            CONTINUE,
            r"fix: both deploy\.update_config\.\w+: \S+ and deploy\.update_config\.\w+: \S+\n    \(",
        ),
    ],
    ids=["alternative", "two-settings"],
)
def test_check_text_says_either_or_both(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch, policy: str, expected: str
) -> None:
    monkeypatch.chdir(write({"compose.yml": f"services: {{a: {service(policy=policy)}}}\n"}))
    text = run("check").stdout
    assert re.search(rf"(?m)^  = {expected}", text)
    assert text.count("  = fix: ") == len(headers(text)) == 1


@pytest.mark.usefixtures("fleet")
@pytest.mark.parametrize("width", [60, 72])
def test_check_text_keeps_a_narrow_width(run: Run, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert max(map(len, run("check").stdout.splitlines())) <= width


@pytest.mark.usefixtures("fleet")
@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": ""}, False),
    ],
    ids=["default", "forced", "forced-dumb", "no-color-wins", "empty"],
)
def test_check_text_in_a_pipe_has_colour_if_forced(
    run: Run, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], coloured: bool
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    text = run("check").stdout
    assert ("\x1b[" in text) is coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", text).count("  RL010 ") == 3


def test_check_text_groups_recipes_with_equal_unknown_variables(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "services: {{a: {{image: b, deploy: {{replicas: '${{{}}}'}}}}}}\n"
    names = {"a": "N", "b": "M", "c": "N"}
    monkeypatch.chdir(write({f"{folder}/compose.yml": text.format(name) for folder, name in names.items()}))
    assert run("check").stdout.splitlines()[1:3] == ["  a and 1 other recipe: N", "  b: M"]
