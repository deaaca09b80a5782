import json
import os
import signal
import subprocess
import sys
import time

import pytest

from recolab import runs
from recolab.errors import RecoLabError
from recolab.runs import NotebookFailed

starts_a_kernel = pytest.mark.slow

# A kernel that can neither be interrupted nor asked to end; its number is in the file `kernel`.
STUBBORN = """\
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
with open("kernel", "w") as file:
    file.write(str(os.getpid()))
while True:
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        pass"""

# A signal that comes when the run has ended already is the caller's again, who here wants none of it.
TERMINATED = """\
import signal, sys
from recolab import runs
signal.signal(signal.SIGTERM, lambda *_: None)
runs.run_notebook(sys.argv[1], output=sys.argv[2])"""


def printed(path):
    cells = json.loads(path.read_text())["cells"]
    return "".join("".join(output.get("text", "")) for cell in cells for output in cell.get("outputs", []))


def runs_on(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@starts_a_kernel
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
    assert json.loads(written.read_text())["metadata"]["papermill"]["parameters"] == {
        "epochs": 3,
        "plain": False,
        "limit": 5,
    }


@starts_a_kernel
def test_a_folder_that_the_environment_names_from_here_is_the_same_one_for_the_kernel(
    make_notebook, tmp_path, monkeypatch
):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("RECOLAB_DATA", "sets")
    path = make_notebook("", "import os\nprint(os.environ['RECOLAB_DATA'])")
    written = runs.run_notebook(path, {}, tmp_path / "out.ipynb", progress=False)
    assert printed(written).strip() == str((tmp_path / "elsewhere" / "sets").resolve())


@starts_a_kernel
def test_without_a_name_the_output_lies_in_the_current_folder(make_notebook, tmp_path, monkeypatch, capfd):
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    written = runs.run_notebook(make_notebook("", "print('ran')"), progress=False)
    assert printed(here / "lesson.executed.ipynb") == "ran\n"
    assert written.resolve() == (here / "lesson.executed.ipynb").resolve()
    assert capfd.readouterr() == ("", "")


@starts_a_kernel
def test_a_notebook_runs_where_a_loop_runs_already_and_cells_may_be_meant_to_raise(make_notebook, tmp_path):
    """As when it is called from another notebook."""
    import asyncio

    import nbformat

    path = make_notebook("", "raise ValueError('on purpose')", "print('went on')")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[2].metadata["tags"] = ["raises-exception"]
    nbformat.write(notebook, path)

    async def caller():
        return runs.run_notebook(path, {}, tmp_path / "out.ipynb", progress=False)

    assert printed(asyncio.run(caller())) == "went on\n"


@starts_a_kernel
@pytest.mark.parametrize(
    ("code", "sentence", "last_line"),
    [
        (
            "# too few\nraise ValueError('\\x1b[31mtoo few rows.\\x1b[0m\\nand more')",
            r"^Cell 4 of .*lesson.ipynb \(`# too few`\) failed with ValueError: too few rows; what has run is kept in ",
            "and more",
        ),
        (
            "import os; os.kill(os.getpid(), 9)",
            r"^The kernel died in cell 4 of .*lesson.ipynb \(`import os; .*`\): it may have run out of memory; what ",
            None,
        ),
        (
            "import sys; sys.exit()",
            r"^The run left by sys.exit in cell 4 of .*, and nothing after it has run; ",
            "SystemExit",
        ),
    ],
)
def test_a_run_that_fails_says_where_and_keeps_what_has_run_beside_the_old_output(
    make_notebook, tmp_path, code, sentence, last_line
):
    old = tmp_path / "out.ipynb"
    old.write_text("the run before")
    path = make_notebook("epochs = 1", "print('before', epochs)", code, "print('after')")
    with pytest.raises(NotebookFailed, match=sentence) as caught:
        runs.run_notebook(path, {"epochs": 2}, old, progress=False)
    assert (caught.value.cell, caught.value.partial) == (4, tmp_path / "out.failed.ipynb")
    assert (caught.value.traceback.splitlines() or [None])[-1] == last_line
    assert "\x1b" not in caught.value.traceback + str(caught.value)
    assert printed(caught.value.partial).startswith("before 2\n")
    assert "after" not in printed(caught.value.partial)
    assert old.read_text() == "the run before"
    assert {file.name for file in tmp_path.iterdir()} == {"lesson.ipynb", "out.ipynb", "out.failed.ipynb"}


@starts_a_kernel
def test_a_run_that_takes_too_long_ends_whatever_the_cell_does(make_notebook, tmp_path):
    path = make_notebook("", STUBBORN, "print('after')")
    begun = time.monotonic()
    with pytest.raises(
        NotebookFailed, match=r"took longer than 4 seconds and was stopped in cell 3 of .*`import os"
    ) as caught:
        runs.run_notebook(path, {}, tmp_path / "out.ipynb", progress=False, timeout=4)
    assert 4 <= time.monotonic() - begun < 8
    assert (caught.value.cell, caught.value.traceback) == (3, "")
    assert not runs_on(int((tmp_path / "kernel").read_text()))
    assert {file.name for file in tmp_path.iterdir()} == {"lesson.ipynb", "out.failed.ipynb", "kernel"}


@starts_a_kernel
def test_time_that_is_up_before_the_first_cell_keeps_nothing(make_notebook, tmp_path):
    with pytest.raises(NotebookFailed, match=r"was stopped in .*lesson.ipynb, before its first cell\.$") as caught:
        runs.run_notebook(make_notebook(""), {}, tmp_path / "out.ipynb", progress=False, timeout=0.01)
    assert (caught.value.cell, caught.value.partial) == (None, None)
    assert {file.name for file in tmp_path.iterdir()} == {"lesson.ipynb"}


@starts_a_kernel
def test_being_told_to_terminate_stops_the_kernel_and_keeps_what_has_run(make_notebook, tmp_path):
    path, told = make_notebook("", STUBBORN), tmp_path / "kernel"
    run = subprocess.Popen(
        [sys.executable, "-c", TERMINATED, path, tmp_path / "out.ipynb"], stderr=subprocess.PIPE, text=True
    )
    while not (told.exists() and told.read_text()):
        assert run.poll() is None
        time.sleep(0.05)
    kernel = int(told.read_text())
    assert runs_on(kernel)
    for _ in range(3):  # saying so again does no harm
        run.send_signal(signal.SIGTERM)
        time.sleep(0.02)
    _, said = run.communicate(timeout=20)
    assert said.splitlines()[-1].startswith("KeyboardInterrupt: The run was interrupted in cell 3 of ")
    assert not runs_on(kernel)
    assert {file.name for file in tmp_path.iterdir()} == {"lesson.ipynb", "out.failed.ipynb", "kernel"}


def test_parameters_are_checked_before_anything_runs(make_notebook, tmp_path):
    path = make_notebook("epochs = 1  # [1 or more]", "open('trace', 'w')")
    for values in ({"epoch": 2}, {"epochs": "two"}, {"epochs": 0}):
        with pytest.raises(RecoLabError, match="epochs"):
            runs.run_notebook(path, values, tmp_path / "out.ipynb", progress=False)
    with pytest.raises(RecoLabError, match="must give a literal"):
        runs.run_notebook(make_notebook("epochs = 2 * 3"), {}, tmp_path / "out.ipynb", progress=False)
    assert {file.name for file in tmp_path.iterdir()} == {"lesson.ipynb"}


@pytest.mark.parametrize("timeout", [0, -1, float("nan")])
def test_a_time_limit_is_above_0(make_notebook, tmp_path, timeout):
    with pytest.raises(RecoLabError, match=r"`timeout` is in seconds and above 0, .* but (0|-1|nan) came"):
        runs.run_notebook(make_notebook(""), {}, tmp_path / "out.ipynb", progress=False, timeout=timeout)


def test_the_notebook_itself_is_never_overwritten(make_notebook, tmp_path):
    path = make_notebook("epochs = 1")
    for output in (path, tmp_path / "." / "lesson.ipynb", tmp_path / "out.txt", tmp_path):
        with pytest.raises(RecoLabError, match="other than the notebook itself"):
            runs.run_notebook(path, {}, output, progress=False)


def test_an_unknown_kernel_is_named(make_notebook, tmp_path):
    path = make_notebook("epochs = 1")
    path.write_text(path.read_text().replace('"name": "python3"', '"name": "forth"'))
    with pytest.raises(NotebookFailed, match="asks for the kernel 'forth', which is not installed here"):
        runs.run_notebook(path, {"epochs": 2}, tmp_path / "out.ipynb", progress=False)


@starts_a_kernel
def test_a_kernel_that_cannot_start_leaves_its_last_words(make_notebook, tmp_path, monkeypatch):
    broken = tmp_path / "kernels" / "broken"
    broken.mkdir(parents=True)
    command = [sys.executable, "-c", "raise SystemExit('a module is missing')", "{connection_file}"]
    (broken / "kernel.json").write_text(json.dumps({"argv": command, "display_name": "Broken", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    path = make_notebook("")
    path.write_text(path.read_text().replace('"name": "python3"', '"name": "broken"'))
    with pytest.raises(
        NotebookFailed, match=r"^The run failed in .*lesson.ipynb, before its first cell: .*died"
    ) as caught:
        runs.run_notebook(path, {}, tmp_path / "out.ipynb", progress=False)
    assert (caught.value.cell, caught.value.traceback) == (None, "a module is missing")


def test_without_papermill_the_sentence_says_what_to_install(make_notebook, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "papermill", None)
    with pytest.raises(RecoLabError, match=r'papermill is not installed: pip install "recolab\[book\]"'):
        runs.run_notebook(make_notebook("epochs = 1"), {}, tmp_path / "out.ipynb", progress=False)


def test_a_failure_survives_the_way_from_another_process(tmp_path):
    import pickle

    failed = NotebookFailed("Cell 3 failed.", cell=3, traceback="where", partial=tmp_path / "out.failed.ipynb")
    again = pickle.loads(pickle.dumps(failed))
    assert (str(again), again.cell, again.traceback, again.partial) == (
        "Cell 3 failed.",
        3,
        "where",
        tmp_path / "out.failed.ipynb",
    )
