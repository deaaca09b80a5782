"""Writes the cell that installs RecoLab on Google Colab into every lesson, from the one setting in pyproject.toml.

It is the first code cell, below the title. `%pip` rather than a subprocess: it is what learners know, its output shows
in the notebook, and what it installed can be imported at once. The site leaves the cell out.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
TAGS = ["colab", "remove-cell"]
TEMPLATE = """\
# Google Colab only: installs RecoLab where it is missing. Everywhere else this cell does nothing.
import importlib.util
import sys

if "google.colab" in sys.modules and importlib.util.find_spec("recolab") is None:
    {action}"""
UNKNOWN = """\
raise RuntimeError(
        "RecoLab is not installed here, and this copy of the lesson does not know where from: run "
        "%pip install git+ADDRESS with the address of the repository you have it from."
    )"""


def setting() -> str:
    """What pip installs on Colab: `install` of pyproject.toml's `[tool.recolab]`, empty where nobody knows."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return project["tool"]["recolab"]["install"]


def cell_source(install: str) -> str:
    """The cell's code for one value of the setting."""
    action = f'%pip install --quiet "{install}"' if install else UNKNOWN
    return TEMPLATE.format(action=action)


def lessons() -> list[Path]:
    """Every notebook of the course."""
    return sorted((ROOT / "notebooks").glob("day*/*.ipynb"))


def stamp(path: Path, install: str) -> None:
    """Put the cell below the title of a notebook, in place of the one it had."""
    notebook = nbformat.read(path, as_version=4)
    cell = nbformat.v4.new_code_cell(cell_source(install), id="colab", metadata={"tags": TAGS})
    others = [other for other in notebook.cells if "colab" not in other.metadata.get("tags", [])]
    notebook.cells = [*others[:1], cell, *others[1:]]
    nbformat.write(notebook, path)


def main() -> None:
    install = setting()
    for path in lessons():
        stamp(path, install)
        print(f"{path.relative_to(ROOT)}: {install or 'no address known'}")


if __name__ == "__main__":
    main()
