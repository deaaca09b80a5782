"""Archives from strangers."""

import stat
import zipfile

import pytest

from recolab.data.unpack import unpack
from recolab.errors import RecoLabError


@pytest.fixture
def pack(tmp_path):
    def make(*entries: tuple[str | zipfile.ZipInfo, bytes]):
        path = tmp_path / "some.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in entries:
                archive.writestr(name, content)
        return path

    return make


def test_folders_and_files_are_unpacked(pack, tmp_path):
    unpack(pack(("set/", b""), ("set/deep/file.txt", b"words"), ("top.txt", b"more")), tmp_path / "out")
    assert (tmp_path / "out/set/deep/file.txt").read_bytes() == b"words"
    assert (tmp_path / "out/top.txt").read_bytes() == b"more"


@pytest.mark.parametrize(
    "name", ["../evil", "set/../../evil", "/etc/evil", "C:/evil", "..\\evil", "\\\\host\\share\\evil"]
)
def test_an_archive_that_points_outside_is_refused_before_anything_is_written(pack, tmp_path, name):
    with pytest.raises(RecoLabError, match="points outside of its folder; not unpacked"):
        unpack(pack(("good.txt", b"fine"), (name, b"bad")), tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "evil").exists()


def test_a_link_is_refused(pack, tmp_path):
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(RecoLabError, match="'link', which points outside"):
        unpack(pack((link, b"/etc/passwd")), tmp_path / "out")


def test_a_small_archive_of_too_many_bytes_is_refused_unopened(pack, tmp_path):
    bomb = pack(("zeros", bytes(10_000_000)))
    assert bomb.stat().st_size < 20_000
    with pytest.raises(RecoLabError, match="would unpack to 10,000,000 bytes, more than the 9,999,999 allowed"):
        unpack(bomb, tmp_path / "out", max_bytes=9_999_999)
    assert not (tmp_path / "out").exists()


def test_an_archive_that_lies_about_its_size_is_refused(pack, tmp_path):
    """The limit is checked on the sizes in the directory, so no entry may unpack to more than it says there."""
    path = pack(("zeros", bytes(1_000_000)))
    lying = path.read_bytes().replace((1_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    path.write_bytes(lying)
    with pytest.raises(RecoLabError, match="is not a whole zip archive"):
        unpack(path, tmp_path / "out")
    assert (tmp_path / "out" / "zeros").stat().st_size <= 1_000


def test_an_archive_of_too_many_files_is_refused(pack, tmp_path):
    with pytest.raises(RecoLabError, match="holds 3 files, more than the 2 allowed"):
        unpack(pack(("a", b""), ("b", b""), ("c", b"")), tmp_path / "out", max_files=2)


@pytest.mark.parametrize("cut", [30, -30])
def test_a_truncated_archive_is_refused(pack, tmp_path, cut):
    path = pack(("file", b"words" * 50))
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(RecoLabError, match=r"some\.zip is not a whole zip archive"):
        unpack(path, tmp_path / "out")
