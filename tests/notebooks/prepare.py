"""Copies the lessons into a folder with their smoke parameters put in, for nbval, which has no parameters of its own.

prepare.py FOLDER [LESSON...]: all lessons of smoke.yml, or those named, as in `day1_matrix_factorisation/01_ratings`.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import nbformat

from recolab.runs import parameterised, read_parameters, smoke_parameters

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def main(folder: str, *lessons: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for name in lessons or read_parameters(NOTEBOOKS / "smoke.yml"):
        lesson, target = NOTEBOOKS / f"{name}.ipynb", Path(folder, f"{name}.ipynb")
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(parameterised(lesson, smoke_parameters(lesson)), target)


if __name__ == "__main__":
    main(*sys.argv[1:])
