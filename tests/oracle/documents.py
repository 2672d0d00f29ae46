"""Generated files of several documents: directives and text before and after a good first document."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

_FIRST = (
    *("", "", "", "---\n", "--- ", "---\t", "--- # c\n", "--- !!map\n", "--- &a\n", "--- |\n x\n---\n", "---\n---\n"),
    *("...\n", "...\n---\n", "... x\n---\n", "\ufeff", "\ufeff---\n", "---\ufeff\n", "# c\n", "\n\n", " \n", "\t\n"),
    *("%YAML 1.1\n", "%YAML 1.1\n---\n", "%YAML 1.2\n---\n", "%YAML 1.0\n---\n", "%YAML 2.0\n---\n", "%YAML\n---\n"),
    *("%YAML 1.1\n%YAML 1.1\n---\n", " %YAML 1.1\n---\n", "%YAML 1.1 # c\n---\n", "%YAML 1.1 x\n---\n", "%\n---\n"),
    *("%YAML  01.01\n---\n", "%YAML 1.111\n---\n", "%YAML 1\n---\n", "%YAML\t1.1\t\n---\n", "%YAML 1.1\n...\n---\n"),
    *("%TAG ! !foo\n---\n", "%TAG !e! tag:e,2000:\n---\n", "%TAG !e! x\n%TAG !e! y\n---\n", "%TAG\n---\n"),
    *("%TAG ! x y\n---\n", "%TAG !! x\n---\n", "%TAG e x\n---\n", "%TAG ! %zz\n---\n", "%TAG ! [x]\n---\n"),
    *("%FOO\n---\n", "%FOO bar\n---\n", "% YAML 1.1\n---\n", "%YAML 1.1\n# c\n\n---\n", "%YAML 1.1---\n"),
)
_DOCUMENTS = (
    *("services: {a: {image: b}}", "services: {a: {image: b}}\n", "services:\n  a:\n    image: b\n"),
    *("{services: {a: {image: b}}}", "{services: {a: {image: b}}}\n", "services:\n  a: {image: b} # c\n# d\n"),
    *(
        f"services:\n  a: {{image: b}}\nx-t: {text}"
        for text in (
            *("|\n  text\n", "|+\n  text\n\n", ">-\n  text\n", "|2\n   text\n  ---\n", "|\n", "a\n  b\n", "'a'\n"),
            *('"a\n  b"\n', "\n", "---\n", "a\n---b: c\n", "!e!x y\n", "*a\n", "[a, b]", "? a\n", '"\\/"\n'),
        )
    ),
    *("services:\n  a:\n    image: b\n    command:\n    - a\n    - b\n", "services:\r\n  a: {image: b}\r\n"),
    *("services:\n  a: &a {image: b}\n", "services: {a: {image: b}}\n# a\x85x-t: '\u2028'\n"),
)
_MARKS = (
    *("\n", "\n", "\n---\n", "\n--- ", "\n---\t", "\n...\n", "\n... ", "\n...\t", "\n...\n---\n", "\n...\n--- "),
    *("\r\n---\r\n", "\r---\r", "\n---", "\n...", "\n ---\n", "\n# c\n---\n", "\n---\n---\n", "\n...\n...\n", "\n%"),
    *("\n...\n%YAML 1.1\n---\n", "\n...\n%", "\n---\n%", "\n--- #", "\n---#", "\n...#", "\n...\n# c\n", "\u2028---\n"),
    *("\x85---\n", "\n---\x85", "\n---\ufeff", "\n...\ufeff", "\n\ufeff---\n", "\n\ufeff", "\n---\n\ufeff"),
)
_PIECES = (
    *("foo", "a: b", "- a", "-", "[", "{", "]", "}", "'", '"', "'a'", '"a"', '"\\x"', '"\\/"', "|", "|\n a", "|9"),
    *("|x", "| x", ">", "> # c", "!", "!!", "!<", "!<a>", "!x", "!e!x", "!!x", "!a b", "&", "&a", "&a b", "&a: b"),
    *("*", "*a", "*a: b", "@", "`", "?", "? a", "?a", ":", ": b", ":a", "a: b: c", "a:", "a:\tb", ",", "#", "# c"),
    *("%", "%YAML 1.1", "%YAML 1.2", "%TAG ! x", "%TAG !e! x", "%FOO", "%YAML", "---", "--- a", "...", "... a"),
    *(" ", "\t", " a", "\ta", "\n", "\r", "\r\n", "\n\n", "\n ", "\n\t", "\x85", "\xa0", "\u2028", "\ufeff", "é"),
    *("~", "<<", "{a: b}", "[a, b]", "[a", "{a", "{a: b", "[a:b, @", "'a\n---\nb'", '"a\n---\n', '"a\n b"', "a\n b\n"),
    *("a\n---", "- - a", "-\ta", "?\ta", "\t- a", "services: {b: {image: c}}", "services:\n  b:\n    image: c\n"),
)
_CONTROLS = ("\x00", "\x01", "\x07", "\x7f", "\ufffe")
_LONG = ("x" * 600, "#" * 600 + "\n", "\n" * 600, " " * 520)


def create_documents(rng: random.Random) -> str:
    """Return a stack file with directives before the first document, and with any text after it.

    It has either control characters or long text, because Docker does not read all of a long file.
    """
    pieces = _PIECES + rng.choice((_CONTROLS, _LONG))
    text = rng.choice(_FIRST) + rng.choice(_DOCUMENTS)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3))):
        text += rng.choice(_MARKS)
        for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3))):
            text += rng.choice(pieces) + rng.choice(("", "", " ", "\n", "\t"))
    return text + rng.choice(("", "\n"))
