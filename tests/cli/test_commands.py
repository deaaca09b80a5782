import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

import recolab
from recolab import runs
from recolab.cli import app

RECOLAB = Path(sys.executable).with_name("recolab")


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    """A notebook with two parameters; the tests stand in its folder."""
    monkeypatch.chdir(tmp_path)
    cell = nbformat.v4.new_code_cell(
        "epochs: int = 1  # passes [-1 to 1000]\nname = 'auto'", metadata={"tags": ["parameters"]}
    )
    code = nbformat.v4.new_code_cell("if epochs < 0:\n    raise ValueError('no epochs')\nprint(epochs, name)")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=[cell, code], metadata=kernel), "lesson.ipynb")
    return "lesson.ipynb"


@pytest.fixture
def asked(monkeypatch):
    """What `recolab run` asks for, with nothing run."""
    asked = {}

    def remember(path, values, output, *, timeout):
        asked.update(path=path, values=values, output=output, timeout=timeout)
        return "out.ipynb", "out.json"

    monkeypatch.setattr(runs, "record_notebook", remember)
    return asked


def call(*words):
    return CliRunner().invoke(app, list(words))


def test_help_lists_the_commands():
    shown = call("--help")
    assert shown.exit_code == 0
    assert {"run", "data", "sweep", "--version"} <= set(shown.stdout.split())


def test_version_is_the_package_version():
    assert call("--version").stdout == f"recolab {recolab.__version__}\n"


def test_the_commands_of_data_are_there():
    assert "ml-100k" in call("data", "list").stdout


def test_parameters_are_listed(notebook):
    assert call("run", notebook, "--list").stdout == ("epochs: int = 1  # passes [-1 to 1000]\nname: str = 'auto'\n")


@pytest.mark.slow
def test_a_notebook_runs_with_the_parameters_given_in_pairs(notebook, tmp_path):
    shown = call("run", notebook, "-p", "epochs", "3", "--parameter", "name", "-p", "-o", "out.ipynb")
    assert shown.exit_code == 0
    assert "Written: out.ipynb and out.json" in shown.stdout
    assert "3 -p" in (tmp_path / "out.ipynb").read_text()


@pytest.mark.slow
def test_a_failing_cell_ends_with_its_traceback_and_one_sentence_and_exit_code_1(notebook, tmp_path):
    shown = call("run", notebook, "-p", "epochs", "-1", "--output", "out.ipynb")
    assert shown.exit_code == 1
    lines = shown.stderr.splitlines()
    assert lines[-1] == (
        "recolab: Cell 2 of lesson.ipynb (`if epochs < 0:`) failed with ValueError: no epochs; "
        "what has run is kept in out.failed.ipynb."
    )
    assert lines[-2] == "ValueError: no epochs"
    assert any(line.startswith("----> 2") for line in lines)
    assert lines[0].startswith("cell 1 of 2, 0:00 gone: epochs: int = 1")
    assert "\x1b" not in shown.stderr
    assert not (tmp_path / "out.ipynb").exists()


@pytest.mark.slow
def test_a_run_that_takes_too_long_ends_with_exit_code_1(notebook):
    shown = call("run", notebook, "--timeout", "0.01")
    assert shown.exit_code == 1
    assert shown.stderr == (
        "recolab: The run took longer than 0.01 seconds and was stopped in lesson.ipynb, before its first cell.\n"
    )


@pytest.mark.slow
def test_after_ctrl_c_no_kernel_is_left_and_the_exit_code_is_130(notebook, tmp_path):
    forever = "import os, time\nopen('kernel', 'w').write(str(os.getpid()))\ntime.sleep(600)"
    written = nbformat.read(notebook, as_version=4)
    written.cells.append(nbformat.v4.new_code_cell(forever))
    nbformat.write(written, notebook)
    run = subprocess.Popen([RECOLAB, "run", notebook, "-o", "out.ipynb"], stderr=subprocess.PIPE, text=True)
    kernel = tmp_path / "kernel"
    while not (kernel.exists() and kernel.read_text()):
        assert run.poll() is None
        time.sleep(0.05)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=20)
    assert run.returncode == 130
    assert said.splitlines()[-1] == (
        "recolab: The run was interrupted in cell 3 of lesson.ipynb (`import os, time`); "
        "what has run is kept in out.failed.ipynb."
    )
    assert "1 auto" in (tmp_path / "out.failed.ipynb").read_text()
    with pytest.raises(ProcessLookupError):
        os.kill(int(kernel.read_text()), 0)


