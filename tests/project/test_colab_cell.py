"""The cell that installs RecoLab on Colab, run in IPython with a pip that only takes notes."""

from __future__ import annotations

import importlib.util
import sys
import types
from pathlib import Path

import nbformat
import pytest
from colab_cell import cell_source, stamp
from IPython.core.interactiveshell import InteractiveShell

INSTALL = "recolab @ git+https://code.example/course.git"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the cells of a test ask pip for."""
    asked: list[str] = []
    monkeypatch.setitem(InteractiveShell.instance().magics_manager.magics["line"], "pip", asked.append)
    return asked


@pytest.fixture
def on_colab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))


@pytest.fixture
def without_recolab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


def run(source: str) -> BaseException | None:
    """The error that a cell ends with, if any."""
    return InteractiveShell.instance().run_cell(source).error_in_exec


@pytest.mark.usefixtures("on_colab", "without_recolab")
def test_on_colab_it_installs_from_the_setting(installed: list[str]) -> None:
    assert run(cell_source(INSTALL)) is None
    assert installed == [f'install --quiet "{INSTALL}"']


@pytest.mark.usefixtures("on_colab", "without_recolab")
def test_on_colab_without_a_setting_it_says_what_to_type(installed: list[str]) -> None:
    error = run(cell_source(""))
    assert isinstance(error, RuntimeError)
    assert "%pip install git+ADDRESS" in str(error)
    assert installed == []


@pytest.mark.usefixtures("on_colab")
def test_on_colab_it_leaves_an_installed_recolab_alone(installed: list[str]) -> None:
    assert run(cell_source(INSTALL)) is None
    assert installed == []


@pytest.mark.usefixtures("without_recolab")
@pytest.mark.parametrize("install", ["", INSTALL])
def test_elsewhere_it_does_nothing(installed: list[str], install: str) -> None:
    assert run(cell_source(install)) is None
    assert installed == []


def test_stamping_puts_one_cell_below_the_title_however_often(tmp_path: Path) -> None:
    title, code = nbformat.v4.new_markdown_cell("# Title"), nbformat.v4.new_code_cell("1 + 1")
    path = tmp_path / "lesson.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[title, code]), path)
    stamp(path, "")
    stamp(path, INSTALL)
    sources = [cell.source for cell in nbformat.read(path, as_version=4).cells]
    assert sources == ["# Title", cell_source(INSTALL), "1 + 1"]
    once = path.read_bytes()
    stamp(path, INSTALL)
    assert path.read_bytes() == once
