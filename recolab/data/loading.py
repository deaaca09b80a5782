"""`load`: ratings by name, from wherever they can be had."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from recolab.data.fetching import fetch
from recolab.data.movielens import READERS
from recolab.data.network import known_unreachable, reachable, remember_unreachable
from recolab.data.places import given, offline, on_this_machine
from recolab.data.ratings import Ratings
from recolab.data.sources import SOURCES, Source, source_named, unknown
from recolab.data.synthetic import synthetic
from recolab.errors import DataUnavailable, RecoLabError

AUTO = "ml-100k"


def names() -> list[str]:
    """The names of the sets that `load` knows, beside `"auto"`."""
    return [*READERS, "synthetic"]


def load(name: str = "auto", *, folder: str | Path | None = None, seed: int = 0) -> Ratings:
    """Loads a set of ratings.

    A published set is looked for in this order: `folder`; RECOLAB_DATA; the user's cache; its official address; the
    mirror. A `folder` that lacks the set is an error, a RECOLAB_DATA that lacks it is passed over. What is downloaded
    is verified and kept in the cache.

    Args:
        name: `"ml-100k"`, `"ml-1m"`, `"ml-latest-small"`, `"synthetic"`, or `"auto"`: ML-100K where it can be had,
            otherwise the synthetic set, which is decided within five seconds and said in one line and in the
            provenance's notes. No other name ever falls back.
        folder: the folder of the set, or a folder that holds one of the set's name.
        seed: of the synthetic set; published sets are what they are.

    Raises:
        RecoLabError: there is no set of that name, or its files are not in their official layout.
        DataUnavailable: the set could be had from nowhere.
    """
    if name == "auto":
        return _auto(folder, seed)
    if name == "synthetic":
        if folder is not None:
            raise RecoLabError("'synthetic' is generated, not read: leave folder out, or name the set that lies there.")
        return synthetic(seed)
    if name not in READERS:
        raise unknown(name, [*names(), "auto"])
    return READERS[name](_folder_of(source_named(name), folder) or fetch(name))


def where() -> pd.DataFrame:
    """What each set would be read from now: columns `name`, `from` and `place`; asks no network."""
    rows = [(name, *_where(source)) for name, source in SOURCES.items()]
    return pd.DataFrame([*rows, ("synthetic", "generated", "")], columns=["name", "from", "place"])


def _where(source: Source) -> tuple[str, str]:
    found = on_this_machine(source)
    if found:
        return found[0], str(found[1])
    return ("nowhere", "RECOLAB_OFFLINE is set") if offline() else ("network", source.downloads[0].addresses[0])


def _folder_of(source: Source, folder: str | Path | None) -> Path | None:
    if folder is not None:
        return given(folder, source)
    found = on_this_machine(source)
    return found[1] if found else None


def _auto(folder: str | Path | None, seed: int) -> Ratings:
    source = source_named(AUTO)
    place = _folder_of(source, folder)
    reason = "" if place else _why_not_fetched(source)
    if reason:
        chosen, note = synthetic(seed), f'Chosen by "auto": the synthetic set, because ML-100K {reason}.'
    else:
        chosen, note = READERS[AUTO](place or fetch(AUTO)), 'Chosen by "auto": ML-100K.'
    print(note)  # a plain line, not a warning: it belongs on the page under the cell
    return replace(chosen, provenance=replace(chosen.provenance, notes=(note, *chosen.provenance.notes)))


def _why_not_fetched(source: Source) -> str:
    """Fetches the set with one quick try at each address; in words why not, or nothing when it is there."""
    if offline():
        return "is not on this machine and RECOLAB_OFFLINE is set"
    if known_unreachable():
        return "is not on this machine and could not be fetched less than half an hour ago"
    if not reachable(address for wanted in source.downloads for address in wanted.addresses):
        remember_unreachable()
        return "is not on this machine and no address of it answers"
    try:
        fetch(source.name, attempts=1)
    except DataUnavailable:
        remember_unreachable()
        return "is not on this machine and could not be fetched"
    return ""
