import json

import pytest

from recolab import runs
from recolab.errors import RecoLabError
from recolab.evaluate import Report
from recolab.runs.records import circumstances

NOTING = """
import recolab as rl
rl.runs.note({"MF": {"rmse": 0.9 + factors}}, protocol={"part": "test"}, parameters={"l2": 0.1}, seeds={"fit": 3})
rl.runs.note({"biases": {"rmse": 0.95}, "mean": {"rmse": 1.1}}, protocol={"part": "test"})
"""


@pytest.mark.slow
@pytest.mark.parametrize(("before", "after", "noted"), [(0.0, 0.7, 0.7), (0.7, 0.7, None)])
def test_the_peak_of_memory_is_that_of_the_notebook_and_of_no_child_before_it(
    make_notebook, tmp_path, monkeypatch, before, after, noted
):
    peaks = iter([before, after])
    monkeypatch.setattr(circumstances, "peak_memory", lambda children: next(peaks))
    _, record = runs.record_notebook(make_notebook("factors: int = 0"), {}, tmp_path / "out.ipynb", progress=False)
    assert json.loads(record.read_text())["peak_memory"] == noted


@pytest.mark.slow
def test_a_run_of_a_notebook_is_recorded_beside_it_with_what_it_noted(make_notebook, tmp_path, monkeypatch):
    first, measured = iter([0.0]), circumstances.peak_memory  # whatever children other tests had before
    monkeypatch.setattr(circumstances, "peak_memory", lambda children: next(first, measured(children=children)))
    path = make_notebook("factors: int = 0", NOTING)
    executed, record = runs.record_notebook(path, {"factors": "1"}, tmp_path / "out.ipynb", progress=False)
    run = json.loads(record.read_text())
    assert (executed.name, record.name) == ("out.ipynb", "out.json")
    assert run["asked"] == {"label": "lesson", "notebook": "lesson.ipynb", "parameters": {"factors": 1}, "data": {}}
    assert [(each["model"], each["metrics"], each["parameters"], each["seeds"]) for each in run["results"]] == [
        ("MF", {"rmse": 1.9}, {"l2": 0.1}, {"fit": 3}),
        ("biases", {"rmse": 0.95}, {}, {}),
        ("mean", {"rmse": 1.1}, {}, {}),
    ]
    assert run["seconds"] > 0
    assert run["peak_memory"] > 0.01


def test_a_notebook_that_is_run_by_hand_keeps_nothing_and_is_told_of_mistakes_all_the_same(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    runs.note({"MF": Report({"rmse": 0.9}, {"part": "test"})})
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(RecoLabError, match="metrics that are finite numbers"):
        runs.note({"MF": {"rmse": float("nan")}}, protocol={})
    with pytest.raises(RecoLabError, match="Plain metrics need the way they were measured"):
        runs.note({"MF": {"rmse": 1.0}})


def test_a_file_that_is_no_run_is_not_written_over(make_notebook, tmp_path):
    path = make_notebook("factors: int = 0")
    (tmp_path / "out.json").write_text("somebody's")
    with pytest.raises(RecoLabError, match=r"out\.json would be the run's file, but holds something else"):
        runs.record_notebook(path, {}, tmp_path / "out.ipynb", progress=False)
    assert (tmp_path / "out.json").read_text() == "somebody's"


def test_a_lesson_is_known_by_its_place_in_the_checkout(make_notebook):
    from recolab.runs.records.asked import known_as
    from recolab.runs.records.circumstances import checkout

    lesson = checkout() / "notebooks" / "day1_matrix_factorisation" / "01_ratings.ipynb"
    assert known_as(lesson) == "notebooks/day1_matrix_factorisation/01_ratings.ipynb"
    assert known_as(make_notebook("")) == "lesson.ipynb"
