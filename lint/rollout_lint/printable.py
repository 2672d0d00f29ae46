"""A value in a line of output: a name, a text of a file, or the message of another program."""

from __future__ import annotations

from rollout_lint.pattern import compile_lazily

_LOG_COMMAND = compile_lazily(r"(?<!\S):(?=:)|(?<=#)#(?=\w*\[)")
"""First colon of `::command::` and second number sign of `##[command]`, which CI systems run if a log has them.

GitHub's runner accepts the former at the start of a line, also after blanks, and the latter anywhere
(`actions/runner src/Runner.Common/ActionCommand.cs`). Azure and TeamCity accept `##vso[` and `##teamcity[`.
"""


def printable(text: str) -> str:
    """Return a value for a line of output: it cannot end the line, control a terminal, or be a command of a CI log.

    Every character that is not printable is escaped, such as `\\n` or `\\u202e`, and also the start of a log command.
    """
    if not text.isprintable():
        text = "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
    if "::" not in text and "##" not in text:
        return text
    return _LOG_COMMAND.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


def printable_lines(text: str) -> str:
    """Return a text of several lines, each of them printable."""
    return "\n".join(map(printable, text.replace("\r\n", "\n").split("\n")))
