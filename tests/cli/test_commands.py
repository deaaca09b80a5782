import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

import recolab
from recolab.cli import app


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    """A notebook with two parameters; the tests stand in its folder."""
    monkeypatch.chdir(tmp_path)
    cell = nbformat.v4.new_code_cell("epochs: int = 1  # passes\nname = 'auto'", metadata={"tags": ["parameters"]})
    code = nbformat.v4.new_code_cell("if epochs < 0:\n    raise ValueError('no epochs')\nprint(epochs, name)")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=[cell, code], metadata=kernel), "lesson.ipynb")
    return "lesson.ipynb"


def call(*words):
    return CliRunner().invoke(app, list(words))


def test_help_lists_the_commands():
    shown = call("--help")
    assert shown.exit_code == 0
    assert all(word in shown.stdout for word in ("run", "data", "--version"))


def test_version_is_the_package_version():
    assert call("--version").stdout == f"recolab {recolab.__version__}\n"


def test_the_commands_of_data_are_there():
    assert "ml-100k" in call("data", "list").stdout


def test_parameters_are_listed(notebook):
    assert call("run", notebook, "--list").stdout == "epochs: int = 1  # passes\nname: str = 'auto'\n"


@pytest.mark.slow
def test_a_notebook_runs_with_the_parameters_given_in_pairs(notebook, tmp_path):
    shown = call("run", notebook, "-p", "epochs", "3", "--parameter", "name", "-p", "-o", "out.ipynb")
    assert shown.exit_code == 0
    assert "Written: out.ipynb" in shown.stdout
    assert "3 -p" in (tmp_path / "out.ipynb").read_text()


@pytest.mark.slow
def test_a_failing_cell_is_one_sentence_and_exit_code_1(notebook, tmp_path):
    shown = call("run", notebook, "-p", "epochs", "-1", "--output", "out.ipynb")
    assert shown.exit_code == 1
    assert shown.stderr.splitlines()[-1] == "recolab: Cell 2 of lesson.ipynb failed with ValueError: no epochs."
    assert not (tmp_path / "out.ipynb").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["-p", "epoch", "3"], "recolab: lesson.ipynb has no parameter 'epoch': did you mean 'epochs'?"),
        (["-p", "epochs", "many"], "'many' does not fit."),
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
    ],
)
def test_wrong_usage_ends_with_code_2(notebook, words):
    assert call(*words).exit_code == 2


def test_the_installed_command_reports_errors_the_same_way(tmp_path):
    command = Path(sys.executable).with_name("recolab")
    done = subprocess.run([command, "run", "none.ipynb"], cwd=tmp_path, capture_output=True, text=True)
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
