import json
import math

import numpy as np
import pytest

from recolab import runs
from recolab.errors import RecoLabError
from recolab.runs.records import circumstances
from recolab.runs.records.asked import Asked, data_named
from recolab.runs.records.user_tables import read_users
from recolab.runs.sweeps import sweep
from recolab.runs.sweeps.performing import DONE, perform, ticket_for
from recolab.runs.sweeps.places import Ended
from recolab.runs.sweeps.store import Store
from recolab.runs.tables import repeating

MF = {
    "data": "synthetic",
    "protocol": "random fifth",
    "model": "BiasedMF",
    "settings": {"factors": 2},
    "batch_size": 4096,
    "epochs": 1,
}


@pytest.fixture
def trained(tmp_path):
    """A recorded run of one epoch on made-up ratings."""
    asked = Asked("BiasedMF", MF, data_named("synthetic"))
    folder = tmp_path / "results" / "toy"
    assert perform(ticket_for(asked, Store(folder))) == DONE
    return Store(folder).path(asked)


def edited(path, change):
    whole = json.loads(path.read_text())
    change(whole)
    path.write_text(json.dumps(whole))
    return whole


@pytest.fixture
def comes_out(monkeypatch):
    """Lets every repetition come out with given metrics, without training anything."""
    told = {}

    def to_come(**metrics):
        class Instead:
            def __init__(self, jobs, threads):
                told["threads"] = threads

            def submit(self, given):
                store, asked = Store(repeating.Path(given["folder"])), Asked.of(given["asked"])
                store.folder.mkdir(parents=True)
                whole = json.loads(told["file"].read_text())
                whole["results"][0]["metrics"] = metrics
                store.path(asked).write_text(json.dumps(whole))
                return self

            def result(self):
                return Ended("done")

            def close(self):
                pass

        monkeypatch.setattr(repeating, "Here", Instead)
        return told

    monkeypatch.setattr(sweep, "data_named", lambda name: {"name": "toy", "edition": "own", "files": FILES})
    return to_come


FILES = {"u.data": "06416e"}


def again(path, told, **how):
    told["file"] = path
    return runs.repeat(path, **how)


@pytest.mark.slow
def test_a_run_done_again_has_the_same_digits_and_an_edited_row_has_not(trained):
    before = trained.read_bytes()
    done = runs.repeat(trained)
    assert done.same
    assert done.agrees
    assert set(done.metrics["metric"]) == {"mse", "rmse", "mae"}
    assert (done.versions, done.machine, done.rooms, done.kept) == ({}, {}, [], None)
    assert trained.read_bytes() == before

    edited(trained, lambda whole: whole["results"][0]["metrics"].update(rmse=0.5))
    trained.with_suffix(".npz").unlink()
    done = runs.repeat(trained.stem.rpartition("-")[2], keep=True, folder=trained.parents[1])
    assert not done.agrees
    assert done.metrics.set_index("metric")["same"].to_dict() == {"mse": True, "rmse": False, "mae": True}
    assert done.kept == trained
    whole = json.loads(trained.read_text())
    assert whole["results"][0]["metrics"] == json.loads(before)["results"][0]["metrics"]
    assert read_users(trained, 0)["rows"].sum() == whole["results"][0]["protocol"]["rows"]


@pytest.mark.slow
def test_a_notebook_is_found_in_the_checkout_and_done_again(make_notebook, monkeypatch, tmp_path):
    note = "import recolab as rl\nrl.runs.note({'m': {'epochs': float(epochs)}}, protocol={'part': 'test'})"
    notebook = make_notebook("epochs: int = 1", note)
    asked, folder = Asked("lesson", {"epochs": 3}, {}, notebook=notebook.name), tmp_path / "results" / "toy"
    assert perform(ticket_for(asked, Store(folder), notebook=notebook)) == DONE
    path = Store(folder).path(asked)
    path.with_suffix(".ipynb").unlink()
    monkeypatch.setattr(circumstances, "checkout", lambda: tmp_path)
    done = runs.repeat(path, keep=True)
    assert done.same
    assert done.metrics["new"].tolist() == [3.0]
    assert "rl.runs.note" in path.with_suffix(".ipynb").read_text()

    monkeypatch.chdir(tmp_path)
    make_notebook("epochs: int = 1", "assert epochs < 2")
    with pytest.raises(RecoLabError, match=rf"Cell 3 of .*AssertionError.* is kept in {asked.run}\.failed\.ipynb"):
        runs.repeat(path)
    assert (tmp_path / f"{asked.run}.failed.ipynb").is_file()

    monkeypatch.setattr(circumstances, "checkout", lambda: tmp_path / "elsewhere")
    monkeypatch.chdir(folder)
    with pytest.raises(RecoLabError, match=r"The notebook lesson\.ipynb of the run \w+ lies neither in"):
        runs.repeat(path)


def test_what_a_script_recorded_cannot_be_repeated(write_run):
    with pytest.raises(RecoLabError, match=r"was recorded by a script, which alone knows"):
        runs.repeat(write_run({"rmse": 0.9}, asked=False))


def test_a_run_without_metrics_is_refused(write_run):
    with pytest.raises(RecoLabError, match=r"has no metrics, so there is nothing to hold against another"):
        runs.repeat(write_run([]))


