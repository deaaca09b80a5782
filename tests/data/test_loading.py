"""Where a set is looked for, in which order, and what "auto" decides."""

import shutil
import socket
import threading
import time

import pandas as pd
import pytest
import requests

from recolab.data import Ratings, load, loading, names, network, where
from recolab.data.network import reachable
from recolab.errors import DataUnavailable, RecoLabError


@pytest.fixture
def mute():
    """The address of a host that takes the connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/ml-100k.zip"


@pytest.fixture
def quick_synthetic(monkeypatch):
    """Something small in place of the synthetic set, where only the choice matters."""
    frame = pd.DataFrame({"user": [1, 2], "item": [1, 2], "rating": [1, 2]})
    monkeypatch.setattr(loading, "synthetic", lambda seed: Ratings.from_frame(frame, name="synthetic"))


def without_first_row(folder):
    """Makes a set distinguishable: three ratings in place of four."""
    content = (folder / "u.data").read_bytes()
    (folder / "u.data").write_bytes(content.split(b"\n", 1)[1])


def test_a_folder_may_be_that_of_the_set_or_one_of_sets(tiny_folder):
    assert len(load("ml-100k", folder=tiny_folder)) == len(load("ml-100k", folder=str(tiny_folder.parent))) == 4


def test_a_given_folder_comes_before_recolab_data_and_that_before_the_cache(
    tiny_folder, tmp_path, monkeypatch, serve, publish, tiny_zip
):
    site = serve(tiny_zip)
    publish(site)
    load("ml-100k")
    without_first_row(tmp_path / "cache" / "ml-100k")
    assert len(load("ml-100k")) == 3  # the cache, not the network
    monkeypatch.setenv("RECOLAB_DATA", str(tiny_folder.parent))
    assert len(load("ml-100k")) == 4
    shutil.copytree(tmp_path / "cache" / "ml-100k", tmp_path / "given")
    assert len(load("ml-100k", folder=tmp_path / "given")) == 3
    assert site.asked == ["GET"]


def test_a_given_folder_without_the_set_is_an_error(tiny_folder, monkeypatch):
    monkeypatch.setenv("RECOLAB_DATA", str(tiny_folder.parent))
    (tiny_folder.parent / "empty").mkdir()
    with pytest.raises(
        DataUnavailable, match=r"needs the files u\.data, u\.item.* holds neither these nor such a folder"
    ):
        load("ml-100k", folder=tiny_folder.parent / "empty")
    with pytest.raises(DataUnavailable, match=r"nowhere does not exist"):
        load("ml-100k", folder=tiny_folder.parent / "nowhere")


def test_a_recolab_data_without_the_set_is_passed_over(tmp_path, monkeypatch, serve, publish, tiny_zip):
    publish(serve(tiny_zip))
    monkeypatch.setenv("RECOLAB_DATA", str(tmp_path))
    assert len(load("ml-100k")) == 4


def test_a_set_asked_for_by_name_never_falls_back(monkeypatch, publish, serve, slept):
    publish(serve(404))
    with pytest.raises(DataUnavailable, match=r"ml-100k\.zip could not be downloaded"):
        load("ml-100k")
    monkeypatch.setenv("RECOLAB_OFFLINE", "1")
    with pytest.raises(DataUnavailable, match=r"ml-100k is not on this machine and RECOLAB_OFFLINE forbids"):
        load("ml-100k")


@pytest.mark.parametrize(("given", "near"), [("ml100k", "ml-100k"), ("ML-1M", "ml-1m"), ("synthetics", "synthetic")])
def test_an_unknown_name_suggests_the_nearest(given, near):
    with pytest.raises(RecoLabError, match=rf"There is no data set '{given}'.*Did you mean '{near}'\?"):
        load(given)


def test_every_name_is_listed_and_the_ncf_files_are_not_ratings():
    assert names() == ["ml-100k", "ml-1m", "ml-latest-small", "synthetic"]
    with pytest.raises(RecoLabError, match=r"There is no data set 'ml-1m-ncf'"):
        load("ml-1m-ncf")


def test_the_synthetic_set_is_made_with_the_seed_and_lies_in_no_folder(tmp_path):
    assert load("synthetic", seed=3).frame.equals(load("synthetic", seed=3).frame)
    assert not load("synthetic", seed=3).frame.equals(load("synthetic").frame)
    with pytest.raises(RecoLabError, match=r"'synthetic' is generated, not read"):
        load("synthetic", folder=tmp_path)


def test_auto_is_ml_100k_where_it_lies_on_disk_and_says_so(tiny_folder, monkeypatch, capsys):
    monkeypatch.setenv("RECOLAB_DATA", str(tiny_folder.parent))
    ratings = load()
    assert ratings.name == "ml-100k"
    assert capsys.readouterr().out == 'Chosen by "auto": ML-100K.\n'
    assert 'Chosen by "auto": ML-100K.' in repr(ratings)


def test_auto_is_ml_100k_where_it_can_be_fetched(serve, publish, tiny_zip):
    publish(serve(tiny_zip))
    assert load("auto").provenance.edition == "official"


def test_auto_offline_is_the_synthetic_set_with_its_seed_and_says_so(monkeypatch, capsys, serve, publish, tiny_zip):
    site = serve(tiny_zip)
    publish(site)
    monkeypatch.setenv("RECOLAB_OFFLINE", "1")
    ratings = load("auto", seed=3)
    assert ratings.name == "synthetic"
    assert ratings.frame.equals(load("synthetic", seed=3).frame)
    said = capsys.readouterr().out
    assert said == (
        'Chosen by "auto": the synthetic set, because ML-100K is not on this machine and RECOLAB_OFFLINE is set.\n'
    )
    assert said.strip() in repr(ratings)
    assert "RECOLAB_OFFLINE is set" in ratings._repr_html_()
    assert site.asked == []


def test_auto_decides_within_five_seconds_where_nobody_answers_and_asks_once(
    mute, publish, serve, capsys, quick_synthetic
):
    official, mirror = serve(b""), serve(b"")
    official.address, mirror.address = mute, mute
    publish(official, mirror)
    started = time.monotonic()
    assert load("auto").name == "synthetic"
    assert time.monotonic() - started < 5
    started = time.monotonic()
    assert load("auto").name == "synthetic"
    assert time.monotonic() - started < 1
    assert "no address of it answers" in capsys.readouterr().out


def test_auto_tries_each_address_once_and_not_again_for_half_an_hour(
    publish, serve, slept, monkeypatch, quick_synthetic
):
    site = serve(b"<html>please sign in</html>" * 99)
    publish(site)
    assert load("auto").name == "synthetic"
    assert site.asked == ["HEAD", "GET"]
    assert load("auto").name == "synthetic"
    assert site.asked == ["HEAD", "GET"]
    now = time.time()
    monkeypatch.setattr(network.time, "time", lambda: now + network.REMEMBERED + 1)
    assert load("auto").name == "synthetic"
    assert site.asked == ["HEAD", "GET"] * 2


def test_auto_with_a_folder_that_lacks_the_set_is_an_error(tmp_path):
    with pytest.raises(DataUnavailable, match=r"ml-100k needs the files"):
        load("auto", folder=tmp_path)


def test_auto_works_where_the_cache_cannot_be_written(tmp_path, monkeypatch, publish, serve, quick_synthetic):
    (tmp_path / "file").touch()
    monkeypatch.setenv("RECOLAB_CACHE", str(tmp_path / "file" / "cache"))
    publish(serve(404))
    assert load("auto").name == "synthetic"


def test_a_resolver_that_never_answers_is_left_behind(monkeypatch):
    released = threading.Event()

    def hang(*_, **__):
        released.wait(30)
        raise requests.ConnectionError

    monkeypatch.setattr(requests, "head", hang)
    started = time.monotonic()
    assert not reachable(["https://one.invalid", "https://two.invalid"], patience=0.2)
    assert time.monotonic() - started < 2
    released.set()


def test_one_address_that_answers_is_enough(serve, mute):
    assert reachable([mute, serve(b"words").address], patience=3)
    assert not reachable([serve(404).address], patience=3)


def test_where_says_what_each_set_would_be_read_from(tiny_folder, monkeypatch, tmp_path):
    assert where().set_index("name")["from"].to_dict() == {
        "ml-100k": "network",
        "ml-1m": "network",
        "ml-latest-small": "network",
        "ml-1m-ncf": "network",
        "synthetic": "generated",
    }
    monkeypatch.setenv("RECOLAB_OFFLINE", "1")
    monkeypatch.setenv("RECOLAB_DATA", str(tiny_folder.parent))
    table = where().set_index("name")
    assert table.loc["ml-100k"].tolist() == ["RECOLAB_DATA", str(tiny_folder)]
    assert table.loc["ml-1m", "from"] == "nowhere"
    shutil.copytree(tiny_folder, tmp_path / "cache" / "ml-100k")
    monkeypatch.delenv("RECOLAB_DATA")
    assert where().set_index("name").loc["ml-100k", "from"] == "cache"
    assert isinstance(where(), pd.DataFrame)
