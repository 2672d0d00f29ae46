"""pip-audit over the lock: fails for a known vulnerability, and says why where its service cannot tell of any.

It ends well, and says that nothing is known, also where its service has never heard of a package; that is told apart.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).with_name("lock.txt")
REQUIRED = "ROLLOUT_LINT_AUDIT"
"""Where this variable is `required`, an audit that cannot be made fails."""


def main() -> int:
    """Audit; the exit code."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--disable-pip", "--require-hashes"]
    ran = subprocess.run(
        [*command, "--format", "json", "--progress-spinner", "off", "--timeout", "10"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    told = (ran.stderr.strip().splitlines() or ["it says nothing"])[-1]
    try:
        dependencies: list[dict[str, Any]] = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return skipped(f"pip-audit could not ask its service: {told}")
    return verdict(dependencies)


def verdict(dependencies: list[dict[str, Any]]) -> int:
    """What was found; the exit code."""
    known = [each for each in dependencies if "skip_reason" not in each]
    vulnerable = [each for each in known if each.get("vulns")]
    for each in vulnerable:
        print(f"{each['name']} {each['version']}: {', '.join(vuln['id'] for vuln in each['vulns'])}")
    if vulnerable:
        return 1
    if not known:
        return skipped("the service that pip-audit reaches from here knows none of the packages")
    unknown = ", ".join(each["name"] for each in dependencies if each not in known)
    print(
        f"pip-audit: {len(known)} packages without a known vulnerability" + (f"; unknown: {unknown}" if unknown else "")
    )
    return 0


def skipped(why: str) -> int:
    """Say that nothing was audited; the exit code."""
    print(f"pip-audit is skipped: {why}")
    return 1 if os.environ.get(REQUIRED) == "required" else 0


if __name__ == "__main__":
    sys.exit(main())
