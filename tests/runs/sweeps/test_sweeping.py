"""The loop of a sweep, with a place that does what a test tells it; and whole sweeps of notebooks that do next to
nothing."""

import json
import signal
import subprocess
import sys
import time
from concurrent.futures import CancelledError, Future
from pathlib import Path

import pytest
import yaml

from recolab.errors import RecoLabError
from recolab.runs.records import circumstances, run_file
from recolab.runs.records.asked import Asked, data_named
from recolab.runs.sweeps import on_dask, performing, sweeping
from recolab.runs.sweeps.performing import DONE, FAILED, perform, ticket_for
from recolab.runs.sweeps.places import Ended
from recolab.runs.sweeps.store import Store
from recolab.runs.sweeps.sweep_file import read_sweep


class Place:
    """Does runs at once, as `answers` says: for each run a list of what happens, one time after the other."""

    slots = 2

    def __init__(self, answers):
        self.answers, self.submitted, self.found_again = answers, [], 0

    def submit(self, ticket):
        number = ticket["asked"]["parameters"]["number"]
        self.submitted.append(number)
        answers = self.answers.get(number, ["done"])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        future = Future()
        if answer == "lost":
            future.set_exception(CancelledError())
            return future
        if answer == "done":
            record(ticket)
        future.set_result(answer if isinstance(answer, Ended) else Ended(answer, "too few rows"))
        return future

    def again(self, meanwhile):
        meanwhile()
        self.found_again += 1

    def close(self):
        pass


def record(ticket):
    asked, store = Asked.of(ticket["asked"]), Store(Path(ticket["folder"]))
    text = run_file.written(
        asked.run, store.folder.name, [], asked=asked.as_json(), data={}, seconds=1.0, peak_memory=None
    )
    path = store.path(asked)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def sweep(tmp_path, make_notebook):
    """Writes the file of a sweep over a notebook, and reads it."""
    make_notebook(
        "number: int = 0\nwait: float = 0.0", "import time; time.sleep(wait); open('ended', 'a').write(f'{number} ')"
    )

    def make(numbers, **keys):
        path = tmp_path / "sweep.yaml"
        path.write_text(
            yaml.safe_dump({"name": "toy", "notebook": "lesson.ipynb", "grid": {"number": numbers}, **keys})
        )
        return read_sweep(path)

    return make


@pytest.fixture
def do(sweep, tmp_path, monkeypatch):
    """Does a sweep in a place of ours."""

    def do(place, numbers=(0, 1, 2), stale=False, **keys):
        monkeypatch.setattr(sweeping, "Here", lambda _jobs: place)
        return sweeping.do_sweep(sweep(list(numbers), **keys), folder=tmp_path / "results", stale=stale)

    return do


def test_what_is_done_is_left_alone(do):
    first, second = Place({}), Place({})
    assert len(do(first).done) == 3
    assert sorted(first.submitted) == [0, 1, 2]
    now = do(second, range(5))
    assert sorted(second.submitted) == [3, 4]
    assert (len(now.done), now.waiting, now.failed) == (5, [], {})


def test_a_run_that_fails_is_tried_again_as_often_as_told_and_reported(do):
    place = Place({0: ["failed", "done"], 1: ["failed"]})
    now = do(place, retries=2)
    assert sorted(place.submitted) == [0, 0, 1, 1, 1, 2]
    assert len(now.done) == 2
    ((run, about),) = now.failed.items()
    assert about["error"] == "too few rows"
    assert [each.run for each in now.again] == [run]
    assert run not in {each.run for each in now.done}
    # Another start tries it again.
    assert len(do(Place({}), retries=2).done) == 3


def test_the_reason_is_that_of_the_last_failure(do):
    for sentence, attempts in (("too slow", 1), ("too large", 2)):
        ((_, about),) = do(Place({0: [Ended("failed", sentence)]}), [0], retries=0).failed.items()
        assert (about["error"], about["attempts"]) == (sentence, attempts)


def test_a_stale_run_that_fails_when_it_is_done_again_is_reported_and_keeps_its_row(do, tmp_path):
    do(Place({}), [0])
    (path,) = (tmp_path / "results" / "toy").glob("*.json")
    run = json.loads(path.read_text())
    run["rooms"]["models"] = "another"
    path.write_text(json.dumps(run))
    now = do(Place({0: ["failed"]}), [0], stale=True, retries=0)
    assert ([*now.failed], now.done) == ([run["run"]], [])
    assert path.is_file()
    assert len(do(Place({}), [0]).done) == 1  # what failed is tried again, told or not


