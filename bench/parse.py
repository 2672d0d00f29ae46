"""Baseline: read the files of a fleet, or read and parse them with ruamel.yaml's C composer.

`python parse.py read|compose FOLDER`. The composer stops at an error. It rejects one file in twelve because of a colon
in brackets, which Docker accepts.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main(mode: str, folder: str) -> None:
    """Read or parse each file once."""
    files = sorted(Path(folder).rglob("*.yml"))
    if mode == "read":
        for file in files:
            file.read_bytes()
        return
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    for file in files:
        try:
            YAML(typ="safe").compose(file.read_bytes())
        except YAMLError:
            continue


main(*sys.argv[1:])
