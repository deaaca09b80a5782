"""The splits other people published: ML-100K's own folds and the NCF authors' cut of ML-1M."""

from __future__ import annotations

import difflib
from pathlib import Path

import numpy as np
import pandas as pd

from recolab.data import published as files
from recolab.data.ratings import Ratings
from recolab.errors import RecoLabError
from recolab.split.by_ids import rows_of, with_drawn_valid
from recolab.split.core import TEST, TRAIN, VALID, Split, cut
from recolab.split.in_time import times
from recolab.split.within_user import place_from_end

CUTS = {**dict.fromkeys(("u1", "u2", "u3", "u4", "u5", "ua"), "ml-100k"), "ncf": "ml-1m"}


def published(
    ratings: Ratings,
    name: str,
    *,
    valid: float | None = None,
    seed: int = 0,
    folder: str | Path | None = None,
) -> Split:
    """A split as its authors published it, with validation rows taken out of its training rows alone.

    `"u1"` to `"u5"` are ML-100K's own five folds (five tests of 20,000 rows that share none), `"ua"` its test of ten
    items a user. Their validation rows are a share of the training rows, drawn with `seed`. Test rows whose user or
    item has no training row stay, marked `cold`.

    `"ncf"` is the NCF authors' split of ML-1M (He et al. 2017): the last item of each user is the test. Validation is
    each user's last remaining row by time, ties by the row's place in the file, so it takes neither `valid` nor `seed`.
    `candidates` holds, for each user in the authors' order, the test item first and then its negatives in the published
    order. 156 of the 6,040 published lists of 99 negatives contain their own test item; the authors' code counts it
    once, and so do we: these users have 99 candidates, the others 100.

    The files are looked for, fetched and verified like the data.

    Args:
        ratings: the data set that was cut, by its name: `"ml-100k"`, or `"ml-1m"` for `"ncf"`.
        name: one of `"u1"` to `"u5"`, `"ua"`, `"ncf"`.
        valid: share of the training rows to choose on, 0 for none; None means a tenth.
        seed: seed of that draw.
        folder: where the files lie, if not where the data is looked for.

    Raises:
        RecoLabError: the name is unknown, the split is one of other ratings, or `valid` is given for `"ncf"`.
        DataUnavailable: the files can be had neither from disk nor from the network.
    """
    _check(ratings, name)
    if name == "ncf":
        if valid is not None:
            raise RecoLabError(
                f"The split 'ncf' has its own validation rows (each user's last item of training), so valid={valid:g} "
                "cannot be met: leave `valid` out."
            )
        return _ncf(ratings, *files.ncf(folder))
    return _fold(ratings, name, *files.fold(name, folder), 0.1 if valid is None else valid, seed)


def _check(ratings: Ratings, name: str) -> None:
    if name not in CUTS:
        near = difflib.get_close_matches(str(name).lower(), CUTS, n=1, cutoff=0.4)
        hint = f", did you mean {near[0]!r}?" if near else ":"
        raise RecoLabError(f"There is no published split {name!r}{hint} Known are {', '.join(CUTS)}.")
    if ratings.name != CUTS[name]:
        raise RecoLabError(
            f"The published split {name!r} cuts {CUTS[name]}, and these ratings are {ratings.name}: load "
            f"{CUTS[name]!r} or use another split, such as by_user."
        )


def _fold(ratings: Ratings, name: str, base: Path, test: Path, valid: float, seed: int) -> Split:
    columns = ["user_id", "item_id", "rating", "time"]
    base_rows, test_rows = (
        rows_of(ratings, pd.read_csv(path, sep="\t", names=columns), path.name) for path in (base, test)
    )
    part = np.full(len(ratings), TRAIN, dtype=np.int8)
    part[test_rows] = TEST
    if len(base_rows) + len(test_rows) != len(ratings) or (part[base_rows] == TEST).any():
        raise RecoLabError(
            f"{base.name} ({len(base_rows):,} rows) and {test.name} ({len(test_rows):,} rows) are not a cut of these "
            f"{len(ratings):,} ratings of {ratings.name}: give the whole, unchanged data set."
        )
    return cut(ratings, *with_drawn_valid(part, f"published {name}", valid, seed))


def _ncf(ratings: Ratings, rating_path: Path, negative_path: Path) -> Split:
    user, positive, negatives = _ncf_codes(ratings, rating_path, negative_path)
    ids = pd.DataFrame(
        {"user_id": ratings.users["user_id"].to_numpy()[user], "item_id": ratings.items["item_id"].to_numpy()[positive]}
    )
    part = np.full(len(ratings), TRAIN, dtype=np.int8)
    part[rows_of(ratings, ids, rating_path.name)] = TEST

    codes = ratings.frame["user"].to_numpy()
    train = np.flatnonzero(part == TRAIN)
    part[train[place_from_end(codes[train], times(ratings, "published 'ncf'")[train]) == 0]] = VALID

    lists = np.column_stack([positive, negatives])
    kept = np.column_stack([np.ones(len(user), dtype=bool), negatives != positive[:, None]])
    candidates = pd.DataFrame(
        {"user": np.broadcast_to(user[:, None], lists.shape)[kept], "item": lists[kept]}, dtype=np.int32
    )
    return cut(ratings, part, "published ncf, valid each user's last training row", candidates=candidates)


def _ncf_codes(ratings: Ratings, rating_path: Path, negative_path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Codes of the authors' users (users,), test items (users,) and negatives (users, 99)."""
    tests = pd.read_csv(rating_path, sep="\t", names=["user", "item", "rating", "time"])
    lists = pd.read_csv(negative_path, sep="\t", header=None)
    keys = "(" + tests["user"].astype(str) + "," + tests["item"].astype(str) + ")"
    # The authors number users UserID - 1, and items by their first row in the file of ratings.
    users = pd.Index(ratings.users["user_id"]).get_indexer(pd.Index(tests["user"] + 1))
    items = ratings.frame["item"].unique()
    numbers = np.column_stack([tests["item"], lists.iloc[:, 1:]])
    if not lists[0].equals(keys) or (users < 0).any() or numbers.max() >= len(items):
        raise RecoLabError(
            f"{rating_path.name} and {negative_path.name} do not fit these {len(ratings):,} ratings of {ratings.name}: "
            "give the whole, unchanged data set in the order of its file."
        )
    return users, items[numbers[:, 0]], items[numbers[:, 1:]]
