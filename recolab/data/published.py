"""Files of published splits: the folds of ML-100K and the NCF authors' test items and candidates, always verified."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from recolab.data.download import sha256
from recolab.data.fetching import fetch
from recolab.data.places import on_this_machine, within
from recolab.data.sources import source_named
from recolab.errors import RecoLabError

FOLDS = ("u1", "u2", "u3", "u4", "u5", "ua")


def fold(name: str, folder: str | Path | None = None) -> tuple[Path, Path]:
    """Training and test file of a published fold of ML-100K, in the layout of `u.data`.

    Args:
        name: `"u1"` to `"u5"` (five disjoint tests of 20,000 rows) or `"ua"` (ten test rows a user).
        folder: looked into first, for example the folder the ratings were read from; then come RECOLAB_DATA, the cache
            and the network. Wherever the files are found, their sha256 is the published one.

    Returns:
        The paths of `<name>.base` and `<name>.test`.

    Raises:
        RecoLabError: there is no such fold, or a file is not the published one.
        DataUnavailable: the files could be had from nowhere.
    """
    if name not in FOLDS:
        raise RecoLabError(f"ML-100K has no published fold {name!r}; it has {', '.join(FOLDS)}.")
    base, test = _verified("ml-100k", (f"{name}.base", f"{name}.test"), folder)
    return base, test


def ncf(folder: str | Path | None = None) -> tuple[Path, Path]:
    """Test items and negative candidates of the NCF authors' split of ML-1M.

    Users are numbered `UserID - 1`, items by first appearance in `ratings.dat`.

    Args:
        folder: looked into first, and beside it; then come RECOLAB_DATA, the cache and the network.

    Returns:
        The paths of `ml-1m.test.rating` and `ml-1m.test.negative`.

    Raises:
        RecoLabError: a file is not the published one.
        DataUnavailable: the files could be had from nowhere.
    """
    rating, negative = _verified("ml-1m-ncf", None, folder)
    return rating, negative


def _verified(name: str, files: Sequence[str] | None, folder: str | Path | None) -> list[Path]:
    source = source_named(name)
    files = files or source.needed
    # A folder of ML-1M is not the folder of its NCF files, but the two commonly lie side by side.
    nearby = () if folder is None else (Path(folder), Path(folder).parent)
    place = next((found for near in nearby if (found := within(near, source, files))), None)
    if place is None:
        elsewhere = on_this_machine(source, files)
        place = elsewhere[1] if elsewhere else fetch(name)
    for file in files:
        if sha256(place / file) != source.official[file]:
            raise RecoLabError(
                f"{place / file} is not the published file (its sha256 differs), so results on it would not compare; "
                f"put the official file there, or remove it and run `recolab data fetch {name}`."
            )
    return [place / file for file in files]
