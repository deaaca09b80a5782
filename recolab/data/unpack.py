"""Unpacking archives that strangers made: nothing leaves its folder, nothing fills the disk."""

from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PureWindowsPath

from recolab.errors import RecoLabError

MAX_FILES = 1_000
MAX_BYTES = 256 * 1024**2  # ten times the largest set we fetch
_BLOCK = 1 << 20


def unpack(archive: Path, folder: Path, *, max_files: int = MAX_FILES, max_bytes: int = MAX_BYTES) -> None:
    """Unpacks a zip into a folder, or refuses it before writing anything.

    Args:
        archive: the zip.
        folder: where to; made if need be.
        max_files: how many entries the archive may have.
        max_bytes: how many bytes they may have, unpacked.

    Raises:
        RecoLabError: it is no whole zip, an entry points outside of the folder or is a link, or there is too much.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = opened.infolist()
            _check(entries, archive.name, max_files, max_bytes)
            for entry in entries:
                _write(opened, entry, folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise RecoLabError(f"{archive.name} is not a whole zip archive ({error}); fetch it again.") from error


def _check(entries: list[zipfile.ZipInfo], name: str, max_files: int, max_bytes: int) -> None:
    if len(entries) > max_files:
        raise RecoLabError(f"{name} holds {len(entries):,} files, more than the {max_files:,} allowed; not unpacked.")
    # `zipfile` never writes more of an entry than its header says, so the sum of the headers is a bound.
    total = sum(entry.file_size for entry in entries)
    if total > max_bytes:
        raise RecoLabError(
            f"{name} would unpack to {total:,} bytes, more than the {max_bytes:,} allowed; not unpacked."
        )
    for entry in entries:
        if _escapes(entry.filename) or stat.S_ISLNK(entry.external_attr >> 16):
            raise RecoLabError(f"{name} holds {entry.filename!r}, which points outside of its folder; not unpacked.")


def _escapes(name: str) -> bool:
    # A Windows path reads both kinds of slash and knows drives, so it is the stricter reader on every system.
    path = PureWindowsPath(name)
    return bool(path.anchor) or ".." in path.parts


def _write(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    target = folder / entry.filename
    if entry.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with opened.open(entry) as packed, target.open("wb") as unpacked:
        shutil.copyfileobj(packed, unpacked, _BLOCK)
