"""Where a set's files are looked for on this machine, before anybody asks the network."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from platformdirs import user_cache_dir

from recolab.data.sources import Source
from recolab.errors import DataUnavailable


def cache_folder() -> Path:
    """Where downloads are kept: RECOLAB_CACHE, otherwise the user's cache folder."""
    chosen = os.environ.get("RECOLAB_CACHE")
    return Path(chosen).expanduser() if chosen else Path(user_cache_dir("recolab", appauthor=False))


def data_folder() -> Path | None:
    """The folder of data sets named by RECOLAB_DATA, if it names one."""
    chosen = os.environ.get("RECOLAB_DATA")
    return Path(chosen).expanduser() if chosen else None


def offline() -> bool:
    """Whether RECOLAB_OFFLINE forbids asking the network."""
    return os.environ.get("RECOLAB_OFFLINE", "").strip().lower() not in ("", "0", "false", "no")


def holds(folder: Path, files: Iterable[str]) -> bool:
    """Whether the folder holds all the files."""
    return all((folder / file).is_file() for file in files)


def within(folder: Path, source: Source, files: Iterable[str] | None = None) -> Path | None:
    """The set's own folder: `folder` itself or the one of the set's name in it, whichever holds the files.

    Args:
        folder: the folder of the set, or a folder of sets.
        source: the set.
        files: what must be there; the files it cannot be read without by default.
    """
    wanted = tuple(files or source.needed)
    return next((place for place in (folder / source.name, folder) if holds(place, wanted)), None)


def given(folder: str | Path, source: Source) -> Path:
    """The set in a folder that somebody named explicitly.

    Raises:
        DataUnavailable: the folder does not hold it.
    """
    folder = Path(folder).expanduser()
    found = within(folder, source)
    if found is None:
        missing = (
            f"{folder} does not exist" if not folder.is_dir() else f"{folder} holds neither these nor such a folder"
        )
        raise DataUnavailable(
            f"{source.name} needs the files {', '.join(source.needed)}, in the folder given or in a folder "
            f"{source.name} within it, but {missing}."
        )
    return found


def on_this_machine(source: Source, files: Iterable[str] | None = None) -> tuple[str, Path] | None:
    """Where the set is found without a network: ("RECOLAB_DATA" or "cache", its folder), or None."""
    wanted = tuple(files or source.needed)
    chosen = data_folder()
    if chosen is not None and (found := within(chosen, source, wanted)):
        return "RECOLAB_DATA", found
    cached = cache_folder() / source.name
    return ("cache", cached) if holds(cached, wanted) else None
