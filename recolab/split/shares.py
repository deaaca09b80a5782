"""Shares of rows: checked, rounded, drawn, and written out."""

from __future__ import annotations

import numpy as np

from recolab.errors import RecoLabError


def check_shares(test: float, valid: float) -> None:
    """Refuse shares of all ratings that leave nothing to test or to train on.

    Raises:
        RecoLabError: unless 0 < test, 0 <= valid and test + valid < 1.
    """
    if not (0 < test < 1 and 0 <= valid < 1 and test + valid < 1):
        raise RecoLabError(
            f"The shares test={test:g} and valid={valid:g} do not fit: give 0 < test, 0 <= valid (0 means no "
            "validation rows) and test + valid < 1, for example test=0.2 and valid=0.1."
        )


def check_valid_share(valid: float) -> None:
    """Refuse a share of the training rows that is none.

    Raises:
        RecoLabError: unless 0 <= valid < 1.
    """
    if not 0 <= valid < 1:
        raise RecoLabError(
            f"valid={valid:g} is no share of the training rows: give 0 <= valid < 1 (0 means no validation rows)."
        )


def rounded(share: float, rows: np.ndarray | int) -> np.ndarray:
    """`share` of `rows`, rounded to whole rows, halves up."""
    return _whole(np.floor(_exact(share, rows) + 0.5))


def rounded_up(share: float, rows: np.ndarray | int) -> np.ndarray:
    """`share` of `rows`, rounded up to whole rows."""
    return _whole(np.ceil(_exact(share, rows)))


def some_rows(share: float, rows: int, part: str) -> int:
    """How many of `rows` make up `share`; 0 for the share 0 alone.

    Raises:
        RecoLabError: the share is not 0 and yet less than half a row.
    """
    count = int(rounded(share, rows))
    if share > 0 and count == 0:
        raise RecoLabError(
            f"The part {part!r} would be empty: {share:g} of {rows:,} ratings is less than half a row; "
            f"give a larger share or more ratings."
        )
    return count


def draw(rows: np.ndarray, share: float, rng: np.random.Generator, part: str) -> np.ndarray:
    """A share of `rows` drawn at random without replacement."""
    return rng.permutation(rows)[: some_rows(share, len(rows), part)]


def percent(share: float) -> str:
    """0.2 as `20 %`."""
    return f"{100 * share:g} %"


def _exact(share: float, rows: np.ndarray | int) -> np.ndarray:
    # 0.1 * 35 may come out as 3.4999999999999996: no share is meant to the ninth digit.
    return np.round(share * np.asarray(rows), 9)


def _whole(numbers: np.ndarray) -> np.ndarray:
    return np.asarray(numbers, dtype=np.int64)
