"""Downloads that go well, and every way we know for them not to."""

import errno
import hashlib
import pickle
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pooch
import pytest

from recolab.data import fetch, sources
from recolab.errors import DataUnavailable, RecoLabError


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def kept(cache: Path) -> list[str]:
    """What lies in the cache, the lock aside."""
    return sorted(path.name for path in cache.iterdir() if path.suffix != ".lock")


def test_a_set_is_downloaded_verified_and_unpacked_into_the_cache(serve, publish, tiny_zip, tiny, cache):
    publish(serve(tiny_zip))
    folder = fetch("ml-100k")
    assert folder == cache / "ml-100k"
    assert {name: (folder / name).read_bytes() for name in tiny} == tiny
    assert kept(cache) == ["ml-100k"]


def test_a_set_in_the_cache_is_not_asked_for_again(serve, publish, tiny_zip):
    site = serve(tiny_zip)
    publish(site)
    assert fetch("ml-100k") == fetch("ml-100k")
    assert site.asked == ["GET"]


def test_a_set_in_the_cache_that_lost_a_file_is_fetched_again(serve, publish, tiny_zip, tiny):
    publish(serve(tiny_zip))
    (fetch("ml-100k") / "u.item").unlink()
    assert (fetch("ml-100k") / "u.item").read_bytes() == tiny["u.item"]


def test_a_download_that_breaks_off_is_tried_again_after_growing_pauses(serve, publish, tiny_zip, slept):
    broken = {"body": tiny_zip[:100], "promised": len(tiny_zip)}
    site = serve(broken, broken, tiny_zip)
    publish(site)
    assert fetch("ml-100k").is_dir()
    assert slept == [1.0, 2.0]
    assert len(site.asked) == 3


@pytest.mark.parametrize("promised", [None, 10_000], ids=["that says it is whole", "that ends too early"])
def test_a_truncated_archive_never_reaches_the_cache(serve, publish, tiny_zip, slept, cache, promised):
    publish(serve({"body": tiny_zip[:-7], "promised": promised}))
    with pytest.raises(DataUnavailable, match=r"broke off after|the transfer broke"):
        fetch("ml-100k")
    assert kept(cache) == []


def test_wrong_bytes_never_reach_the_cache_and_are_not_asked_for_twice(serve, publish, tiny_zip, slept, cache):
    site = serve(b"x" * len(tiny_zip))
    publish(site)
    with pytest.raises(DataUnavailable, match=r"wrong bytes, their sha256 is [0-9a-f]{12}… in place of"):
        fetch("ml-100k")
    assert kept(cache) == []
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    ("answer", "requests"),
    [(b"<html>sign in first</html>" * 99, 1), (404, 1), (503, 3)],
    ids=["a page in place of the file", "no such page", "overloaded"],
)
def test_the_mirror_takes_over(serve, publish, tiny_zip, slept, answer, requests):
    official, mirror = serve(answer), serve(tiny_zip)
    publish(official, mirror)
    assert fetch("ml-100k").is_dir()
    assert (len(official.asked), len(mirror.asked)) == (requests, 1)


def test_the_mirror_takes_over_at_once_when_the_certificate_is_not_valid(serve, publish, tiny_zip, slept):
    official, mirror = serve(tiny_zip, https=True), serve(tiny_zip)
    publish(official, mirror)
    assert fetch("ml-100k").is_dir()
    assert official.asked == []  # nothing was asked over the connection that could not be trusted
    assert slept == []


def test_a_lapsed_certificate_is_named(serve, publish, tiny_zip, slept, trusted_lapsed_certificate):
    publish(serve(tiny_zip, https=True))
    with pytest.raises(DataUnavailable, match=r"its certificate is not valid \(certificate has expired\)"):
        fetch("ml-100k")


def test_without_a_connection_every_address_is_named_with_its_reason(publish, slept, serve):
    closed = [serve(b""), serve(404)]
    closed[0].address = "http://127.0.0.1:9/ml-100k.zip"  # the discard port, where nobody listens
    publish(*closed)
    with pytest.raises(DataUnavailable, match=r"127\.0\.0\.1:9: no connection; localhost:\d+: it answered 404\. Try"):
        fetch("ml-100k")


