"""What everything is compared with: the files of a fleet read, or read and parsed by ruamel.yaml's C composer.

`python parse.py read|compose FOLDER`. A file that the composer refuses counts down to where it does; it refuses a colon
in brackets, which Docker takes, and so one of the files in twelve.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main(how: str, folder: str) -> None:
    """Do it once for each file."""
    files = sorted(Path(folder).rglob("*.yml"))
    if how == "read":
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
