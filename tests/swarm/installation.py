"""Docker Engines: the machine's own, and those of Debian releases, each unpacked into a folder of the cache."""

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

CHOICE = "ROLLOUT_LINT_ENGINES"
"""Variable that chooses engines by version, such as `20.10,26.1`, or `machine`."""

MACHINE = "machine"
SUITES: Mapping[str, str] = MappingProxyType({"20.10": "bookworm", "26.1": "trixie", "28.5": "sid"})
"""Versions of Docker Engine in Debian."""

MAIN = "26.1"
OPTIONAL = frozenset(("28.5",))
"""Versions that may be missing, because sid moves on."""

PACKAGES = "docker.io,busybox-static,tini"
CLI_PACKAGES: Mapping[str, str] = MappingProxyType({"28.5": "docker-cli"})
FOLDERS = ("dev", "etc/docker", "mnt", "opt", "proc", "run", "sys", "tmp", "var/lib/docker")
TOOLS = ("iptables", "ip6tables")
"""Tools that the DNS of overlay networks needs. Debian chooses their variant when it configures the package."""

UNPACK_SECONDS = 600


class InstallationError(Exception):
    """Engine that cannot be installed."""


@dataclass(frozen=True)
class Installation:
    """Docker Engine below a root folder. `name` is `machine`, or the first two numbers of its version."""

    name: str
    root: Path

    def accepts(self, version: str) -> bool:
        """Return True if an engine with this version is the one that the name asks for."""
        return self.name == MACHINE or version.startswith(f"{self.name}.")


def chosen() -> list[str]:
    """Return the names of the engines that ROLLOUT_LINT_ENGINES chooses. The default is the machine's engine."""
    names = [name.strip() for name in os.environ.get(CHOICE, MACHINE).split(",")]
    for name in names:
        if name not in {MACHINE, *SUITES}:
            raise ValueError(f"{CHOICE}: invalid engine {name!r}: must be one of {', '.join((MACHINE, *SUITES))}")
    return list(dict.fromkeys(names))


def main_name() -> str:
    """Return the name of the engine for the tests that run on one engine only."""
    return MAIN if MAIN in chosen() else chosen()[0]


def is_unpacked(name: str) -> bool:
    """Return True if the engine is the machine's, or the cache has it."""
    return name == MACHINE or _folder(name).exists()


def install(name: str) -> Installation:
    """Return an engine. Unpack it first, unless the cache has it."""
    if name == MACHINE:
        return Installation(name, Path("/"))
    folder = _folder(name)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder.with_suffix(".lock")):
        if not folder.exists():
            part = folder.with_suffix(".part")
            _unpack(name, part)
            part.rename(folder)
    return Installation(name, folder)


def _folder(name: str) -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "rollout-lint-engines" / SUITES[name]


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _unpack(name: str, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    packages = ",".join(filter(None, (PACKAGES, CLI_PACKAGES.get(name))))
    _run(
        "mmdebstrap",
        "--quiet",
        "--variant=extract",
        "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
        '--aptopt=Apt::Install-Recommends "false"',
        # The Release file of sid expires after a week, also on a mirror that stays behind.
        '--aptopt=Acquire::Check-Valid-Until "false"',
        f"--include={packages}",
        SUITES[name],
        str(folder),
        _mirror(),
    )
    for place in FOLDERS:
        (folder / place).mkdir(parents=True, exist_ok=True)
    for tool in TOOLS:
        (folder / "usr" / "sbin" / tool).symlink_to(f"{tool}-nft")
    shown = _run("chroot", str(folder), "/usr/sbin/dockerd", "--version")
    [version] = re.findall(r"version (\S+),", shown) or [shown.strip()]
    if not Installation(name, folder).accepts(version):
        raise InstallationError(f"Debian {SUITES[name]} has Docker Engine {version}, not {name}")


def _mirror() -> str:
    """Return the Debian mirror of the machine's own apt sources."""
    targets = _run("apt-get", "indextargets", "--format=$(REPO_URI) $(ORIGIN) $(LABEL)", "Created-By: Packages")
    for line in targets.splitlines():
        uri, *names = line.split()
        if names == ["Debian", "Debian"]:
            return uri
    raise InstallationError("no Debian mirror in the machine's apt sources (or `apt-get update` never ran)")


def _run(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=UNPACK_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InstallationError(str(error)) from error
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise InstallationError(f"{command[0]}: {next((line for line in lines if line.startswith('E:')), lines[-1])}")
    return done.stdout
