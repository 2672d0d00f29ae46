"""Tests of excerpts: marked values are whole at each width, and only possible secrets are masked."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rollout_lint.location import Location
from rollout_lint.report.common.excerpt import Mark, format_excerpt
from rollout_lint.report.common.style import Style
from rollout_lint.syntax.parser import parse

PLAIN = Style(colour=False)
VALUES = {
    "parallelism": st.integers(0, 10**6).map(str),
    "delay": st.integers(1, 999).map(lambda number: f"{number}m30s"),
    "failure_action": st.sampled_from(["pause", "continue", "rollback"]),
    "monitor": st.integers(1, 10**12).map(lambda number: f"{number}s"),
    "max_failure_ratio": st.floats(0, 1, width=16).map(str),
    "order": st.text("abcdefgh-", min_size=1, max_size=150).map(lambda text: f"x{text}x"),
}
POLICY = st.fixed_dictionaries(VALUES).flatmap(lambda values: st.permutations(list(values.items())))
NOTE = st.text("abcde ", max_size=120).map(str.strip)


def marks_of(text: str, keys: list[str], notes: list[str]) -> dict[str, Mark]:
    """Return a mark on the value of each key in the second line of a text."""
    line = text.splitlines()[1]
    found = {}
    for key, note in zip(keys, notes, strict=True):
        match = re.search(rf"\b{key}: ([^,}}]+)", line)
        assert match is not None
        found[key] = Mark(Location("f.yml", 2, match.start(1) + 1, 2, match.end(1) + 1), note)
    return found


@given(
    policy=POLICY,
    image=st.text("abc/", min_size=1, max_size=80),
    indent=st.integers(0, 60),
    keys=st.lists(st.sampled_from(sorted(set(VALUES) - {"order"})), min_size=1, max_size=5, unique=True),
    notes=st.lists(NOTE, min_size=5, max_size=5),
    width=st.integers(60, 120),
)
def test_excerpt_shows_marked_values_whole(
    policy: list[tuple[str, str]], image: str, indent: int, keys: list[str], notes: list[str], width: int
) -> None:
    settings = ", ".join(f"{key}: {value}" for key, value in policy)
    text = f"services:\n{' ' * indent}  a: {{image: {image}, deploy: {{update_config: {{{settings}}}}}}}\n"
    marks = marks_of(text, keys, notes[: len(keys)])
    source = parse(text.encode(), "f.yml")
    assert not source.problems
    lines = format_excerpt(source, list(marks.values()), PLAIN, width)
    assert max(map(len, lines)) <= width
    expected = [dict(policy)[key] for key in sorted(keys, key=lambda key: marks[key].location)]
    rows = [line[6:] for line in lines]
    shown = ""
    found = []
    for label, row in zip((line[:6] for line in lines), rows, strict=True):
        if carets := re.fullmatch(r" *(\^+)(?: .*)?", row):
            found.append(shown[carets.start(1) : carets.end(1)])
        elif "2" in label or ":" in row:
            shown = row
    assert found == expected
    for words in filter(None, (mark.note.split() for mark in marks.values())):
        assert " ".join(words) in " ".join(" ".join(rows).split())


@pytest.mark.parametrize("width", [60, 80, 100])
def test_excerpt_continues_a_value_that_is_longer_than_a_line(width: int) -> None:
    order = "".join(f"{number:03}-" for number in range(60))
    text = f"services:\n  a: {{image: b, deploy: {{update_config: {{order: {order}}}}}}}\n"
    marks = marks_of(text, ["order"], ["the order"])
    lines = format_excerpt(parse(text.encode(), "f.yml"), list(marks.values()), PLAIN, width)
    assert max(map(len, lines)) <= width
    found = ""
    for above, below in pairwise(lines):
        if carets := re.search(r"\^+", below):
            found += above[carets.start() : carets.end()]
    assert found == order
    assert sum("the order" in line for line in lines) == 1


def test_excerpt_masks_only_possible_secrets() -> None:
    text = (
        "services:\n"
        "  a: {image: b:1, environment: {A: s3cret}, labels: [x=s3cret], parallelism: 2, "
        "deploy: {replicas: 3, update_config: {order: start-first}}, x-token: s3cret} # s3cret\n"
    )
    [mark] = marks_of(text, ["order"], [""]).values()
    lines = format_excerpt(parse(text.encode(), "f.yml"), [mark], PLAIN, 300)
    assert "s3cret" not in "".join(lines)
    assert re.sub(r"… *", "…", lines[1]) == (
        "  2 |   a: {image: b:1, environment: {A: …}, labels: […], parallelism: 2, "
        "deploy: {replicas: 3, update_config: {order: start-first}}, x-token: …}"
    )


@pytest.mark.parametrize("indent", [7, 70, 200])
@pytest.mark.parametrize("image", ["b", "b" * 40, "b" * 46, "b" * 200])
def test_excerpt_marks_a_comment_behind_the_line(image: str, indent: int) -> None:
    line = f"  a: {{image: {image}}}{' ' * indent}# rollout-lint: ignore[RL001]"
    column = line.index("#") + 1
    mark = Mark(Location("f.yml", 2, column, 2, len(line) + 1), "nothing")
    lines = format_excerpt(parse(f"services:\n{line}\n".encode(), "f.yml"), [mark], PLAIN, 60)
    assert max(map(len, lines)) <= 60
    assert [row.count("^") for row in lines] == [0, 0, 1, *[0] * (len(lines) - 3)]
    assert "nothing" in "".join(lines)
