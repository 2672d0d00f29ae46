"""The cgroup that is the whole memory of an engine's containers."""

from dataclasses import dataclass
from pathlib import Path

MOUNT = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class MemoryBudget:
    """A memory limit, in bytes, that all containers below one parent cgroup share."""

    name: str
    limit: int

    def create(self) -> None:
        """Make the parent cgroup and set its limit, swap included."""
        if _unified():
            _write(MOUNT / "cgroup.subtree_control", "+memory")
        self._folder.mkdir()
        for file in ("memory.max", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes"):
            _write(self._folder / file, str(self.limit))
        _write(self._folder / "memory.swap.max", "0")

    def exhausted(self) -> bool:
        """Whether the containers ever had all the memory that there is."""
        if not _unified():
            return int((self._folder / "memory.max_usage_in_bytes").read_text()) >= self.limit
        events = (line.split() for line in (self._folder / "memory.events").read_text().splitlines())
        return any(name == "oom_kill" and int(count) > 0 for name, count in events)

    @property
    def _folder(self) -> Path:
        return MOUNT / self.name if _unified() else MOUNT / "memory" / self.name


def _unified() -> bool:
    return (MOUNT / "cgroup.controllers").exists()


def _write(file: Path, text: str) -> None:
    if file.exists():
        file.write_text(text)
