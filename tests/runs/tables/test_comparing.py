import json

import numpy as np
import pandas as pd
import pytest

from recolab import runs
from recolab.errors import RecoLabError
from recolab.runs.records.finding import find_run
from recolab.runs.records.user_tables import read_users

USERS = pd.DataFrame({"user_id": [7, 9], "rows": [1, 3], "mse": [4.0, 0.0], "mae": [2.0, 0.0]})
METRICS = {"mse": 1.0, "mae": 0.5, "rmse": 1.0}
WORSE = USERS.assign(mse=[5.0, 1.0], mae=[3.0, 1.0])


@pytest.fixture
def pair(write_run):
    """Two runs with their users; the second is worse for everybody."""
    return write_run(METRICS, users=USERS), write_run(
        {"mse": 2.0, "mae": 1.5, "rmse": 2**0.5, "coverage": 0.5}, users=WORSE, seed=1, factors=20
    )


def edited(path, change):
    """The file with a change of its content."""
    whole = json.loads(path.read_text())
    change(whole)
    path.write_text(json.dumps(whole))


def rows_of(shown):
    return shown.metrics.set_index("metric")


def test_differences_have_intervals_and_all_that_differs_is_named(pair):
    shown = runs.compare_runs(*pair)
    table = rows_of(shown)
    assert table.loc["mse", ["a", "b", "difference"]].tolist() == [1.0, 2.0, -1.0]
    assert table.loc["mse", ["low", "high"]].tolist() == [-1.0, -1.0]  # for every user, so in every sample
    assert table.loc["rmse", "low"] < table.loc["rmse", "high"] < 0
    assert "coverage" not in table.index
    assert shown.without_users == ()
    assert shown.differs.to_numpy().tolist() == [["parameters", "factors", 40, 20], ["seeds", "fit", 0, 1]]


def test_a_run_does_not_differ_from_itself(pair):
    shown = runs.compare_runs(pair[0], pair[0])
    assert (rows_of(shown)[["difference", "low", "high"]] == 0).all(axis=None)
    assert shown.differs.empty


def test_versions_machine_commit_and_code_are_compared(pair):
    def change(whole):
        whole["versions"]["keras"] = "2.0"
        whole["machine"]["threads"] = 99
        whole["commit"] = "another"
        whole["rooms"]["models"] = "another"

    edited(pair[1], change)
    differs = runs.compare_runs(*pair).differs.set_index(["what", "name"])
    assert differs.loc[("versions", "keras"), "b"] == "2.0"
    assert differs.loc[("machine", "threads"), "b"] == 99
    assert differs.loc[("commit", "commit"), "b"] == differs.loc[("rooms", "models"), "b"] == "another"


def test_ids_are_found_in_the_folder_of_results(pair):
    a, b = (path.stem.rpartition("-")[2] for path in pair)
    assert runs.compare_runs(a, b, folder=pair[0].parents[1]).metrics.equals(runs.compare_runs(*pair).metrics)


def test_several_results_are_compared_one_by_one(write_run):
    one = write_run([METRICS, {"mse": 3.0}])
    other = write_run([METRICS, {"mse": 5.0}], seed=1)
    shown = runs.compare_runs(one, other)
    assert shown.metrics.loc[shown.metrics["result"] == 2, ["metric", "difference"]].to_numpy().tolist() == [
        ["mse", -2.0]
    ]
    with pytest.raises(RecoLabError, match=r"has 2 results and \w+ has 1: compare runs of one protocol"):
        runs.compare_runs(one, write_run(METRICS, seed=2))


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"protocol": {"split": "a tenth"}}, r"different protocols \(split: a fifth and a tenth\)"),
        ({"protocol": {"split": "a fifth", "masked": True}}, r"different protocols \(masked: None and True\)"),
        (
            {"data": {"name": "toy", "edition": "own", "files": {"u.data": "f00"}}},
            r"different data \(u\.data: 06416e and f00\)",
        ),
    ],
)
def test_runs_that_were_not_measured_alike_are_refused(write_run, other, sentence):
    one, two = write_run(METRICS), write_run(METRICS, seed=1, **other)
    with pytest.raises(RecoLabError, match=sentence):
        runs.compare_runs(one, two)


def test_without_the_users_of_a_run_there_are_differences_but_no_intervals(pair):
    pair[1].with_suffix(".npz").unlink()
    shown = runs.compare_runs(*pair)
    assert shown.without_users == (pair[1],)
    assert shown.metrics[["low", "high"]].isna().all(axis=None)
    assert rows_of(shown).loc["mae", "difference"] == -1.0


def test_the_users_of_another_recording_do_not_count(pair):
    edited(pair[1], lambda whole: whole["results"][0]["metrics"].update(mae=1.501))
    assert runs.compare_runs(*pair).without_users == (pair[1],)


def test_kept_users_have_single_precision_and_still_belong_to_their_run(write_run):
    users = pd.DataFrame({"user_id": range(3), "hr@10": 0.1})  # in single precision 0.100000001
    path = write_run({"hr@10": 0.1}, users=users)
    assert read_users(path, 0)["hr@10"].dtype == np.float32
    assert runs.compare_runs(path, path).without_users == ()


def test_users_of_one_run_alone_are_an_error(write_run):
    one = write_run(METRICS, users=USERS)
    other = write_run(METRICS, users=USERS.assign(user_id=[7, 8]), seed=1)
    with pytest.raises(RecoLabError, match=r"has the users 8, 9 \(2 in all\)"):
        runs.compare_runs(one, other)
    fewer = write_run({"mse": 2.0}, users=USERS.assign(rows=[1, 1])[["user_id", "rows", "mse"]], seed=2)
    with pytest.raises(RecoLabError, match="differ in the number of their rows"):
        runs.compare_runs(one, fewer)


def test_runs_without_metrics_are_refused(write_run):
    with pytest.raises(RecoLabError, match="has no metrics"):
        runs.compare_runs(write_run([]), write_run([], seed=1))


def test_the_order_of_the_users_does_not_matter(write_run):
    one, other = write_run(METRICS, users=USERS), write_run(METRICS, users=USERS.iloc[::-1], seed=1)
    assert (rows_of(runs.compare_runs(one, other))[["low", "high"]] == 0).all(axis=None)


def test_an_id_that_is_not_there_is_an_error_that_says_what_is(write_run):
    path = write_run(METRICS)
    folder, run = path.parents[1], path.stem.rpartition("-")[2]
    assert find_run(run, folder).path == path
    with pytest.raises(RecoLabError, match=f"did you mean '{run}'"):
        find_run(run[:-1] + "x", folder)
    with pytest.raises(RecoLabError, match=r"No run 'none' is recorded in .*`ls .*recolab\.runs\.recorded"):
        find_run("none", folder)
    with pytest.raises(RecoLabError, match="is not a recorded run"):
        find_run(path.with_name("none.json"))


def test_an_id_that_two_files_bear_is_an_error(write_run):
    path = write_run(METRICS)
    copy = path.parents[1] / "copy" / path.name
    copy.parent.mkdir()
    copy.write_bytes(path.read_bytes())
    with pytest.raises(RecoLabError, match="recorded more than once: give one path"):
        find_run(path.stem.rpartition("-")[2], path.parents[1])
