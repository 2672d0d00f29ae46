"""`python -m tests.oracle DIR`: our answer beside Docker's for every YAML file below a folder."""

from __future__ import annotations

import re
import shutil
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from rollout_lint.source import Mapping, Node, Scalar, Sequence, parse

from tests.oracle.compare import Comparison, compare
from tests.oracle.docker import why_not

_VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")


def main(folder: Path) -> int:
    """Print files, services and each disagreement; 1 where there is one."""
    reason = why_not()
    if reason is not None:
        print(reason, file=sys.stderr)
        return 2
    files = sorted(path for pattern in ("*.yml", "*.yaml") for path in folder.rglob(pattern) if path.is_file())
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(_compare_alone, files))
    counts: Counter[str] = Counter()
    for file, comparisons in zip(files, results, strict=True):
        for setting, found in comparisons.items():
            counts[_outcome(found)] += 1
            counts["services"] += found.services
            for difference in found.differences:
                print(f"{file.relative_to(folder)} ({setting}): {difference}")
    disagreements = sum(len(found.differences) for each in results for found in each.values())
    print(f"{len(files)} files, each without variables and with all of them set: {_told(counts)}")
    print(f"{counts['services']} services that both have, {disagreements} disagreements")
    return int(disagreements > 0)


def _compare_alone(file: Path) -> dict[str, Comparison]:
    """In a folder of its own, with an empty file for each env_file, which Docker opens."""
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "here" / file.name
        copy.parent.mkdir()
        shutil.copyfile(file, copy)
        data = copy.read_bytes()
        for name in _env_files(parse(data, file.name).root):
            path = copy.parent / name
            if path.resolve().is_relative_to(Path(folder).resolve()):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
        variables = dict.fromkeys(_VARIABLE.findall(data.decode(errors="replace")), "1")
        return {
            "no variables": compare([copy], {}),
            "all variables 1": compare([copy], {name: value for name, value in variables.items() if name != "PATH"}),
        }


def _env_files(root: Node | None) -> list[str]:
    services = root.get("services") if isinstance(root, Mapping) else None
    entries = services.entries.values() if isinstance(services, Mapping) else ()
    nodes = [service.get("env_file") for _, service in entries if isinstance(service, Mapping)]
    listed = [item for node in nodes if node for item in (node.items if isinstance(node, Sequence) else [node])]
    return [item.text for item in listed if isinstance(item, Scalar) and item.text]


def _outcome(found: Comparison) -> str:
    if found.taken_by_docker and found.taken_by_us:
        return "taken by both"
    if not found.taken_by_docker and not found.taken_by_us:
        return "by neither"
    return "by Docker alone" if found.taken_by_docker else "by us alone"


def _told(counts: Counter[str]) -> str:
    return ", ".join(
        f"{counts[each]} {each}" for each in ("taken by both", "by neither", "by Docker alone", "by us alone")
    )


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