def test_a_set_without_a_mirror_says_so(monkeypatch, slept):
    wanted = replace(sources.ML_LATEST_SMALL.downloads[0], addresses=("http://127.0.0.1:9/x.zip",))
    monkeypatch.setitem(
        sources.SOURCES, "ml-latest-small", replace(sources.ML_LATEST_SMALL, downloads=(wanted,), official={})
    )
    with pytest.raises(DataUnavailable, match=r"could not be downloaded \(there is no mirror\)"):
        fetch("ml-latest-small")


def test_two_processes_asking_at_once_download_once(serve, publish, tiny_zip):
    site = serve({"body": tiny_zip, "delay": 0.5})
    source = publish(site)
    script = (
        "import pickle, sys; from recolab.data import fetch, sources; "
        "sources.SOURCES['ml-100k'] = pickle.loads(bytes.fromhex(sys.argv[1])); print(fetch('ml-100k'))"
    )
    command = [sys.executable, "-c", script, pickle.dumps(source).hex()]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    folders = {process.communicate(timeout=60)[0].strip() for process in both}
    assert folders == {str(fetch("ml-100k"))}
    assert site.asked == ["GET"]


def full_disk(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("when", ["downloading", "unpacking"])
def test_a_full_disk_is_said_and_harms_nothing(serve, publish, tiny_zip, cache, monkeypatch, when):
    publish(serve(tiny_zip))
    (cache / "ml-100k").mkdir(parents=True)
    (cache / "ml-100k" / "u.data").write_bytes(b"what was there before")
    monkeypatch.setattr(
        *((pooch.HTTPDownloader, "__call__") if when == "downloading" else (shutil, "copyfileobj")), full_disk
    )
    with pytest.raises(DataUnavailable, match=r"The disk is full: ml-100k needs about \d+ MB in .*cache; make room"):
        fetch("ml-100k")
    assert kept(cache) == ["ml-100k"]
    assert (cache / "ml-100k" / "u.data").read_bytes() == b"what was there before"


def test_a_cache_that_cannot_be_written_is_said(publish, serve, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("RECOLAB_CACHE", str(tmp_path / "file" / "cache"))
    publish(serve(b""))
    with pytest.raises(DataUnavailable, match=r"cannot be written to .* name another folder with RECOLAB_CACHE"):
        fetch("ml-100k")


def test_offline_no_address_is_asked(publish, serve, tiny_zip, monkeypatch):
    site = serve(tiny_zip)
    publish(site)
    monkeypatch.setenv("RECOLAB_OFFLINE", "1")
    with pytest.raises(DataUnavailable, match=r"RECOLAB_OFFLINE forbids"):
        fetch("ml-100k")
    assert site.asked == []


def test_an_archive_without_the_files_of_its_set_is_not_kept(publish, serve, cache):
    empty_zip = b"PK\x05\x06" + bytes(18)
    publish(serve(empty_zip), content=empty_zip)
    with pytest.raises(RecoLabError, match=r"The archive of ml-100k lacks some of u\.data"):
        fetch("ml-100k")
    assert kept(cache) == []


def test_a_set_of_single_files_is_fetched_whole(monkeypatch, serve):
    site = serve(b"0\t25\n", b"(0,25)\t1\n")
    downloads = tuple(
        sources.Download(file, (site.address,), hashlib.sha256(content).hexdigest(), len(content))
        for file, content in (("ml-1m.test.rating", b"0\t25\n"), ("ml-1m.test.negative", b"(0,25)\t1\n"))
    )
    monkeypatch.setitem(sources.SOURCES, "ml-1m-ncf", replace(sources.ML_1M_NCF, downloads=downloads, official={}))
    assert (fetch("ml-1m-ncf") / "ml-1m.test.negative").read_bytes() == b"(0,25)\t1\n"


def test_the_synthetic_set_needs_no_fetching():
    with pytest.raises(RecoLabError, match=r"nothing to fetch"):
        fetch("synthetic")


def test_an_unknown_set_suggests_the_nearest():
    with pytest.raises(RecoLabError, match=r"no data set 'ml-100'.*Did you mean 'ml-100k'?"):
        fetch("ml-100")
