"""`recolab repeat`, `compare` and `report`: what they print, and how they end."""

import json
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console
from typer.testing import CliRunner

from recolab.cli import app
from recolab.runs.records import run_file
from recolab.runs.records.asked import Asked, data_named
from recolab.runs.records.finding import Found
from recolab.runs.records.run_file import Result
from recolab.runs.records.user_tables import write_users
from recolab.runs.sweeps.performing import DONE, perform, ticket_for
from recolab.runs.sweeps.store import Store
from recolab.runs.tables.comparing import compare_runs
from recolab.runs.tables.printed import print_comparison, print_repeated
from recolab.runs.tables.repeating import Repeated

USERS = pd.DataFrame({"user_id": [7, 9], "rows": [1, 3], "mse": [4.0, 0.0]})
MEAN = {"data": "synthetic", "protocol": "random fifth", "model": "GlobalMean"}


def call(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def write(tmp_path):
    """Writes a run that a script recorded, with its users."""

    def write(run, *, mse=1.0, split="a fifth", factors=40):
        path = tmp_path / "results" / "toy" / f"MF-{run}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        users = USERS.assign(mse=USERS["mse"] + mse - 1)
        made = Result("MF", {"factors": factors, "widths": [16, 8]}, {}, {"mse": mse}, {"split": split}, {}, {}, users)
        of_run = {"asked": None, "data": {}, "seconds": None, "peak_memory": None}
        path.write_text(run_file.written(run, "toy", [made.as_json()], **of_run))
        write_users(path, [made])
        return path

    return write


@pytest.fixture
def mean(tmp_path):
    """A recorded run that trains nothing."""
    asked = Asked("GlobalMean", MEAN, data_named("synthetic"))
    folder = tmp_path / "results" / "toy"
    assert perform(ticket_for(asked, Store(folder))) == DONE
    return folder / f"GlobalMean-{asked.run}.json"


@pytest.mark.slow
def test_repeat_says_that_all_digits_are_the_same_and_what_is_not_ends_with_code_1(mean):
    run = mean.stem.rpartition("-")[2]
    shown = call("repeat", run, "--into", mean.parents[1])
    assert shown.exit_code == 0, shown.stderr
    assert "All digits are the same." in shown.stdout
    assert f"Doing GlobalMean ({run}) again." in shown.stderr
    assert "Written" not in shown.stdout

    whole = json.loads(mean.read_text())
    rmse = whole["results"][0]["metrics"]["rmse"]
    whole["results"][0]["metrics"]["rmse"] = 0.123
    whole["versions"]["keras"] = "2.0"
    whole["rooms"]["models"] = "another"
    mean.write_text(json.dumps(whole))
    shown = call("repeat", mean, "--keep")
    assert shown.exit_code == 1
    row = next(line.split() for line in shown.stdout.splitlines() if line.startswith("rmse"))
    assert row == ["rmse", "0.123", repr(rmse), "differs"]
    assert "no second run" in shown.stdout
    assert "version of keras  2.0" in shown.stdout
    assert "Code that changed since: models." in shown.stdout
    assert f"Written: {mean}" in shown.stdout
    assert json.loads(mean.read_text())["results"][0]["metrics"]["rmse"] == rmse


def test_a_run_that_is_not_there_is_one_sentence(tmp_path):
    for words in (["repeat", "0123456789"], ["compare", "0123456789", "9876543210"]):
        shown = call(*words, "--into", tmp_path)
        assert (shown.exit_code, shown.stdout) == (1, "")
        assert shown.stderr.startswith(f"recolab: No run '0123456789' is recorded in {tmp_path}: ")
        assert len(shown.stderr.splitlines()) == 1


def test_compare_prints_plain_columns_where_it_is_piped(write):
    one, other = write("0123456789"), write("9876543210", mse=1.5, factors=20)
    shown = call("compare", "0123456789", "9876543210", "--into", one.parents[1])
    assert shown.exit_code == 0, shown.stderr
    assert [line.split() for line in shown.stdout.splitlines()[3:5]] == [
        ["differs", "A", "B"],
        ["parameters", "factors", "40", "20"],
    ]
    row = next(line.split() for line in shown.stdout.splitlines() if line.startswith("mse"))
    assert row == ["mse", "1.00000", "1.50000", "-0.50000", "-0.50000", "to", "-0.50000"]
    assert not set(shown.stdout) & set("│─━\x1b")

    other.with_suffix(".npz").unlink()
    shown = call("compare", one, other)
    assert "mse" in shown.stdout
    assert f"recolab repeat {other} --keep" in shown.stdout


def test_compare_across_protocols_is_refused_in_one_sentence(write):
    shown = call("compare", write("0123456789"), write("9876543210", split="a tenth"))
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert "measured by different protocols (split: a fifth and a tenth)" in shown.stderr
    assert len(shown.stderr.splitlines()) == 1


def on_terminal():
    return Console(force_terminal=True, width=80, record=True, markup=False, emoji=False, highlight=False)


def test_a_terminal_of_80_columns_is_enough(write, capsys):
    one, other = write("0123456789"), write("9876543210", mse=1.5)
    whole = json.loads(one.read_text())
    whole["machine"]["processor"] = "A processor whose maker has given it a very long name [bold] :smile: " * 3
    one.write_text(json.dumps(whole))
    console = on_terminal()
    print_comparison(compare_runs(one, other), console)
    text = console.export_text()
    assert max(map(len, text.splitlines())) <= 80
    assert "─" in text
    assert "[bold]" in text
    assert ":smile:" in text


def repeated(**row):
    known = {"result": 1, "model": "MF", "metric": "rmse", "old": 0.9, "new": 0.91, "same": False, "runs": 3}
    row = known | {"low": 0.88, "high": 0.92, "within": True} | row
    return Repeated(Found(Path("a.json"), {}), pd.DataFrame([row]), {}, {}, [], None)


@pytest.mark.parametrize(
    ("row", "words", "sentence"),
    [
        ({}, "within 0.8800 – 0.9200", "The digits differ, within the spread"),
        ({"new": 0.95, "within": False}, "outside 0.8800 – 0.9200", "The digits differ by more than"),
        ({"within": False}, "the row lies apart", "The digits differ by more than"),
        ({"runs": 1, "low": None, "high": None, "within": False}, "differs", "no second run"),
        ({"new": 0.9, "same": True, "within": False}, "same", "All digits are the same"),
    ],
)
def test_every_outcome_has_its_words(row, words, sentence, capsys):
    console = on_terminal()
    print_repeated(repeated(**row), console)
    text = " ".join(console.export_text().split())
    assert words in text
    assert sentence in text


def test_report_writes_a_page(tmp_path, monkeypatch):
    pytest.importorskip("vl_convert")
    monkeypatch.chdir(tmp_path)
    Path("toy.yaml").write_text("name: toy\nparameters: {data: synthetic, protocol: random fifth, model: GlobalMean}\n")
    shown = call("report", "toy.yaml", "-o", "page.html", "--into", tmp_path / "results")
    assert (shown.exit_code, shown.stdout) == (0, "Written: page.html\n"), shown.stderr
    assert "<title>toy</title>" in Path("page.html").read_text()
    shown = call("report", "toy.yaml", "-o", "toy.yaml", "--into", tmp_path / "results")
    assert (shown.exit_code, len(shown.stderr.splitlines())) == (1, 1)


def test_the_commands_are_listed():
    assert all(word in call("--help").stdout for word in ("repeat", "compare", "report"))