def test_a_run_that_somebody_else_is_at_is_left_to_them_until_it_is_done(do):
    place = Place({1: ["busy", "busy", "done"]})
    assert len(do(place, retries=0).done) == 3
    assert place.submitted.count(1) == 3


def test_what_a_lost_scheduler_had_is_asked_for_again_and_counts_as_no_failure(do):
    place = Place({0: ["lost", "done"], 1: ["lost", "done"]})
    now = do(place, retries=0)
    assert (len(now.done), now.failed) == (3, {})
    assert place.found_again >= 1


def test_files_that_a_worker_sends_are_written_here(do, tmp_path):
    sent = {"lesson-abc.ipynb": b"{}", ".failed/x.json": b'{"error": "e", "label": "l"}'}
    do(Place({0: [Ended("busy", files=sent), "done"]}))
    assert (tmp_path / "results" / "toy" / "lesson-abc.ipynb").read_bytes() == b"{}"


def test_runs_of_changed_code_are_stale_and_done_again_only_when_told(do, tmp_path):
    do(Place({}))
    path = sorted((tmp_path / "results" / "toy").glob("*.json"))[0]
    run = json.loads(path.read_text())
    run["rooms"]["models"] = "another"
    path.write_text(json.dumps(run))
    place = Place({})
    assert do(place).stale == {run["run"]: ["models"]}
    assert place.submitted == []
    assert do(place, stale=True).stale == {}
    assert place.submitted == [run["asked"]["parameters"]["number"]]


def test_another_machine_in_the_same_store_is_refused_while_it_is_alive(do, tmp_path):
    beat = tmp_path / "results" / "toy" / ".running" / "machine"
    beat.parent.mkdir(parents=True)
    beat.write_text(json.dumps({"machine": "another", "at": time.time() - 5}))
    with pytest.raises(RecoLabError, match=r"Another machine was doing a sweep in .*toy 5 seconds ago"):
        do(Place({}))
    beat.write_text(json.dumps({"machine": "another", "at": time.time() - 120}))
    assert len(do(Place({})).done) == 3
    assert not beat.exists()


def test_two_machines_that_begin_at_the_same_time_are_told_at_the_next_beat(do, tmp_path, monkeypatch):
    monkeypatch.setattr(sweeping, "BEAT", 0.0)

    class Another(Place):
        def submit(self, ticket):
            beat = tmp_path / "results" / "toy" / ".running" / "machine"
            beat.write_text(json.dumps({"machine": "another", "at": time.time()}))
            return super().submit(ticket)

    with pytest.raises(RecoLabError, match="Another machine was doing a sweep"):
        do(Another({}))
    assert "another" in (tmp_path / "results" / "toy" / ".running" / "machine").read_text()


