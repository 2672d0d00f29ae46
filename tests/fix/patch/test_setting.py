"""Edits that set one value in a file and change nothing else."""

from __future__ import annotations

import pytest
from rollout_lint.fix.patch.changes import changed_paths
from rollout_lint.fix.patch.edits import propose_edits
from rollout_lint.fix.patch.text import SourceText
from rollout_lint.syntax.parser import parse

ADDED = "    deploy:\n      update_config:\n        order: stop-first\n"
NEW = f"services:\n  app:\n{ADDED}"
IN_BRACKETS = "deploy: {update_config: {order: stop-first}}"
ORDER = ("services", "app", "deploy", "update_config", "order")


def valid_edits(text: str, path: tuple[str, ...] = ORDER, value: object = "stop-first") -> list[str]:
    """Return the edited texts in which only this path differs."""
    before = parse(text.encode(), "").root
    found = []
    for edit in propose_edits(SourceText.decode(text.encode()), path, value):
        after = parse(edit.encode(), "").root
        if after is not None and changed_paths(before, after) == {path}:
            found.append(edit.characters)
    return found


def block(policy: str, newline: str = "\n", step: int = 2) -> str:
    """Return a stack with one service and this text as its update_config."""
    lines = [
        "services:",
        " app:",
        "  image: x",
        "  deploy:",
        "   update_config:",
        *(f"    {each}" for each in policy.split("\n")),
    ]
    return newline.join(" " * (len(line) - len(line.lstrip())) * step + line.lstrip() for line in lines) + newline


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("order: start-first", "order: stop-first"),
        ('order:   "start-first"   # why', 'order:   "stop-first"   # why'),
        ("order: 'start-first'", "order: 'stop-first'"),
        ("order: &o start-first", "order: &o stop-first"),
        ("order: !!str start-first", "order: !!str stop-first"),
        ("'order': start-first", "'order': stop-first"),
        ("? order\n: start-first", "? order\n: stop-first"),
        ("delay: 5s", "delay: 5s\norder: stop-first"),
        ("delay: 5s # slowly\n# order: start-first", "delay: 5s # slowly\norder: stop-first\n# order: start-first"),
        ("<<: {delay: 5s}", "<<: {delay: 5s}\norder: stop-first"),
        ("<<: {order: start-first}", "<<: {order: start-first}\norder: stop-first"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("step", [1, 2, 4])
def test_value_in_block_mapping(before: str, after: str, newline: str, step: int) -> None:
    assert block(after, newline, step) in valid_edits(block(before, newline, step))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{services: {app: {image: x}}}", f"{{services: {{app: {{image: x, {IN_BRACKETS}}}}}}}"),
        ("services: {app: {deploy: {update_config: {}}}}", f"services: {{app: {{{IN_BRACKETS}}}}}"),
        ("services: {app: {deploy: {}}}", f"services: {{app: {{{IN_BRACKETS}}}}}"),
        (
            '{"services": {"app": {"image": "x"}}}',
            '{"services": {"app": {"image": "x", "deploy": {"update_config": {"order": "stop-first"}}}}}',
        ),
        (
            "services:\n  app:\n    deploy: {update_config: {\n      delay: 5s, # slow\n      }}\n",
            "services:\n  app:\n    deploy: {update_config: {\n      delay: 5s, order: stop-first, # slow\n      }}\n",
        ),
        ("services:\n  app:\n    image: x", f"services:\n  app:\n    image: x\n{ADDED.rstrip()}"),
        (
            "services:\n  app:\n    command: |\n      run\n\n  db: {image: y}\n",
            f"services:\n  app:\n    command: |\n      run\n{ADDED}\n  db: {{image: y}}\n",
        ),
        (
            "services:\n  app:\n    command: |+\n      run\n\n  db: {image: y}\n",
            f"services:\n  app:\n{ADDED}    command: |+\n      run\n\n  db: {{image: y}}\n",
        ),
        ("services: {}\n", f"services: {{app: {{{IN_BRACKETS}}}}}\n"),
        ("version: '3.8'\n", f"version: '3.8'\n{NEW}"),
        ("# ours", f"# ours\n{NEW}"),
        ("", NEW),
    ],
)
def test_missing_keys_are_added(before: str, after: str) -> None:
    assert valid_edits(before)[0] == after