@pytest.mark.slow
def test_plain_papermill_runs_the_same_notebook(notebook, tmp_path):
    command = [RECOLAB.with_name("papermill"), notebook, "out.ipynb", "-p", "epochs", "3"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0
    assert "unknown parameter" not in done.stderr
    assert "3 auto" in (tmp_path / "out.ipynb").read_text()


def test_a_file_gives_parameters_and_p_wins_over_it(notebook, asked):
    Path("values.yaml").write_text("epochs: 5\nname: ml-1m\n")
    assert call("run", notebook, "-f", "values.yaml", "-p", "epochs", "3", "-o", "out.ipynb").exit_code == 0
    assert asked == {
        "path": Path(notebook),
        "values": {"epochs": "3", "name": "ml-1m"},
        "output": Path("out.ipynb"),
        "timeout": None,
    }


def test_the_small_parameters_are_taken_where_nothing_else_is_said(notebook, asked):
    Path("smoke.yml").write_text("lesson: {epochs: 2, name: synthetic}\n")
    Path("values.yaml").write_text("name: ml-1m\n")
    call("run", notebook, "--smoke")
    assert asked["values"] == {"epochs": 2, "name": "synthetic"}
    call("run", notebook, "--smoke", "--file", "values.yaml", "--timeout", "90")
    assert (asked["values"], asked["timeout"]) == ({"epochs": 2, "name": "ml-1m"}, 90)
    call("run", notebook, "-p", "name", "auto", "--smoke", "-f", "values.yaml")
    assert asked["values"] == {"epochs": 2, "name": "auto"}


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "recolab: interrupted.\n"),
        (runs.NotebookFailed("It failed.", traceback="here\nand there"), 1, "here\nand there\nrecolab: It failed.\n"),
    ],
)
def test_what_ends_a_run_decides_the_exit_code(notebook, monkeypatch, raised, code, said):
    def run_notebook(*_, **__):
        raise raised

    monkeypatch.setattr(runs, "record_notebook", run_notebook)
    shown = call("run", notebook)
    assert (shown.exit_code, shown.stdout, shown.stderr) == (code, "", said)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["-p", "epoch", "3"], "recolab: lesson.ipynb has no parameter 'epoch': did you mean 'epochs'?"),
        (["-p", "epochs", "many"], "'many' does not fit."),
        (["-p", "epochs", "-2"], "recolab: The parameter 'epochs' of lesson.ipynb must be -1 to 1000, but -2 came."),
        (["-f", "none.yaml"], "recolab: The file none.yaml cannot be read: No such file or directory."),
        (["--smoke"], "has a smoke.yml with small parameters"),
        (["--timeout", "0"], "is in seconds and above 0"),
        (["-o", "lesson.ipynb"], "other than the notebook itself"),
    ],
)
def test_errors_a_user_can_cause_are_one_sentence_and_exit_code_1(notebook, words, sentence):
    shown = call("run", notebook, *words)
    assert shown.exit_code == 1
    assert sentence in shown.stderr
    assert len(shown.stderr.splitlines()) == 1
    assert shown.stdout == ""


@pytest.mark.parametrize(
    "words",
    [
        ["run"],
        ["run", "lesson.ipynb", "-p", "epochs"],
        ["run", "lesson.ipynb", "-p"],
        ["run", "lesson.ipynb", "-p", "epochs", "1", "-p", "epochs", "2"],
        ["walk"],
        ["run", "lesson.ipynb", "--fast"],
        ["run", "lesson.ipynb", "--timeout", "soon"],
    ],
)
def test_wrong_usage_ends_with_code_2(notebook, words):
    assert call(*words).exit_code == 2


def test_the_installed_command_reports_errors_the_same_way(tmp_path):
    done = subprocess.run([RECOLAB, "run", "none.ipynb"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "recolab: The notebook none.ipynb cannot be read: No such file or directory.\n"


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom recolab.cli import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "heavy = ('tensorflow', 'keras', 'pandas', 'numpy', 'altair', 'requests')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