def test_a_scheduler_that_is_not_there_is_named(sweep, tmp_path):
    pytest.importorskip("distributed")
    with pytest.raises(RecoLabError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        sweeping.do_sweep(sweep([0]), folder=tmp_path, scheduler="tcp://127.0.0.1:9")


def start(tmp_path, *options):
    command = [
        sys.executable,
        "-m",
        "recolab.cli",
        "sweep",
        str(tmp_path / "sweep.yaml"),
        "--into",
        str(tmp_path),
        *options,
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_a_sweep_that_is_killed_again_and_again_does_every_run_once(sweep, tmp_path):
    sweep(list(range(6)), parameters={"wait": 0.5})
    for seconds in (3.0, 5.0):
        process = start(tmp_path, "--jobs", "2")
        time.sleep(seconds)
        process.kill()
        process.communicate()
    process = start(tmp_path, "--jobs", "2")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "6 of 6 done" in out
    assert sorted((tmp_path / "ended").read_text().split()) == list("012345")
    names = {path.suffix for path in (tmp_path / "toy").iterdir()}
    assert names == {".json", ".ipynb"}  # nothing half-written, no lock


def test_a_row_names_the_code_that_was_there_when_its_run_began(tmp_path, monkeypatch):
    def edited_meanwhile(_asked):
        monkeypatch.setattr(circumstances, "code", lambda: {"commit": "after", "rooms": {}})
        return []

    monkeypatch.setattr(circumstances, "code", lambda: {"commit": "before", "rooms": {}})
    monkeypatch.setattr(performing, "_of_experiment", edited_meanwhile)
    asked, store = Asked("mean", {"data": "synthetic"}, data_named("synthetic")), Store(tmp_path / "toy")
    assert perform(ticket_for(asked, store)) == DONE
    assert store.read()[asked.run]["commit"] == "before"


def test_a_run_is_done_again_only_as_long_as_its_row_is_stale(tmp_path, monkeypatch):
    times = []
    monkeypatch.setattr(performing, "_of_experiment", lambda asked: times.append(asked.run) or [])
    asked, store = Asked("mean", {"data": "synthetic"}, data_named("synthetic")), Store(tmp_path / "toy")
    monkeypatch.setattr(circumstances, "rooms", lambda: {"models": "old"})
    perform(ticket_for(asked, store))
    monkeypatch.setattr(circumstances, "rooms", lambda: {"models": "new"})
    for again in (False, True, True):  # the last time another sweep has been faster
        assert perform(ticket_for(asked, store, again=again)) == DONE
    assert len(times) == 2


def test_a_worker_runs_the_notebook_that_was_sent(make_notebook, tmp_path):
    mine = make_notebook("number: int = 1")
    ticket = {"notebook": str(mine), "asked": {"notebook": "lesson.ipynb"}, "text": mine.read_text()}
    assert on_dask._with_notebook(ticket, tmp_path)["notebook"] == str(mine)
    sent = ticket | {"text": mine.read_text().replace("int = 1", "int = 2")}
    own = tmp_path / "own"
    own.mkdir()
    assert Path(on_dask._with_notebook(sent, own)["notebook"]).read_text() == sent["text"]


def test_a_machine_with_other_data_refuses_the_run(tmp_path):
    """`auto` takes what a machine has: another set must not be recorded under the name of the one that was meant."""
    plain = {"data": "synthetic", "protocol": "random fifth", "model": "GlobalMean"}
    asked, store = Asked("mean", plain, {"name": "ml-100k", "edition": "1998", "files": {}}), Store(tmp_path / "toy")
    assert perform(ticket_for(asked, store)) == FAILED
    (about,) = store.failed().values()
    assert "is one of ml-100k (1998), and here is synthetic" in about["error"]
    assert not store.done()


@pytest.mark.slow
def test_two_sweeps_in_one_folder_share_the_runs(sweep, tmp_path):
    sweep(list(range(4)), parameters={"wait": 0.5})
    both = [start(tmp_path), start(tmp_path)]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    assert sorted((tmp_path / "ended").read_text().split()) == list("0123")
    for process in both:
        process.communicate()


@pytest.mark.slow
def test_an_interrupt_ends_the_runs_and_leaves_nothing_half_done(sweep, tmp_path):
    sweep([0], parameters={"wait": 60.0})
    process = start(tmp_path)
    until = time.monotonic() + 60
    while not list((tmp_path / "toy" / ".running").glob("*/run.json")) and time.monotonic() < until:
        time.sleep(0.2)
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode not in (0, None)
    assert Store(tmp_path / "toy").running() == {}
    assert not (tmp_path / "ended").exists()
    assert list((tmp_path / "toy").glob("*.json")) == []


@pytest.mark.slow
def test_a_run_that_takes_too_long_or_raises_is_reported_with_its_cell(sweep, tmp_path, make_notebook):
    sweep([0, 1], limit=20, retries=0)
    make_notebook("number: int = 0", "if number: raise ValueError('too few rows')\nimport time; time.sleep(600)")
    process = start(tmp_path, "--jobs", "2")
    _, err = process.communicate(timeout=120)
    assert process.returncode == 1
    failed = Store(tmp_path / "toy").failed()
    errors = sorted(about["error"] for about in failed.values())
    assert len(errors) == 2
    assert any("ValueError: too few rows" in error for error in errors)
    assert {about["cell"] for about in failed.values()} == {3}
    assert len(list((tmp_path / "toy" / ".failed").glob("*.ipynb"))) == 2
    assert "cell 3" in err


@pytest.mark.slow
@pytest.mark.parametrize("shared", [True, False])
def test_workers_of_a_dask_scheduler_do_the_runs_whether_or_not_they_see_the_store(
    sweep, tmp_path, monkeypatch, shared
):
    distributed = pytest.importorskip("distributed")
    if not shared:
        monkeypatch.setattr("recolab.runs.sweeps.on_dask._sees_the_store", lambda _ticket: False)
    with distributed.LocalCluster(1, threads_per_worker=2, processes=False, dashboard_address=None) as cluster:
        monkeypatch.setattr("recolab.runs.sweeps.on_dask._threads_by_host", lambda _client: {"": 2})
        now = sweeping.do_sweep(sweep([0, 1]), folder=tmp_path, scheduler=cluster.scheduler_address)
    assert (len(now.done), now.failed) == (2, {})
    assert sorted((tmp_path / "ended").read_text().split()) == ["0", "1"]
    assert {path.suffix for path in (tmp_path / "toy").iterdir()} == {".json", ".ipynb"}
    assert {row["experiment"] for row in Store(tmp_path / "toy").read().values()} == {"toy"}