def test_files_beside_a_run_that_are_none_are_passed_over(write_run, comes_out):
    path = write_run({"rmse": 0.9})
    path.with_name("settings.json").write_text("[]")
    assert again(path, comes_out(rmse=0.9)).metrics["runs"].tolist() == [1]


def test_a_file_whose_question_was_edited_is_refused(write_run):
    path = write_run({"rmse": 0.9})
    edited(path, lambda whole: whole["asked"]["parameters"].update(factors=41))
    with pytest.raises(RecoLabError, match=r"but what it was asked makes the run \w+: it was edited"):
        runs.repeat(path)


def test_other_data_is_an_error_before_anything_runs(write_run, monkeypatch, comes_out):
    told = comes_out(rmse=0.9)
    other = {"name": "toy", "edition": "own", "files": {"u.data": "f00f00"}}
    path = write_run({"rmse": 0.9}, data=other)
    with pytest.raises(RecoLabError, match=r"one of toy \(own\).*, with another sha256 of u\.data: fetch"):
        again(path, told)
    assert "threads" not in told


def test_as_many_threads_as_then_are_taken_if_there_are_so_many_cores(write_run, monkeypatch, comes_out):
    told = comes_out(rmse=0.9)
    monkeypatch.setattr(circumstances, "cores", lambda: 4)
    path = write_run({"rmse": 0.9})
    for then, now in ((2, 2), (8, 4)):
        edited(path, lambda whole, then=then: whole["machine"].update(threads=then))
        again(path, told)
        assert told["threads"] == now


def test_the_spread_is_that_of_runs_that_differ_in_their_seeds_alone(write_run, comes_out):
    told = comes_out(rmse=0.932)
    path = write_run({"rmse": 0.90})
    write_run({"rmse": 0.92}, seed=1)
    write_run({"rmse": 0.10}, seed=2, factors=20)
    write_run({"rmse": 0.10}, seed=3, protocol={"split": "a tenth"})
    write_run({"rmse": 0.10}, seed=4, label="Another")
    write_run({"rmse": 0.10}, seed=5, data={"name": "toy", "edition": "own", "files": {"u.data": "f00"}})
    done = again(path, told)
    (row,) = done.metrics.to_dict("records")
    sd = math.sqrt(2 * 0.01**2)  # of .90 and .92: .014
    assert (row["old"], row["new"], row["runs"]) == (0.90, 0.932, 2)
    assert (row["low"], row["high"]) == pytest.approx((0.90 - sd, 0.92 + sd))
    assert (done.same, done.agrees) == (False, True)  # .90 lies .02 from .92 and .932, less than twice their range
    assert not again(path, comes_out(rmse=0.935)).agrees  # above .92 + .014
    assert not again(path, comes_out(rmse=0.885)).agrees
    assert again(path, comes_out(rmse=0.886)).agrees


def test_a_value_far_from_the_recorded_ones_is_outside(write_run, comes_out):
    path = write_run({"rmse": 0.90})
    write_run({"rmse": 0.91}, seed=1)
    write_run({"rmse": 0.92}, seed=2)
    assert not again(path, comes_out(rmse=0.95)).agrees
    assert again(path, comes_out(rmse=0.905)).agrees


def test_an_edited_row_is_noticed_although_it_widens_its_own_spread(write_run, comes_out):
    path = write_run({"rmse": 0.50})
    for seed, rmse in enumerate((0.90, 0.91), start=1):
        write_run({"rmse": rmse}, seed=seed)
    (row,) = again(path, comes_out(rmse=0.905)).metrics.to_dict("records")
    assert row["low"] < row["new"] < row["high"]
    assert not row["within"]


def test_a_single_run_has_no_spread_and_metrics_that_are_gone_are_not_the_same(write_run, comes_out):
    path = write_run({"rmse": 0.90, "mae": 0.7})
    done = again(path, comes_out(rmse=0.9))
    table = done.metrics.set_index("metric")
    assert table["same"].to_dict() == {"rmse": True, "mae": False}
    assert np.isnan(table.loc["rmse", "low"])
    assert not done.agrees


def test_what_is_kept_takes_the_place_of_what_lay_beside_the_row(write_run, comes_out):
    path = write_run({"rmse": 0.90})
    path.with_suffix(".npz").write_bytes(b"of the old row")
    assert again(path, comes_out(rmse=0.91)).kept is None
    assert path.with_suffix(".npz").exists()
    assert again(path, comes_out(rmse=0.91), keep=True).kept == path
    assert json.loads(path.read_text())["results"][0]["metrics"] == {"rmse": 0.91}
    assert not path.with_suffix(".npz").exists()


def test_versions_machine_and_code_that_changed_are_told(write_run, comes_out):
    path = write_run({"rmse": 0.90})
    now = edited(path, lambda whole: None)
    told = comes_out(rmse=0.9)

    def older(whole):
        whole["versions"]["keras"] = "2.0"
        whole["machine"]["processor"] = "abacus"
        whole["rooms"]["models"] = "another"

    edited(path, older)
    copy = path.parents[2] / "now.json"
    copy.write_text(json.dumps(now))
    told["file"] = copy
    done = runs.repeat(path)
    assert done.versions == {"keras": ("2.0", now["versions"]["keras"])}
    assert done.machine == {"processor": ("abacus", now["machine"]["processor"])}
    assert done.rooms == ["models"]
