"""What is said while a notebook runs, with a clock and a terminal of the test's own."""

import io
import json
from types import SimpleNamespace

import nbformat
import pytest

from recolab.runs.notebooks import progress
from recolab.runs.notebooks.progress import Progress, seconds_by_cell


class Screen(io.StringIO):
    def __init__(self, terminal):
        super().__init__()
        self.isatty = lambda: terminal


@pytest.fixture
def clock(monkeypatch):
    """Set its `now` and time has passed."""
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


@pytest.fixture
def screen(monkeypatch):
    def screen(terminal=False):
        made = Screen(terminal)
        monkeypatch.setattr("sys.stderr", made)
        return made

    return screen


def notebook(*sources):
    """A heading, then a cell of code for each source; ids c1, c2 and so on."""
    new = nbformat.v4
    code = [new.new_code_cell(source, id=f"c{number}") for number, source in enumerate(sources, start=1)]
    return new.new_notebook(cells=[new.new_markdown_cell("# A lesson"), *code])


def test_without_a_terminal_each_code_cell_is_a_line_with_the_time_left(screen, clock):
    shown = screen()
    bar = Progress(notebook("\nimport numpy\n1", "train()", "2", "3"), {})
    clock.now += 100  # the kernel starts
    for index, seconds in enumerate([0, 2, 70, 1, 1]):
        bar.begin(index)
        clock.now += seconds
    bar.end()
    assert shown.getvalue().splitlines() == [
        "cell 2 of 5, 0:00 gone: import numpy",
        "cell 3 of 5, 0:02 gone, about 0:06 left: train()",
        "cell 4 of 5, 1:12 gone, about 1:12 left: 2",
        "cell 5 of 5, 1:13 gone, about 0:24 left: 3",
    ]


def test_the_cell_with_the_values_of_the_run_is_neither_counted_nor_named(screen, clock):
    shown = screen()
    lesson = notebook("epochs = 1", "# Parameters\nepochs = 2", "print(epochs)")
    lesson.cells[2].metadata["tags"] = ["injected-parameters"]
    bar = Progress(lesson, {})
    for index in range(4):
        bar.begin(index)
    assert [line.split(",")[0] for line in shown.getvalue().splitlines()] == ["cell 2 of 3", "cell 3 of 3"]
    assert "Parameters" not in shown.getvalue()


def test_an_earlier_run_tells_how_long_the_cells_take(screen, clock):
    shown = screen()
    bar = Progress(notebook("quick", "slow", "as slow"), {"c1": 1.0, "c2": 100.0, "c3": 100.0})
    for index, seconds in enumerate([0, 2, 200, 200]):  # twice as long as the last time
        bar.begin(index)
        clock.now += seconds
    lefts = [line.split("about ")[1].split(" ")[0] for line in shown.getvalue().splitlines()]
    assert lefts[0] == "3:21"  # as the last time
    assert "3:20" <= lefts[1] <= "3:40"  # one second more says little yet
    assert lefts[2] in ("3:01", "3:02", "3:03")


def test_a_cell_that_drags_on_makes_the_rest_longer_too(screen, clock):
    shown = screen()
    bar = Progress(notebook("1", "2", "3"), {"c1": 1.0, "c2": 1.0, "c3": 1.0})
    bar.begin(1)
    clock.now += 100
    bar.show()
    left = shown.getvalue().splitlines()[-1].split("about ")[1].split(" ")[0]
    assert "2:00" <= left <= "3:20"


def test_on_a_terminal_one_line_is_rewritten_within_its_width_and_taken_away(screen, clock, monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    shown = screen(terminal=True)
    bar = Progress(notebook("a_long_call(with_many, arguments)"), {})
    bar.show()  # nothing to say before the first cell
    bar.begin(1)
    clock.now += 3601
    bar.show()
    bar.end()
    first, second, last = shown.getvalue().split("\x1b[K")[:-1]
    assert first == "\rcell 2 of 2, 0:00 gone: a_lon"
    assert second == "\rcell 2 of 2, 1:00:01 gone: a_"
    assert last == "\r"
    assert "\n" not in shown.getvalue()


def test_seconds_are_read_from_an_executed_notebook(tmp_path):
    lesson = notebook("1", "2")
    lesson.cells[1].metadata["execution"] = {
        "iopub.execute_input": "2026-11-25T10:00:00.500000Z",
        "shell.execute_reply": "2026-11-25T10:00:02.000000Z",
    }
    nbformat.write(lesson, tmp_path / "out.ipynb")
    assert seconds_by_cell(tmp_path / "out.ipynb") == {"c1": 1.5}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        json.dumps({"cells": [{"metadata": {}}]}),
        json.dumps({"cells": [{"id": "a", "metadata": {"execution": {"shell.execute_reply": "now"}}}]}),
    ],
)
def test_a_file_that_says_nothing_of_times_is_no_matter(tmp_path, text):
    assert seconds_by_cell(tmp_path / "none.ipynb") == {}
    (tmp_path / "other.ipynb").write_text(text)
    assert seconds_by_cell(tmp_path / "other.ipynb") == {}
