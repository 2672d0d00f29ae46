"""Texts of a report that are collected until the last recipe is checked."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_IN_MEMORY = 128 * 1024
"""Characters. More go to a temporary file, so that the memory of a check does not grow with the fleet."""

_CHUNK = 64 * 1024


class Spool:
    """Texts with a separator between them, in memory, or in a temporary file if they are large."""

    def __init__(self, separator: str = "") -> None:
        """Start without a text."""
        self._separator = separator
        self._is_empty = True
        self._texts: list[str] = []
        self._size = 0
        self._file: IO[str] | None = None
        self._has_no_file = False

    def __del__(self) -> None:
        """Close the temporary file, which removes it."""
        if self._file is not None:
            self._file.close()

    def __bool__(self) -> bool:
        """Return True if there is a text."""
        return not self._is_empty

    def add(self, text: str) -> None:
        """Add a text. Raises OSError if a temporary file cannot be written."""
        if not self._is_empty:
            self._texts.append(self._separator)
        self._is_empty = False
        self._texts.append(text)
        self._size += len(text)
        if self._size > _MAX_IN_MEMORY and not self._has_no_file:
            self._write()

    def read(self) -> Iterator[str]:
        """Yield all texts and separators in pieces."""
        if self._file is not None:
            self._write()
            self._file.seek(0)
            while piece := self._file.read(_CHUNK):
                yield piece
        yield from self._texts

    def _write(self) -> None:
        if self._file is None:
            self._file = _open_temporary_file()
        if self._file is None:
            self._has_no_file = True
            return
        self._file.seek(0, 2)
        try:
            self._file.writelines(self._texts)
            self._file.flush()
        except OSError as error:
            raise OSError(error.errno, error.strerror, "a temporary file") from error
        self._texts.clear()
        self._size = 0


def _open_temporary_file() -> IO[str] | None:
    """Return a file without a name; None if the system has no folder for it, as in a read-only container."""
    from tempfile import TemporaryFile

    try:
        # Names of files can have surrogates, and a carriage return must stay one.
        return TemporaryFile("w+", encoding="utf-8", errors="surrogatepass", newline="")
    except OSError:
        return None
