"""Small notebooks, written by the tests."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

MakeNotebook = Callable[..., Path]


@pytest.fixture
def make_notebook(tmp_path) -> MakeNotebook:
    """Writes a notebook: a heading, the parameters cell, then the given cells of code."""

    def make(parameters: str, *cells: str, name: str = "lesson.ipynb") -> Path:
        new = nbformat.v4
        tagged = new.new_code_cell(parameters, metadata={"tags": ["parameters"]})
        notebook = new.new_notebook(
            cells=[new.new_markdown_cell("# A lesson"), tagged, *map(new.new_code_cell, cells)],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        )
        path = tmp_path / name
        nbformat.write(notebook, path)
        return path

    return make
