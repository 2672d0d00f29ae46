"""Build hook: validates the packaged rules and image data, and adds them to the wheel as one module.

Loading the rules from this module takes a ninth of the time of loading them from YAML (bench/README.md). An editable
install has no such module, because its rules can change.
"""

from __future__ import annotations

import atexit
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledRules(BuildHookInterface[Any]):
    """Hook of the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the module into a temporary folder, and let the build include it."""
        if version == "editable":
            return
        # The rules are validated by the sources that the wheel will have, not by an installed rollout-lint.
        sys.path.insert(0, str(Path(self.root, "lint")))
        from rollout_lint.packaged import COMPILED
        from rollout_lint.rules.compiler import compile_data

        folder = TemporaryDirectory()
        atexit.register(folder.cleanup)
        module = f"{COMPILED.replace('.', '/')}.py"
        file = Path(folder.name, Path(module).name)
        file.write_text(compile_data(), encoding="utf-8")
        build_data["force_include"][str(file)] = module
