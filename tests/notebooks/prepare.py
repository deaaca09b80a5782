"""Copies the lessons into a folder with their smoke parameters put in, for nbval, which has no parameters of its own.

prepare.py FOLDER [LESSON...]: all lessons of smoke.yml, or those named, as in `day1_matrix_factorisation/01_ratings`.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import nbformat
import yaml
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from recolab.runs import parameters
from recolab.runs.parameters import fitted

HERE = Path(__file__).parent
NOTEBOOKS = HERE.parents[1] / "notebooks"


def smoke_parameters() -> dict[str, dict[str, Any]]:
    """Small parameters by lesson."""
    return yaml.safe_load((HERE / "smoke.yml").read_text(encoding="utf-8")) or {}


def prepared(lesson: Path, values: dict[str, Any]) -> nbformat.NotebookNode:
    """The lesson with these parameters below its own; a RecoLabError for a name or a type it does not have."""
    checked = fitted(parameters(lesson), values, lesson)
    return parameterize_notebook(load_notebook_node(str(lesson)), checked)


def main(folder: str, *names: str) -> None:
    smoke = smoke_parameters()
    shutil.rmtree(folder, ignore_errors=True)
    for name in names or smoke:
        target = Path(folder, f"{name}.ipynb")
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(prepared(NOTEBOOKS / f"{name}.ipynb", smoke[name]), target)


if __name__ == "__main__":
    main(*sys.argv[1:])
