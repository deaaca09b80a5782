import json
import sys

import pytest

from recolab import runs
from recolab.errors import RecoLabError
from recolab.runs.notebook import NotebookFailed

pytestmark = pytest.mark.slow  # each starts a kernel


def printed(path):
    cells = json.loads(path.read_text())["cells"]
    return "".join("".join(output["text"]) for cell in cells for output in cell.get("outputs", []))


def test_a_notebook_runs_in_its_own_folder_with_the_given_parameters(make_notebook, tmp_path):
    (tmp_path / "beside.txt").write_text("found")
    path = make_notebook(
        "epochs: int = 1\nplain = True\nlimit: int | None = None",
        "print(epochs, plain, limit, open('beside.txt').read())",
    )
    original = path.read_text()
    written = runs.run_notebook(
        path, {"epochs": "3", "plain": "false", "limit": "5"}, tmp_path / "new" / "out.ipynb", progress=False
    )
    assert printed(written) == "3 False 5 found\n"
    assert path.read_text() == original
    assert str(tmp_path) not in written.read_text()


def test_without_a_name_the_output_lies_in_the_current_folder(make_notebook, tmp_path, monkeypatch):
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    written = runs.run_notebook(make_notebook("", "print('ran')"), progress=False)
    assert printed(here / "lesson.executed.ipynb") == "ran\n"
    assert written.resolve() == (here / "lesson.executed.ipynb").resolve()


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (
            "raise ValueError('too few rows.\\nand more')",
            r"Cell 4 of .*lesson.ipynb failed with ValueError: too few rows\.$",
        ),
        ("import os; os.kill(os.getpid(), 9)", r"The kernel died while it ran .*lesson.ipynb"),
        ("import sys; sys.exit()", r"left by sys.exit in cell 4"),
    ],
)
def test_a_run_that_fails_says_where_and_leaves_the_old_output(make_notebook, tmp_path, code, sentence):
    old = tmp_path / "out.ipynb"
    old.write_text("the run before")
    path = make_notebook("epochs = 1", "1 + 1", code, "2 + 2")
    with pytest.raises(NotebookFailed, match=sentence):
        runs.run_notebook(path, {"epochs": 2}, old, progress=False)
    assert old.read_text() == "the run before"
    assert {file.name for file in tmp_path.iterdir()} == {"lesson.ipynb", "out.ipynb"}


def test_parameters_are_checked_before_anything_runs(make_notebook, tmp_path):
    path = make_notebook("epochs = 1", "open('trace', 'w')")
    for values in ({"epoch": 2}, {"epochs": "two"}):
        with pytest.raises(RecoLabError, match="epochs"):
            runs.run_notebook(path, values, tmp_path / "out.ipynb", progress=False)
    assert {file.name for file in tmp_path.iterdir()} == {"lesson.ipynb"}


def test_the_notebook_itself_is_never_overwritten(make_notebook, tmp_path):
    path = make_notebook("epochs = 1")
    for output in (path, tmp_path / "." / "lesson.ipynb", tmp_path / "out.txt", tmp_path):
        with pytest.raises(RecoLabError, match="other than the notebook itself"):
            runs.run_notebook(path, {}, output, progress=False)


def test_an_unknown_kernel_is_named(make_notebook, tmp_path):
    path = make_notebook("epochs = 1")
    path.write_text(path.read_text().replace('"name": "python3"', '"name": "forth"'))
    with pytest.raises(NotebookFailed, match="asks for the kernel 'forth'"):
        runs.run_notebook(path, {}, tmp_path / "out.ipynb", progress=False)


def test_without_papermill_the_sentence_says_what_to_install(make_notebook, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "papermill", None)
    with pytest.raises(RecoLabError, match=r'papermill is not installed: pip install "recolab\[book\]"'):
        runs.run_notebook(make_notebook("epochs = 1"), {}, tmp_path / "out.ipynb", progress=False)
