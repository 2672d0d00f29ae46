"""Mechanical fixes of errors: the edited text, and what Docker says before and after."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rollout_lint.fix.mechanical import correct_files
from rollout_lint.fix.model import FixOptions
from rollout_lint.fix.target import FixTarget
from rollout_lint.linter.context import LintContext
from rollout_lint.linter.evaluation import EvaluationStatus

from tests.examples import example_count
from tests.fix.stacks import GeneratedRecipe, broken, recipes
from tests.oracle.docker import docker_config, require
from tests.support import recipe_in

if TYPE_CHECKING:
    from tests.conftest import Run, Write

PORTS = """\
services:
  app:
    image: a
    ports:
      # the site
      - target: 80
        published: {}  # behind the proxy
"""
MISSPELT = """\
services:
  app:
    image: a
    deploy:
      {}: # policy
        {}: 2
        order: stop-first
    {}: {{A: "1"}}
"""
NUMBERS = """\
version: {}
services:
  app:
    image: a
    init: {}
    healthcheck: {{test: a, retries: {}}}
    deploy: {{replicas: {}, resources: {{limits: {{cpus: {}}}}}, update_config: {{max_failure_ratio: {}}}}}
"""
BASE = "version: {}\nservices:\n  app: {{image: a}}\n"
OVERLAY = "services:\n  app: {init: true}\n"

FIXES = [
    pytest.param([PORTS.format('"8080"')], [PORTS.format(8080)], id="published"),
    pytest.param([PORTS.format("'8080'")], [PORTS.format(8080)], id="single-quotes"),
    pytest.param(
        ['{"services": {"app": {"image": "a", "ports": [{"target":"80","published":"80"}]}}}'],
        ['{"services": {"app": {"image": "a", "ports": [{"target":80,"published":80}]}}}'],
        id="json",
    ),
    pytest.param(
        [NUMBERS.format("3.8", '"true"', '"3"', '"2"', "0.50", '"0.5"')],
        [NUMBERS.format('"3.8"', "true", "3", "2", '"0.50"', "0.5")],
        id="numbers",
    ),
    pytest.param(
        [MISSPELT.format("update-config", "paralelism", "enviroment")],
        [MISSPELT.format("update_config", "parallelism", "environment")],
        id="misspelt-below-misspelt",
    ),
    pytest.param(
        ["""services: {app: {image: a, "enviroment": {A: b}, 'comand': c}}\n"""],
        ["""services: {app: {image: a, "environment": {A: b}, 'command': c}}\n"""],
        id="quoted-key",
    ),
    pytest.param([f"# site\nname: wiki\n{PORTS.format(1)}"], [f"# site\n{PORTS.format(1)}"], id="name"),
    pytest.param([f"name: wiki  # ours\n{PORTS.format(1)}"], [f"# ours\n{PORTS.format(1)}"], id="name-with-comment"),
    pytest.param([f"{PORTS.format(1)}name: wiki"], [PORTS.format(1)], id="name-last"),
    pytest.param(
        [f"{PORTS.format(1)}name: >-\n  wiki\n  two\n\n# end\n".replace("\n", "\r\n")],
        [f"{PORTS.format(1)}\n# end\n".replace("\n", "\r\n")],
        id="name-on-several-lines",
    ),
    pytest.param(["{name: a, services: {b: {image: c}}}"], ["{services: {b: {image: c}}}"], id="name-first-in-braces"),
    pytest.param(["{services: {b: {image: c}}, name: a}"], ["{services: {b: {image: c}}}"], id="name-last-in-braces"),
    pytest.param(
        [BASE.format('"3.8"'), f"# ci\n\n{OVERLAY}"],
        [BASE.format('"3.8"'), f'# ci\n\nversion: "3.8"\n{OVERLAY}'],
        id="version-missing",
    ),
    pytest.param(
        [BASE.format('"3.8"'), f"version: '3.7' # old\n{OVERLAY}"],
        [BASE.format('"3.8"'), f"version: '3.8' # old\n{OVERLAY}"],
        id="version-differs",
    ),
    pytest.param(
        [BASE.format('"3.8"'), f"version: 2\n{OVERLAY}"],
        [BASE.format('"3.8"'), f'version: "3.8"\n{OVERLAY}'],
        id="version-is-a-number",
    ),
    pytest.param(
        [BASE.format('"3.8"').partition("\n")[2], f'version: "3.8"\n{OVERLAY}'],
        [BASE.format('"3.8"').partition("\n")[2], OVERLAY],
        id="version-only-in-the-overlay",
    ),
    pytest.param(
        [BASE.format("3.8"), OVERLAY],
        [BASE.format('"3.8"'), f'version: "3.8"\n{OVERLAY}'],
        id="version-without-quotes-in-the-base",
    ),
    pytest.param(
        [f'verison: "3.8"\n{OVERLAY}', f'version: "3.8"\n{OVERLAY}'],
        [f'version: "3.8"\n{OVERLAY}', f'version: "3.8"\n{OVERLAY}'],
        id="misspelt-version-in-the-base",
    ),
    pytest.param(
        [f'verison: "3.8"\n{OVERLAY}', f'version: "3.7"\n{OVERLAY}'],
        [f'version: "3.8"\n{OVERLAY}', f'version: "3.8"\n{OVERLAY}'],
        id="misspelt-version-and-another-one",
    ),
]
KEPT = [
    pytest.param(PORTS.format('"8080-8082"'), id="range"),
    pytest.param(PORTS.format('"0x50"'), id="hexadecimal"),
    pytest.param(PORTS.format('"080"'), id="leading-zero"),
    pytest.param(PORTS.format("!!str 8080"), id="tag"),
    pytest.param(MISSPELT.format("update_config", "failureaction", "environment"), id="two-candidates"),
    pytest.param(MISSPELT.format("update_config", "concurrency", "environment"), id="no-candidate"),
    pytest.param(f"name: wiki\n{PORTS.format('web')}", id="another-error"),
    pytest.param("services: {app: {image: a, command: a, comand: b}}\n", id="key-exists"),
    pytest.param("services: {app: {image: a, deploy: {update_config: {paralelism: two}}}}\n", id="value-is-invalid"),
    pytest.param("services: {app: {image: a, deploy: {update_config: {monitor: 30}}}}\n", id="no-unit"),
    pytest.param("services: {app: {image: a, volumes_from: [b]}}\n", id="key-of-docker-compose"),
]


def write_layers(write: Write, layers: list[str]) -> list[Path]:
    """Write the layers of one stack, and return their paths."""
    folder = write({f"{number}.yml": text for number, text in enumerate(layers)})
    return [folder / f"{number}.yml" for number in range(len(layers))]


def files_option(files: list[Path]) -> list[str]:
    return [part for file in files for part in ("-c", str(file))]


@pytest.mark.parametrize(("before", "after"), FIXES)
def test_command_in_check_output_corrects_the_errors(
    before: list[str], after: list[str], run: Run, write: Write
) -> None:
    files = write_layers(write, before)
    checked = run("check", *files_option(files))
    assert checked.exit_code == 2
    [hint] = set(re.findall(r"^  = fix: .*\((rollout-lint fix .*)\)$", checked.stdout, re.MULTILINE))
    assert run(*shlex.split(hint)[1:]).exit_code != 2
    assert [file.read_bytes().decode() for file in files] == after
    assert run("check", *files_option(files)).exit_code != 2


@pytest.mark.oracle
@pytest.mark.parametrize(("before", "after"), FIXES)
def test_docker_accepts_only_the_corrected_files(before: list[str], after: list[str], write: Write) -> None:
    require()
    assert docker_config(write_layers(write, before), {}).merged is None
    answer = docker_config(write_layers(write, after), {})
    assert answer.merged is not None, answer.message


@pytest.mark.parametrize("text", KEPT)
def test_fix_keeps_a_file_that_stays_invalid(text: str, run: Run, write: Write) -> None:
    [file] = write_layers(write, [text])
    checked = run("check", file)
    assert (checked.exit_code, "rollout-lint fix" in checked.stdout) == (2, False)
    ran = run("fix", "--write", file)
    assert ran.exit_code == 2
    assert "nothing to write" in ran.stderr
    assert file.read_text() == text


def test_other_file_with_an_error_does_not_prevent_a_fix(run: Run, write: Write) -> None:
    broken = "services: {app: {pull_policy: always}}\n"
    files = write_layers(write, [PORTS.format('"80"'), broken])
    ran = run("fix", "--write", *files_option(files))
    assert ran.exit_code == 2
    assert f"{files[1]}:1:" in ran.stderr
    assert [file.read_text() for file in files] == [PORTS.format(80), broken]


def test_fix_with_only_keeps_errors(run: Run, write: Write) -> None:
    [file] = write_layers(write, [PORTS.format('"80"')])
    assert run("fix", "--write", "--only", "RL001", file).exit_code == 2
    assert file.read_text() == PORTS.format('"80"')


@pytest.mark.parametrize(("answer", "text"), [("y", PORTS.format(80)), ("n", PORTS.format('"80"'))])
def test_interactive_asks_before_it_corrects_a_file(answer: str, text: str, run: Run, write: Write) -> None:
    [file] = write_layers(write, [PORTS.format('"80"')])
    ran = run("fix", "--interactive", "--fail-on", "never", file, stdin=f"{answer}\nq\n")
    assert "would fix: remove the quotes" in ran.stdout
    assert "+        published: 80  # behind the proxy" in ran.stdout
    assert file.read_text() == text
    assert ran.exit_code == (0 if answer == "y" else 2)


def test_fix_corrects_errors_and_fixes_findings_in_one_run(run: Run, write: Write) -> None:
    policy = "deploy: {update_config: {failure_action: rollback, order: start-first, monitor: 30s}, mode: global}"
    [file] = write_layers(write, [f"name: wiki\nservices: {{app: {{image: a, {policy}}}}}\n"])
    ran = run("fix", "--write", "--fail-on", "never", file)
    assert "1 error and " in ran.stderr
    assert file.read_text() == f"services: {{app: {{image: a, {policy.replace('start-first', 'stop-first')}}}}}\n"


def test_fix_of_an_error_prints_no_secret(run: Run, write: Write) -> None:
    secret = "hunter2"
    [file] = write_layers(write, [f"services: {{app: {{image: a, enviroment: {{PASSWORD: {secret}}}}}}}\n"])
    for options in ([], ["--format", "json"], ["--write"]):
        assert secret not in run("fix", *options, file).output


def assert_restored(recipe: GeneratedRecipe, data: st.DataObject) -> None:
    """Assert that mechanical fixes restore the files of a broken recipe."""
    defect = data.draw(broken(recipe))
    assume(defect != recipe)
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in defect.files.items():
            (folder / file).write_bytes(text)
        corrections = correct_files(FixTarget(recipe_in(folder), LintContext()), FixOptions())
        assert {**defect.files, **corrections.contents} == recipe.files
        assert corrections.after.status is EvaluationStatus.EVALUATED


@example_count(15, share=20)
@given(recipe=recipes(), data=st.data())
def test_fix_restores_generated_files(recipe: GeneratedRecipe, data: st.DataObject) -> None:
    assert_restored(recipe, data)


@pytest.mark.slow
@example_count(500, share=2)
@given(recipe=recipes(), data=st.data())
def test_fix_restores_many_generated_files(recipe: GeneratedRecipe, data: st.DataObject) -> None:
    assert_restored(recipe, data)
