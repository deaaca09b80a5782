import json
import math
import os
import re
import subprocess

import numpy as np
import pandas as pd
import pytest

from recolab import runs
from recolab.data import Provenance, Ratings
from recolab.errors import RecoLabError
from recolab.evaluate import Report
from recolab.runs.records import circumstances, results

REPORT = Report(
    {"rmse": 0.91}, {"data": "toy", "part": "test", "clipped": True}, {"epochs": 12}, {"rmse": (0.90, 0.92)}
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Where these tests record."""
    monkeypatch.setenv("RECOLAB_RESULTS", str(tmp_path / "rows"))
    return tmp_path / "rows"


def record(report=REPORT, *, experiment="ml-1m", model="BiasedMF", seed=0, **others):
    settings = {"parameters": {"factors": 40, "layers": [2, 1]}, "seeds": {"model": seed}} | others
    return runs.record(experiment, model, report, **settings)


def test_a_run_is_one_json_file_with_all_its_number_depends_on():
    ratings = Ratings(
        frame=pd.DataFrame(),
        users=pd.DataFrame(),
        items=pd.DataFrame(),
        scale=(1, 5),
        provenance=Provenance("toy", "official", "/home/somebody", {"u.data": "06416e"}),
    )
    path = record(ratings=ratings, seconds=np.float64(2.5), seed=np.int64(7))
    run = json.loads(path.read_text())
    assert path.name == f"BiasedMF-{run['run']}.json"
    assert re.fullmatch("[0-9a-f]{10}", run["run"])
    assert path.parent.name == run["experiment"] == "ml-1m"
    assert (run["layout"], run["asked"]) == (2, None)
    assert set(run["rooms"]) == set(circumstances.ROOMS) > {"data", "models", "training", "experiments"}
    assert 0.01 < run["peak_memory"] < 100
    (result,) = run["results"]
    row = run | result
    assert row["metrics"] == {"rmse": 0.91}
    assert row["intervals"] == {"rmse": [0.90, 0.92]}
    assert row["protocol"] == {"data": "toy", "part": "test", "clipped": True}
    assert row["details"] == {"epochs": 12}
    assert row["parameters"] == {"factors": 40, "layers": [2, 1]}
    assert (row["seeds"], row["seconds"]) == ({"model": 7}, 2.5)
    assert row["data"] == {"name": "toy", "edition": "official", "files": {"u.data": "06416e"}}
    assert {"python", "recolab", "numpy", "keras", "tensorflow"} <= set(row["versions"])
    assert row["machine"]["cores"] >= 1
    assert pd.Timestamp(row["when"]).utcoffset().total_seconds() == 0


def test_a_row_names_neither_person_nor_machine_nor_folder():
    text = record().read_text()
    assert os.uname().nodename not in text
    assert os.getcwd() not in text


def test_recording_the_same_run_again_replaces_its_row_and_another_seed_adds_one():
    first = record(seconds=1.0)
    assert record(Report({"rmse": 0.90}, REPORT.protocol)) == first
    assert record(seed=1) != first
    assert runs.recorded("ml-1m")["metrics.rmse"].sort_values().tolist() == [0.90, 0.91]


def test_rows_come_back_as_one_flat_table():
    record(seed=3, seconds=1.5)
    record({"speed": 9}, experiment="speed", model="rl.fit", parameters={"batch": 32}, protocol={"epochs": 2})
    table = runs.recorded()
    assert table["experiment"].tolist() == ["ml-1m", "speed"]
    first = table.iloc[0]
    assert (first["metrics.rmse"], first["protocol.part"], first["details.epochs"]) == (0.91, "test", 12)
    assert (first["parameters.layers"], first["seeds.model"], first["seconds"]) == ([2, 1], 3, 1.5)
    assert table["metrics.speed"].isna().tolist() == [True, False]
    assert list(table.columns[:7]) == ["experiment", "model", "run", "commit", "seconds", "peak_memory", "when"]
    assert runs.recorded("speed")["parameters.batch"].tolist() == [32]


def test_an_experiment_nobody_recorded_is_an_error_with_the_nearest_name():
    record(experiment="ml-1m-ratings")
    with pytest.raises(RecoLabError, match="did you mean 'ml-1m-ratings'"):
        runs.recorded("ml-1m-rating")


def test_what_the_course_recorded_is_there_from_every_results_folder_that_has_none_of_its_own(folder):
    course = runs.recorded("ml-1m-ratings")
    assert course["experiment"].eq("ml-1m-ratings").all()
    with pytest.raises(RecoLabError, match="No run of the experiment 'ml-1m-ratings'"):
        runs.recorded("ml-1m-ratings", folder=folder)
    record(experiment="ml-1m-ratings")
    assert len(runs.recorded("ml-1m-ratings")) == 1 < len(course)


def test_no_runs_at_all_make_an_empty_table():
    assert runs.recorded().empty


@pytest.mark.parametrize("text", ["", '{"experiment": "x"', "[]", '{"experiment": "x"}', '{"metrics": 3}'])
def test_a_broken_row_is_named(text, folder):
    record()
    (folder / "ml-1m" / "broken.json").write_text(text)
    with pytest.raises(RecoLabError, match=r"broken\.json is not a recorded run"):
        runs.recorded("ml-1m")


@pytest.mark.parametrize(
    ("text", "whose"),
    [('{"experiment": "x", "metrics": {}, "protocol": {}}', "an older"), ('{"layout": 3}', "a newer")],
)
def test_a_row_of_another_layout_is_told_from_a_broken_one(text, whose, folder):
    record()
    (folder / "ml-1m" / "other.json").write_text(text)
    with pytest.raises(
        RecoLabError, match=rf"other\.json was recorded by {whose} RecoLab .* record into another folder"
    ):
        runs.recorded("ml-1m")


def test_the_code_of_a_room_is_known_by_what_it_does_and_not_by_its_words(tmp_path):
    file = tmp_path / "room.py"
    prints = []
    for text in ('"""One."""\nx = 1', '"""Two."""\nx = 1  # why\n"""Of x."""', "x = 2"):
        file.write_text(text)
        prints.append(circumstances._fingerprint([file]))
    assert prints[0] == prints[1] != prints[2]


def test_every_version_of_python_finds_the_same_fingerprint(tmp_path):
    file = tmp_path / "room.py"
    file.write_text("class A:\n    def f(self, *x: int, y=None) -> str:\n        return f'{x!r:>3}' if x else None\n")
    assert circumstances._fingerprint([file]) == "1d316eb526"


@pytest.mark.parametrize("failing", ["replace", "fsync"])
def test_a_write_that_dies_leaves_the_old_row_whole_and_nothing_beside_it(failing, folder, monkeypatch):
    old = record().read_text()

    def dies(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, failing, dies)
    with pytest.raises(RecoLabError, match=r"BiasedMF-.*\.json cannot be written: No space left on device"):
        record(Report({"rmse": 0.5}, REPORT.protocol))
    assert [path.read_text() for path in (folder / "ml-1m").iterdir()] == [old]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"report": {"rmse": math.nan}, "protocol": {}}, "metrics that are finite numbers, not {'rmse': nan}"),
        ({"report": {"rmse": "0.9"}, "protocol": {}}, "metrics that are finite numbers"),
        ({"report": {}, "protocol": {}}, "not none at all"),
        ({"report": {"rmse": 0.9}}, "pass protocol="),
        ({"protocol": {"part": "test"}}, "brings its own protocol"),
        ({"parameters": {"build": print}}, "holds something else: .*print"),
        ({"parameters": {"rate": math.inf}}, "holds something else"),
        ({"experiment": "../elsewhere"}, "cannot name a file"),
        ({"model": "a/b"}, "cannot name a file"),
    ],
)
def test_what_cannot_be_recorded_is_refused_before_anything_is_written(changes, sentence, folder):
    with pytest.raises(RecoLabError, match=sentence):
        record(**{"report": REPORT, **changes})
    assert not folder.exists()


def test_an_argument_goes_before_the_environment_and_that_before_the_checkout(tmp_path, folder, monkeypatch):
    assert runs.results_folder(tmp_path / "mine") == tmp_path / "mine"
    assert runs.results_folder() == folder
    monkeypatch.delenv("RECOLAB_RESULTS")
    monkeypatch.setattr(circumstances, "checkout", lambda: tmp_path)
    assert runs.results_folder(write=True) == tmp_path / "results"


def test_an_installed_copy_reads_the_rows_it_came_with_and_writes_nowhere(tmp_path, monkeypatch):
    record()
    shipped = tmp_path / "site-packages" / "recolab"
    (tmp_path / "rows").rename(tmp_path / "_results")
    shipped.mkdir(parents=True)
    (tmp_path / "_results").rename(shipped / "_results")
    monkeypatch.delenv("RECOLAB_RESULTS")
    monkeypatch.setattr(circumstances, "checkout", lambda: None)
    monkeypatch.setattr(results, "__file__", str(shipped / "runs" / "records" / "results.py"))
    assert len(runs.recorded("ml-1m")) == 1
    with pytest.raises(RecoLabError, match=r"folder=\.\.\. or the environment variable RECOLAB_RESULTS"):
        record()


def git(folder, *arguments):
    identity = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]
    subprocess.run(["git", "-C", folder, *identity, *arguments], check=True, capture_output=True)


def test_the_commit_says_when_files_differ_from_it_recorded_rows_aside(tmp_path):
    git(tmp_path, "init")
    assert circumstances.commit(tmp_path) is None
    (tmp_path / "model.py").write_text("1")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    clean = circumstances.commit(tmp_path)
    assert re.fullmatch(r"[0-9a-f]{40}", clean)
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "row.json").write_text("{}")
    assert circumstances.commit(tmp_path) == clean
    (tmp_path / "model.py").write_text("2")
    assert circumstances.commit(tmp_path) == clean + "+changes"


def test_there_is_no_commit_without_git(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert circumstances.commit(tmp_path) is None
    monkeypatch.setenv("PATH", "")
    assert circumstances.commit(tmp_path) is None
    assert circumstances.commit(None) is None
