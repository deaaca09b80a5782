"""Splits that respect time: each user's last rows, and one cut for all."""

from __future__ import annotations

import numpy as np

from recolab.data.ratings import Ratings
from recolab.errors import RecoLabError
from recolab.split.core import TEST, TRAIN, VALID, Split, cut
from recolab.split.shares import check_shares, percent, some_rows
from recolab.split.within_user import place_from_end, rows_per_user, too_few_rows


def leave_last_out(ratings: Ratings, *, valid: bool = True) -> Split:
    """Test on each user's last row, choose on the row before, train on the others.

    Last means by time, ties by the row's place in the file: the later row is the later rating. Where no user has two
    rows of one second, the order of the file does not matter. Users with fewer than three rows (two without
    validation) keep all in train, and the split's `notes` count them. So no user is ever cold; an item may be.

    Figures on this split do not compare with those on the NCF authors' own (`published(ratings, "ncf")`): many users
    of MovieLens have several ratings in their last second, and the authors' tie rule is another.

    Args:
        ratings: what to cut; needs times.
        valid: whether the row before the last goes to `valid` (else to `train`).

    Raises:
        RecoLabError: the ratings have no times, or no user has enough rows.
    """
    time = times(ratings, "leave_last_out")
    user = ratings.frame["user"].to_numpy()
    rows = rows_per_user(ratings)
    enough = rows >= (3 if valid else 2)
    place = place_from_end(user, time)
    part = np.full(len(user), TRAIN, dtype=np.int8)
    part[enough[user] & (place == 0)] = TEST
    if valid:
        part[enough[user] & (place == 1)] = VALID
    name = "leave last out, valid the row before" if valid else "leave last out, no valid"
    return cut(ratings, part, name, notes=too_few_rows(rows, enough))


def by_time(ratings: Ratings, *, test: float = 0.2, valid: float = 0.1) -> Split:
    """Cut at two moments for all users: the newest rows are the test, those before them validation, the rest train.

    Rows of one second are ordered by their place in the file, so a cut may fall between them and the shares are exact
    (rounded to whole rows). Users and items that first appear after the cut have no training row: their rows stay,
    marked `cold`, and there are many of them.

    Args:
        ratings: what to cut; needs times.
        test: share of all rows to test on.
        valid: share of all rows to choose on; 0 for none.

    Raises:
        RecoLabError: the ratings have no times, or the shares leave a part empty or nothing to train on.
    """
    time = times(ratings, "by_time")
    check_shares(test, valid)
    n_test = some_rows(test, len(ratings), "test")
    n_valid = some_rows(valid, len(ratings), "valid")
    newest_first = np.argsort(time, kind="stable")[::-1]
    part = np.full(len(ratings), TRAIN, dtype=np.int8)
    part[newest_first[:n_test]] = TEST
    part[newest_first[n_test : n_test + n_valid]] = VALID
    return cut(ratings, part, f"by time, test {percent(test)}, valid {percent(valid)}")


def times(ratings: Ratings, what: str) -> np.ndarray:
    """The time of every row, shape (rows,), datetime64[s].

    Raises:
        RecoLabError: the ratings have no times.
    """
    if "time" not in ratings.frame:
        raise RecoLabError(
            f"{what} needs to know when each rating was given, and {ratings.name} has no times: name their column when "
            "reading the table (Ratings.from_frame(..., time=...)) or use a split that needs none, such as by_user."
        )
    return ratings.frame["time"].to_numpy()
