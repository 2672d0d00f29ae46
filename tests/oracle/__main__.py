"""Comparison with Docker for every YAML file and overlay below a folder: `python -m tests.oracle DIR`."""

from __future__ import annotations

import re
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from rollout_lint.discovery.stack_file import BASE_NAMES
from rollout_lint.syntax.node import Mapping, Node, Scalar, Sequence
from rollout_lint.syntax.parser import parse

from tests.oracle.compare import Comparison, compare
from tests.oracle.docker import missing_docker

_VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")


def main(folder: Path) -> int:
    """Print the counts and each difference. Return 1 if there is a difference."""
    reason = missing_docker()
    if reason is not None:
        print(reason, file=sys.stderr)
        return 2
    files = sorted(path for pattern in ("*.yml", "*.yaml") for path in folder.rglob(pattern) if path.is_file())
    stacks = [[file] for file in files] + [pair for file in files if (pair := _on_its_base(file))]
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(_compare_alone, stacks))
    counts: Counter[str] = Counter()
    disagreements = 0
    for stack, comparisons in zip(stacks, results, strict=True):
        for setting, found in comparisons.items():
            counts[_outcome(found)] += 1
            counts["services"] += found.services
            disagreements += len(found.differences)
            for difference in found.differences:
                print(f"{' + '.join(str(file.relative_to(folder)) for file in stack)} ({setting}): {difference}")
    print(f"{len(files)} files, and {len(stacks) - len(files)} overlays on their base")
    print(f"each without variables and with all of them set: {_format_counts(counts)}")
    print(f"{counts['services']} services that both have, {disagreements} disagreements")
    return int(disagreements > 0)


def _on_its_base(file: Path) -> list[Path]:
    """Return the base and the file if its name makes it an overlay."""
    base = next((file.parent / name for name in BASE_NAMES if (file.parent / name).is_file()), None)
    if base is None or file == base or not file.name.startswith(base.stem + "."):
        return []
    return [base, file]


def _compare_alone(stack: list[Path]) -> dict[str, Comparison]:
    """Compare copies in a temporary folder, with empty env_files because Docker opens them."""
    with TemporaryDirectory() as folder:
        here = Path(folder) / "here"
        here.mkdir()
        names: set[str] = set()
        for file in stack:
            data = file.read_bytes()
            (here / file.name).write_bytes(data)
            names.update(_VARIABLE.findall(data.decode(errors="replace")))
            _write_env_files(here, _env_files(parse(data, file.name).root))
        copies = [here / file.name for file in stack]
        return {
            "no variables": compare(copies, {}),
            "all variables 1": compare(copies, dict.fromkeys(names - {"PATH"}, "1")),
        }


def _write_env_files(here: Path, names: list[str]) -> None:
    for name in names:
        path = here / name
        if path.resolve().is_relative_to(here.parent.resolve()):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()


def _env_files(root: Node | None) -> list[str]:
    services = root.get("services") if isinstance(root, Mapping) else None
    entries = services.entries.values() if isinstance(services, Mapping) else ()
    nodes = [service.get("env_file") for _, service in entries if isinstance(service, Mapping)]
    listed = [item for node in nodes if node for item in (node.items if isinstance(node, Sequence) else [node])]
    return [item.text for item in listed if isinstance(item, Scalar) and item.text]


def _outcome(found: Comparison) -> str:
    if found.is_accepted_by_docker and found.is_accepted_by_us:
        return "accepted by both"
    if not found.is_accepted_by_docker and not found.is_accepted_by_us:
        return "rejected by both"
    return "accepted by Docker only" if found.is_accepted_by_docker else "accepted by rollout-lint only"


def _format_counts(counts: Counter[str]) -> str:
    return ", ".join(
        f"{counts[each]} {each}"
        for each in ("accepted by both", "rejected by both", "accepted by Docker only", "accepted by rollout-lint only")
    )


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
