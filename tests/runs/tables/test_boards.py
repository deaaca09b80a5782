"""Leaderboards as they are read back for a page."""

from __future__ import annotations

import pandas as pd
import pytest
import yaml

from recolab import runs
from recolab.errors import RecoLabError
from recolab.runs.sweeps import sweep as sweeps
from recolab.runs.sweeps.sweep_file import read_sweep
from recolab.runs.tables.boards import Board, boards_of, read_board

SWEEP = {
    "name": "toy",
    "about": "Clicks, a toy",
    "parameters": {"data": "ml-1m", "protocol": "autoint"},
    "models": {"LR": {"model": "LR", "epochs": 1}},
    "leaderboards": {
        "toy-all": {
            "metrics": ["auc"],
            "where": {"protocol.candidates": "all"},
            "published": ["theirs"],
            "names": {"LR": "Logistic"},
            "suffix": " (2019)",
        }
    },
}
PUBLISHED = """data,protocol,model,metric,value,source
ml-1m,theirs,Logistic (2019),auc,0.77,a paper
ml-1m,theirs,FM (2019),auc,0.82,a paper
ml-1m,theirs,FM (2019),auc,0.83,another one
ml-1m,theirs,DCN (2019),auc,0.84,measured with this package
ml-1m,theirs,FM (2019),rmse,0.9,a paper
ml-1m,others,FM (2019),auc,0.99,a paper
"""


@pytest.fixture(autouse=True)
def no_data(monkeypatch):
    """Nobody may ask for a data set."""

    def refuse(name):
        raise AssertionError(f"the data set {name} was asked for")

    monkeypatch.setattr(sweeps, "data_named", refuse)


@pytest.fixture
def results(tmp_path):
    """Results of two runs, each measured in two ways, and a sweep file that names one board of them."""
    (tmp_path / "sweeps").mkdir()
    (tmp_path / "sweeps" / "toy.yaml").write_text(yaml.safe_dump(SWEEP))
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "published.csv").write_text(PUBLISHED)
    for seed in (0, 1):
        for candidates in ("all", "99"):
            protocol = {"candidates": candidates}
            auc = 0.8 + seed / 100 if candidates == "all" else 0.9
            runs.record("toy", "LR", {"auc": auc}, parameters={}, seeds={"fit": seed}, protocol=protocol, folder=folder)
    return folder


@pytest.fixture
def written(results):
    """The same, with the table."""
    (board,) = boards_of(read_sweep(results.parent / "sweeps" / "toy.yaml", check=False))
    board.drawn(runs.recorded("toy", folder=results), results).to_csv(results / "toy-all.csv", float_format="%.6g")
    return results


def test_a_board_that_was_written_is_read_back_with_its_runs_and_what_others_published(written):
    shown = read_board("toy-all", written.parent / "sweeps", written)
    assert (shown.board.title, shown.sweep.name) == ("Clicks, a toy", "toy.yaml")
    assert shown.table.index.tolist() == ["LR", "DCN", "FM"]  # what nobody ran here follows, best first
    assert shown.table.loc["LR", ["runs", "auc", "published auc"]].tolist() == pytest.approx([2, 0.805, 0.77])
    assert pd.isna(shown.table.loc["FM", "runs"])
    assert sorted(shown.rows["metrics.auc"]) == pytest.approx([0.80, 0.81])
    assert shown.published[["model", "value", "source"]].to_numpy().tolist() == [
        ["LR", 0.77, "a paper"],
        ["FM", 0.82, "a paper"],
        ["DCN", 0.84, "measured with this package"],
    ]


def test_a_board_that_nobody_wrote_yet_has_a_title_and_no_rows(results):
    shown = read_board("toy-all", results.parent / "sweeps", results)
    assert shown.board.title == "Clicks, a toy"
    assert shown.table.empty


def test_a_table_whose_runs_are_gone_is_refused(written):
    gone = runs.recorded("toy", folder=written).query("`protocol.candidates` == 'all'")["file"].iloc[0]
    (written / "toy" / gone).unlink()
    with pytest.raises(RecoLabError, match=r"toy-all\.csv has runs that are not recorded.*recolab leaderboard"):
        read_board("toy-all", written.parent / "sweeps", written)


def test_a_name_that_no_sweep_has_is_refused_with_the_nearest(results):
    with pytest.raises(RecoLabError, match=r"'toy-al': did you mean 'toy-all'"):
        read_board("toy-al", results.parent / "sweeps", results)
    with pytest.raises(RecoLabError, match="there are none"):
        read_board("toy-all", results, results)


def test_a_board_that_asks_for_what_no_run_has_is_refused_with_the_nearest(results):
    rows = runs.recorded("toy", folder=results)
    board = Board("b", "toy", "ml-1m", "A toy", ["auc"], where={"protocol.candidate": "all"})
    with pytest.raises(RecoLabError, match=r"'b' asks for protocol\.candidate, .* did you mean 'protocol\.candidates'"):
        board.drawn(rows, results)
    board = Board("b", "toy", "ml-1m", "A toy", ["acu"])
    with pytest.raises(RecoLabError, match=r"asks for metrics\.acu, .* did you mean 'metrics\.auc'"):
        board.drawn(rows, results)
    with pytest.raises(RecoLabError, match="No run has the metric 'acu': did you mean 'auc'"):
        runs.leaderboard(rows, ["acu"])


def test_the_folds_of_a_seed_count_as_one_run(results):
    for fold, add in (("u1", 0.0), ("u2", 0.1)):
        for seed in (0, 1):
            auc = {"auc": 0.6 + seed / 100 + add}
            protocol = {"candidates": "all", "split": fold}
            runs.record("folds", "LR", auc, parameters={}, seeds={"fit": seed}, protocol=protocol, folder=results)
    board = Board("b", "folds", "ml-1m", "A toy", ["auc"], folds="protocol.split")
    table = board.drawn(runs.recorded("folds", folder=results), results)
    assert table.loc["LR", ["runs", "auc", "sd auc"]].tolist() == pytest.approx([2, 0.655, 0.01 / 2**0.5])
    assert len(table.loc["LR", "run_ids"].split()) == 4

    more = {"seeds": {"fit": 0}, "protocol": {"candidates": "all", "split": "u1"}, "folder": results}
    other = runs.record("folds", "LR", {"auc": 0.6}, parameters={"l2": 1.0}, **more)
    with pytest.raises(RecoLabError, match=r"differ in 'parameters\.l2'"):
        board.drawn(runs.recorded("folds", folder=results), results)
    board_over = Board("b", "folds", "ml-1m", "A toy", ["auc"], folds="protocol.split", over=["parameters.l2"])
    with pytest.raises(RecoLabError, match=r"one of protocol\.split more than once"):
        board_over.drawn(runs.recorded("folds", folder=results), results)
    other.unlink()

    one = next(path for path in (results / "folds").iterdir() if '"u2"' in path.read_text())
    one.unlink()
    with pytest.raises(RecoLabError, match=r"has all 2 of protocol\.split: \('LR', .*\) has 1"):
        board.drawn(runs.recorded("folds", folder=results), results)
