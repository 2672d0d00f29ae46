"""Regular expressions that are compiled at their first use."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


def compile_lazily(expression: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return a pattern that is compiled at its first use.

    Most checks need a third of the imported patterns. Compiling the others takes 3 % of a check of one recipe
    (bench/README.md).
    """
    return cast("re.Pattern[AnyStr]", _LazyPattern(expression, flags))


class _LazyPattern:
    def __init__(self, expression: str | bytes, flags: int) -> None:
        self._expression = expression
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        """Return a method of the compiled pattern, and keep it, so that only its first use comes here."""
        method = getattr(re.compile(self._expression, self._flags), name)
        setattr(self, name, method)
        return method
