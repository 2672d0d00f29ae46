"""Image for private engines: busybox, and flock with its libraries."""

import io
import re
import shutil
import subprocess
import tarfile
from functools import cache
from pathlib import Path

IMAGE = "rollout-lint/busybox:latest"


@cache
def root_file_system() -> bytes:
    """Return a tar archive for `docker import`."""
    busybox = _program("busybox")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.add(busybox.resolve(), "bin/busybox")
        for applet in _applets(busybox):
            _link(archive, f"bin/{applet}", "busybox")
        archive.add(_program("flock").resolve(), "usr/bin/flock")
        for library in sorted(_libraries(busybox) | _libraries(_program("flock"))):
            archive.add(library.resolve(), str(library).lstrip("/"))
        _folder(archive, "tmp")
    return buffer.getvalue()


def _program(name: str) -> Path:
    found = shutil.which(name)
    if found is None:
        raise FileNotFoundError(name)
    return Path(found)


def _applets(busybox: Path) -> list[str]:
    listed = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True, timeout=30)
    return sorted(set(listed.stdout.split()) - {"busybox"})


def _libraries(program: Path) -> set[Path]:
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=False, timeout=30)
    return {Path(path) for path in re.findall(r"(/\S+) \(0x", listed.stdout)}


def _link(archive: tarfile.TarFile, name: str, target: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.type = tarfile.SYMTYPE
    entry.linkname = target
    archive.addfile(entry)


def _folder(archive: tarfile.TarFile, name: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.type = tarfile.DIRTYPE
    entry.mode = 0o1777
    archive.addfile(entry)
