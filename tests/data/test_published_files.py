"""Files of published splits: found like the data, and never believed without their sha256."""

from dataclasses import replace

import pytest

from recolab.data import published, sources
from recolab.data.download import sha256
from recolab.errors import DataUnavailable, RecoLabError


@pytest.fixture
def folds(tiny_folder, monkeypatch):
    """The made-up set with a fold, whose sha256 is declared the published one."""
    (tiny_folder / "u1.base").write_bytes(b"2\t1\t5\t881250949\n")
    (tiny_folder / "u1.test").write_bytes(b"1\t3\t3\t891717742\n")
    official = {file: sha256(tiny_folder / file) for file in ("u1.base", "u1.test")}
    monkeypatch.setitem(sources.SOURCES, "ml-100k", replace(sources.ML_100K, official=official))
    return tiny_folder


def test_a_fold_is_found_in_the_folder_given_and_in_recolab_data(folds, monkeypatch):
    both = (folds / "u1.base", folds / "u1.test")
    assert published.fold("u1", folds) == published.fold("u1", folds.parent) == both
    monkeypatch.setenv("RECOLAB_DATA", str(folds.parent))
    assert published.fold("u1") == both


def test_a_folder_without_the_fold_is_passed_over(folds, monkeypatch, tmp_path):
    monkeypatch.setenv("RECOLAB_DATA", str(folds.parent))
    assert published.fold("u1", tmp_path)[0] == folds / "u1.base"


def test_a_file_that_is_not_the_published_one_is_refused(folds):
    (folds / "u1.test").write_bytes(b"1\t3\t4\t891717742\n")
    with pytest.raises(RecoLabError, match=r"u1\.test is not the published file \(its sha256 differs\)"):
        published.fold("u1", folds)


def test_files_that_are_nowhere_cannot_be_had_offline(monkeypatch):
    monkeypatch.setenv("RECOLAB_OFFLINE", "1")
    with pytest.raises(DataUnavailable, match=r"ml-1m-ncf is not on this machine"):
        published.ncf()


def test_an_unknown_fold_is_refused():
    with pytest.raises(RecoLabError, match=r"no published fold 'u6'; it has u1, u2, u3, u4, u5, ua"):
        published.fold("u6")


@pytest.mark.parametrize("name", published.FOLDS)
def test_the_real_folds_are_the_published_ones(real_data, name):
    assert [path.name for path in published.fold(name, real_data)] == [f"{name}.base", f"{name}.test"]


def test_the_real_ncf_files_are_the_published_ones_and_found_beside_ml_1m(real_data):
    assert published.ncf(real_data) == published.ncf(real_data / "ml-1m")
