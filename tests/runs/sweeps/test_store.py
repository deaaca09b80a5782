import json
import subprocess
import sys
from pathlib import Path

import pytest

from recolab.errors import RecoLabError
from recolab.runs.records.asked import Asked
from recolab.runs.sweeps.store import Busy, Store

ASKED = Asked("BiasedMF", {"factors": 40}, {"name": "toy"})
OTHER = Asked("BiasedMF", {"factors": 41}, {"name": "toy"})


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def recorded(store, asked):
    """An empty file of a run: what is in it does not matter here."""
    path = store.path(asked)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")
    return path


HOLDING = """
import sys, time
from pathlib import Path
from recolab.runs.records.asked import Asked
from recolab.runs.sweeps.store import Store
with Store(Path(sys.argv[1])).claimed(Asked("BiasedMF", {"factors": 40}, {"name": "toy"})) as work:
    (work / "half").write_text("written")
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(store):
    """Another process that holds the run."""
    process = subprocess.Popen([sys.executable, "-c", HOLDING, str(store.folder)], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.communicate()


def test_the_id_of_a_run_follows_from_what_is_asked_and_not_from_its_name():
    assert ASKED.run == Asked("Another name", {"factors": 40}, {"name": "toy"}).run
    assert len({ASKED.run, OTHER.run, Asked("BiasedMF", {"factors": 40}, {"name": "other"}).run}) == 3
    assert Asked.of(json.loads(json.dumps(ASKED.as_json()))) == ASKED
    assert Asked("n", {}, {}, notebook="a.ipynb").run != Asked("n", {}, {}, notebook="b.ipynb").run


def test_a_failure_that_is_forgotten_while_one_looks_is_none(store, monkeypatch):
    store.fail(ASKED, {"error": "too few rows"})
    assert list(store.failed()) == [ASKED.run]
    monkeypatch.setattr(Path, "glob", lambda folder, _: [folder / "gone.json"])
    assert store.failed() == {}


def test_a_run_is_done_when_its_file_is_there_under_whatever_label(store):
    assert ASKED.run not in store.done()
    path = recorded(store, Asked("Label-with-dash", {"factors": 40}, {"name": "toy"}))
    assert list(store.done()) == [ASKED.run]
    assert store.done() == {ASKED.run: path}


def test_a_run_that_is_held_is_busy_and_seen_to_run_until_its_process_is_killed(store, holder):
    with pytest.raises(Busy), store.claimed(ASKED):
        pass
    assert list(store.running()) == [ASKED.run]
    assert store.running()[ASKED.run]["label"] == "BiasedMF"
    with store.claimed(OTHER) as work:
        assert work.is_dir()

    holder.kill()
    holder.wait()
    assert store.running() == {}
    with store.claimed(ASKED) as work:
        assert sorted(path.name for path in work.iterdir()) == ["run.json"]
    assert not work.exists()


def test_tidying_leaves_what_is_alive_and_removes_what_killed_processes_left(store, holder):
    half = store.folder / f".BiasedMF-{ASKED.run}.json.abc.part"
    half.write_text("{")
    store.tidy()
    assert half.exists()
    assert list(store.running()) == [ASKED.run]

    holder.kill()
    holder.wait()
    store.tidy()
    assert not half.exists()
    assert [path.name for path in (store.folder / ".running").iterdir()] == [f"{ASKED.run}.lock"]
    recorded(store, ASKED)
    (store.folder / ".running" / "token-1.lock").touch()  # of a sweep on Dask that was killed
    store.tidy()
    assert {path.name for path in store.folder.iterdir()} == {f"BiasedMF-{ASKED.run}.json"}


def test_failures_are_counted_kept_with_their_notebook_and_forgotten(store, tmp_path):
    partial = tmp_path / "partial.ipynb"
    partial.write_text("half")
    store.fail(ASKED, {"error": "too few rows", "cell": 3, "traceback": "…"}, partial)
    store.fail(ASKED, {"error": "too few rows", "cell": 3, "traceback": "…"}, partial)
    (failure,) = store.failed().values()
    assert (failure["attempts"], failure["cell"], failure["label"]) == (2, 3, "BiasedMF")
    assert (store.folder / ".failed" / f"{ASKED.run}.ipynb").read_text() == "half"
    store.forget_failure(ASKED.run)
    assert store.failed() == {}
    assert list((store.folder / ".failed").iterdir()) == []


def test_a_store_of_another_layout_is_refused(store):
    path = recorded(store, ASKED)
    path.write_text('{"layout": 1, "experiment": "x", "metrics": {}, "protocol": {}}')
    with pytest.raises(RecoLabError, match="recorded by an older RecoLab"):
        store.read()


def test_a_place_that_cannot_be_written_to_is_named(store, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("recolab.runs.sweeps.store.shutil.rmtree", lambda *_, **__: None)
    monkeypatch.setattr("pathlib.Path.write_text", full)
    monkeypatch.setattr("recolab.runs.records.whole.os.fsync", full)
    with pytest.raises(RecoLabError, match="No space left on device"), store.claimed(ASKED):
        pass
