"""How the lessons are stored: no outputs, one parameters cell, the Colab cell of the day's setting."""

from __future__ import annotations

from pathlib import Path

import colab_cell
import nbformat
import pytest
from papermill import inspect_notebook
from papermill.parameterize import find_first_tagged_cell_index
from prepare import NOTEBOOKS

import recolab
from recolab.runs import Parameter, parameterised, parameters, read_parameters, smoke_parameters

LESSONS = colab_cell.lessons()


def name_of(lesson: Path) -> str:
    return f"{lesson.parent.name}/{lesson.stem}"


@pytest.fixture(scope="module", params=LESSONS, ids=name_of)
def lesson(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture(scope="module")
def notebook(lesson: Path) -> nbformat.NotebookNode:
    return nbformat.read(lesson, as_version=4)


def test_there_are_lessons_and_each_has_its_smoke_parameters() -> None:
    assert LESSONS
    assert set(read_parameters(NOTEBOOKS / "smoke.yml")) == {name_of(lesson) for lesson in LESSONS}


def test_a_lesson_is_a_valid_notebook_for_the_kernel_everybody_has(notebook: nbformat.NotebookNode) -> None:
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"


def test_a_lesson_is_stored_without_outputs(notebook: nbformat.NotebookNode) -> None:
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


def test_the_first_code_cell_installs_recolab_on_colab_from_the_projects_setting(
    notebook: nbformat.NotebookNode,
) -> None:
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    assert first.source == colab_cell.cell_source(colab_cell.setting()), "run `make stamp`"
    assert first.metadata.tags == colab_cell.TAGS


def takes(parameter: Parameter, *kinds: type) -> bool:
    """Whether it is of one of these types, or a list of one."""
    return any(kind.__name__ in parameter.type_name.replace("[", " ").replace("]", " ").split() for kind in kinds)


def test_a_lesson_has_parameters_and_each_says_what_it_is(lesson: Path) -> None:
    found = parameters(lesson)  # refuses whatever is not one literal a line, and a default out of its range
    assert found
    assert [each.name for each in found if not each.comment.split("[")[0]] == []


def test_every_number_and_every_word_of_a_lesson_has_a_range(lesson: Path) -> None:
    for each in parameters(lesson):
        if takes(each, int, float):
            assert each.range is not None, each.name
            assert each.range.lowest is not None, each.name
        if takes(each, str):
            assert each.range is not None, each.name
            assert each.range.choices, each.name


def test_every_lesson_names_the_sets_it_can_load(lesson: Path) -> None:
    (data,) = (each for each in parameters(lesson) if each.name == "data")
    assert data.range is not None
    assert set(data.range.choices) == {"auto", *recolab.data.names()}


def test_the_smoke_parameters_exist_fit_and_come_after_the_lessons_own(lesson: Path) -> None:
    values = smoke_parameters(lesson)
    small = parameterised(lesson, values)  # refuses what is unknown, does not fit or lies out of range
    own, given = (find_first_tagged_cell_index(small, tag) for tag in ("parameters", "injected-parameters"))
    assert given == (own + 1 if values else -1)


def test_papermill_sees_every_parameter(lesson: Path) -> None:
    assert list(inspect_notebook(str(lesson))) == [each.name for each in parameters(lesson)]