SHARED = """\
x-policy: &policy
  failure_action: "rollback"
  order: start-first
x-deploy: &deploy
  replicas: 2
  update_config:
    delay: 5s
    order: start-first
services:
"""
RESTATED = "      update_config:\n        delay: 5s\n        order: stop-first\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "    deploy: *deploy # all\n",
            f"    deploy: # all\n      <<: *deploy\n{RESTATED}",
        ),
        (
            "    deploy:\n      <<: *deploy\n",
            f"    deploy:\n      <<: *deploy\n{RESTATED}",
        ),
        (
            "    deploy:\n      update_config: *policy\n",
            "    deploy:\n      update_config:\n        <<: *policy\n        order: stop-first\n",
        ),
        (
            "    deploy:\n      update_config:\n        <<: *policy\n        monitor: 9s\n",
            "    deploy:\n      update_config:\n        <<: *policy\n        monitor: 9s\n        order: stop-first\n",
        ),
        ("    deploy: {update_config: *policy}\n", "    deploy: {update_config: {<<: *policy, order: stop-first}}\n"),
        (
            "    deploy: {update_config: {<<: [*policy], monitor: 9s}}\n",
            "    deploy: {update_config: {<<: [*policy], monitor: 9s, order: stop-first}}\n",
        ),
    ],
)
def test_shared_value_is_set_on_one_service(before: str, after: str) -> None:
    other = "  web:\n    deploy: *deploy\n  db:\n    deploy: {update_config: *policy}\n"
    assert valid_edits(f"{SHARED}  app:\n{before}{other}")[0] == f"{SHARED}  app:\n{after}{other}"


def test_first_edit_changes_shared_value_at_anchor() -> None:
    text = f"{SHARED}  app:\n    deploy: *deploy\n"
    first, *_ = propose_edits(SourceText.decode(text.encode()), ORDER, "stop-first")
    assert first.characters == text.replace("    order: start-first\nservices", "    order: stop-first\nservices")


def test_merged_mapping_with_list_is_not_copied() -> None:
    """The deploy block has no anchor, so an edit would have to copy its list."""
    shared = "x-a: &a\n  deploy: {placement: {constraints: [a]}, update_config: {order: start-first}}\n"
    text = f"{shared}services:\n  app:\n    <<: *a\n  b:\n    <<: *a\n"
    assert valid_edits(text) == []


@pytest.mark.parametrize("text", ["services: []\n", "- services\n", "services:\n", "services: {app: {deploy: [x]}}\n"])
def test_path_through_non_mapping_has_no_edit(text: str) -> None:
    assert valid_edits(text) == []


@pytest.mark.parametrize(
    ("value", "written"),
    [(1, "1"), (0.0001, "0.0001"), ("30s", "30s"), ("no", '"no"'), ("a b", '"a b"'), (True, "true")],
)
def test_value_is_quoted_if_needed(value: object, written: str) -> None:
    assert valid_edits(block("order: start-first"), value=value)[0] == block(f"order: {written}")


def test_number_replacing_string_has_no_quotes() -> None:
    assert valid_edits(block("order: 'x'"), value=2)[0] == block("order: 2")


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf", "\ufeff".encode("utf-16-le"), "\ufeff".encode("utf-16-be")])
def test_encoding_and_bom_are_kept(data: bytes) -> None:
    encoding = {3: "utf-8"}.get(len(data), "utf-16-le" if data[0] == 0xFF else "utf-16-be")
    before = data + block("order: start-first # é").encode(encoding)
    [edit] = propose_edits(SourceText.decode(before), ORDER, "stop-first")
    assert edit.encode() == data + block("order: stop-first # é").encode(encoding)
