"""Installer of the chosen engines and of a docker CLI: prints the folder of the CLI, for PATH. Needs no package."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.swarm.installation import CLI_PACKAGES, OPTIONAL, InstallationError, chosen, install

SUITABLE = (27, 28)
"""Releases of the docker CLI that need no `version` in a file and can talk to Docker Engine 20.10."""


def main() -> int:
    """Install what is missing. Return 1 if a required engine or the docker CLI cannot be installed."""
    failed = False
    for name in chosen():
        try:
            install(name)
        except InstallationError as error:
            failed = failed or name not in OPTIONAL
            print(f"Docker Engine {name} cannot be installed: {error}", file=sys.stderr)
    folder = cli_folder()
    if folder is None:
        print("no docker CLI: 27 or 28 is neither on PATH nor in Debian", file=sys.stderr)
        return 1
    print(folder)
    return int(failed)


def cli_folder() -> Path | None:
    """Return the folder of the docker CLI: the machine's if its release is suitable, else that of an engine."""
    candidates = [Path(found)] if (found := shutil.which("docker")) else []
    for name in CLI_PACKAGES:
        try:
            candidates.append(linked(install(name).root))
        except InstallationError:
            continue
    return next((each.parent for each in candidates if is_suitable(each)), None)


def linked(root: Path) -> Path:
    """Return a link to the docker CLI of a root folder, in a folder without other programs."""
    link = root.with_name(f"{root.name}.cli") / "docker"
    link.parent.mkdir(exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(root / "usr" / "bin" / "docker")
    return link


def is_suitable(program: Path) -> bool:
    """Return True if the program is a docker CLI of a suitable release."""
    try:
        shown = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=30).stdout
    except OSError:
        return False
    version = re.search(r"version (\d+)\.", shown)
    return version is not None and int(version[1]) in SUITABLE


if __name__ == "__main__":
    sys.exit(main())
