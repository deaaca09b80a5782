"""Puts the recorded results into the wheel, so that lessons find them where there is no checkout, as on Colab."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class RecordedResults(BuildHookInterface):
    """Adds `results/` as `recolab/_results`; an editable install reads the folder itself."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        folder = Path(self.root, "results")
        if version == "standard" and folder.is_dir():
            build_data["force_include"][str(folder)] = "recolab/_results"
