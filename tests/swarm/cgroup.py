"""Parent cgroup that limits the memory of all containers of an engine."""

from dataclasses import dataclass
from pathlib import Path

MOUNT = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class MemoryBudget:
    """Memory limit in bytes that all containers below one parent cgroup share."""

    name: str
    limit: int

    def create(self) -> None:
        """Create the parent cgroup and set its limit, including swap."""
        if _is_unified():
            _write(MOUNT / "cgroup.subtree_control", "+memory")
        self._folder.mkdir()
        for file in ("memory.max", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes"):
            _write(self._folder / file, str(self.limit))
        _write(self._folder / "memory.swap.max", "0")

    def is_exhausted(self) -> bool:
        """Return True if the containers ever used all the memory."""
        if not _is_unified():
            return int((self._folder / "memory.max_usage_in_bytes").read_text()) >= self.limit
        events = (line.split() for line in (self._folder / "memory.events").read_text().splitlines())
        return any(name == "oom_kill" and int(count) > 0 for name, count in events)

    @property
    def _folder(self) -> Path:
        return MOUNT / self.name if _is_unified() else MOUNT / "memory" / self.name


def _is_unified() -> bool:
    return (MOUNT / "cgroup.controllers").exists()


def _write(file: Path, text: str) -> None:
    if file.exists():
        file.write_text(text)
