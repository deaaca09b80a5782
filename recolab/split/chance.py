"""Splits drawn by chance: over all rows, within every user, and in k folds."""

from __future__ import annotations

import numpy as np

from recolab.data.ratings import Ratings
from recolab.errors import RecoLabError
from recolab.split.core import TEST, TRAIN, VALID, Split, cut
from recolab.split.shares import check_shares, check_valid_share, draw, percent, rounded, rounded_up, some_rows
from recolab.split.within_user import place_from_end, rows_per_user, too_few_rows


def random(ratings: Ratings, *, test: float = 0.2, valid: float = 0.1, seed: int = 0) -> Split:
    """Cut all rows at random, whoever they belong to.

    A user or an item may lose all its training rows; its rows in `valid` and `test` are then marked `cold`.

    Args:
        ratings: what to cut.
        test: share of all rows to test on, rounded to whole rows.
        valid: share of all rows to choose on, rounded to whole rows; 0 for none.
        seed: seed of the draw.

    Raises:
        RecoLabError: the shares leave a part empty or nothing to train on.
    """
    check_shares(test, valid)
    n_test = some_rows(test, len(ratings), "test")
    n_valid = some_rows(valid, len(ratings), "valid")
    order = np.random.default_rng(seed).permutation(len(ratings))
    part = np.full(len(ratings), TRAIN, dtype=np.int8)
    part[order[:n_test]] = TEST
    part[order[n_test : n_test + n_valid]] = VALID
    return cut(ratings, part, f"random, test {percent(test)}, valid {percent(valid)}, seed {seed}")


def by_user(ratings: Ratings, *, test: float = 0.2, valid: float = 0.1, seed: int = 0) -> Split:
    """Cut every user's rows in the same ratio (stratified by user), at random.

    Each user gives exactly its share to `test` and to `valid`, rounded up or down to whole rows; who rounds up is drawn
    so that both totals are the exact share, rounded once, of all rows that are cut. A user whose two shares, rounded
    up, would leave no training row (with the defaults: of fewer than three rows) has too few rows: all of them stay in
    train, and the split's `notes` count such users. So no user is ever cold; an item may be.

    Args:
        ratings: what to cut.
        test: share of each user's rows to test on.
        valid: share of each user's rows to choose on; 0 for none.
        seed: seed of the draw.

    Raises:
        RecoLabError: the shares leave a part empty or nothing to train on.
    """
    check_shares(test, valid)
    rng = np.random.default_rng(seed)
    rows = rows_per_user(ratings)
    enough = rounded_up(test, rows) + rounded_up(valid, rows) < rows
    some_rows(test, rows[enough].sum(), "test")
    some_rows(valid, rows[enough].sum(), "valid")

    order = rng.permutation(np.flatnonzero(enough))
    n_test, n_valid = (_spread(share, rows, order) for share in (test, valid))
    user = ratings.frame["user"].to_numpy()
    place = place_from_end(user, rng.random(len(user)))
    part = np.full(len(user), TRAIN, dtype=np.int8)
    part[place < (n_test + n_valid)[user]] = VALID
    part[place < n_test[user]] = TEST

    name = f"by user, test {percent(test)}, valid {percent(valid)}, seed {seed}"
    return cut(ratings, part, name, notes=too_few_rows(rows, enough))


def folds(ratings: Ratings, k: int = 5, *, valid: float = 0.1, seed: int = 0) -> list[Split]:
    """Cut all rows at random into k tests of equal size (within a row); each split trains on the other k - 1.

    The tests share no row and together hold every row. A user or an item of a test may have no training row; such
    rows are marked `cold`.

    Args:
        ratings: what to cut.
        k: how many folds, at least 2.
        valid: share of each fold's training rows to choose on; 0 for none.
        seed: seed of all draws.

    Raises:
        RecoLabError: k is less than 2 or more than the rows, or the validation share leaves a part empty.
    """
    if not 2 <= k <= len(ratings):
        raise RecoLabError(f"k={k} folds cannot be cut from {len(ratings):,} ratings: give 2 <= k <= {len(ratings):,}.")
    check_valid_share(valid)
    rng = np.random.default_rng(seed)
    fold_of_row = rng.permutation(np.arange(len(ratings)) % k)
    return [_fold(ratings, fold_of_row == fold, f"fold {fold + 1} of {k}", valid, seed, rng) for fold in range(k)]


def _fold(ratings: Ratings, in_test: np.ndarray, name: str, valid: float, seed: int, rng: np.random.Generator) -> Split:
    part = np.where(in_test, TEST, TRAIN).astype(np.int8)
    part[draw(np.flatnonzero(~in_test), valid, rng, "valid")] = VALID
    return cut(ratings, part, f"{name}, valid {percent(valid)} of its training rows, seed {seed}")


def _spread(share: float, rows: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Whole rows for each user: the share rounded up or down, so that the running total over `order` is never off.

    The differences of a rounded running total are what each term rounds to, up or down (systematic sampling).
    """
    counts = np.zeros_like(rows)
    counts[order] = np.diff(rounded(share, np.cumsum(rows[order])), prepend=0)
    return counts
