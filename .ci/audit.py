"""pip-audit of the lock file: fails for a known vulnerability, and reports if its service knows no package.

pip-audit itself succeeds if its service does not know a package.
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
"""Variable that makes a skipped audit fail if its value is `required`."""


def main() -> int:
    """Run the audit and return the exit code."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--disable-pip", "--require-hashes"]
    ran = subprocess.run(
        [*command, "--format", "json", "--progress-spinner", "off", "--timeout", "10"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    reason = (ran.stderr.strip().splitlines() or ["no output"])[-1]
    try:
        dependencies: list[dict[str, Any]] = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return report_skipped(f"pip-audit failed: {reason}")
    return report_results(dependencies)


def report_results(dependencies: list[dict[str, Any]]) -> int:
    """Print the results and return the exit code."""
    known = [each for each in dependencies if "skip_reason" not in each]
    vulnerable = [each for each in known if each.get("vulns")]
    for each in vulnerable:
        print(f"{each['name']} {each['version']}: {', '.join(vuln['id'] for vuln in each['vulns'])}")
    if vulnerable:
        return 1
    if not known:
        return report_skipped("the service of pip-audit knows none of the packages")
    unknown = ", ".join(each["name"] for each in dependencies if each not in known)
    print(
        f"pip-audit: {len(known)} packages without a known vulnerability" + (f"; unknown: {unknown}" if unknown else "")
    )
    return 0


def report_skipped(reason: str) -> int:
    """Print why the audit did not run and return the exit code."""
    print(f"pip-audit is skipped: {reason}")
    return 1 if os.environ.get(REQUIRED) == "required" else 0


if __name__ == "__main__":
    sys.exit(main())
