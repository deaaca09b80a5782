"""From ratings to clicks: 1 for a rating above a threshold, 0 for the others or nothing at all."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from recolab.errors import RecoLabError
from recolab.features.inputs import target


def clicks(
    frame: pd.DataFrame,
    *,
    at_least: float | None = None,
    above: float | None = None,
    rest: Literal["zero", "drop"] = "zero",
) -> pd.DataFrame:
    """The rows of a table with one more column, `click`: 1 where the rating reaches a threshold.

        >>> frame = pd.DataFrame({"user": [0, 0, 1], "item": [0, 1, 1], "rating": [3.0, 4.0, 5.0]})
        >>> clicks(frame, at_least=4)["click"].tolist()
        [0, 1, 1]
        >>> clicks(frame, above=4, rest="drop")["item"].tolist()
        [1]

    Args:
        frame: a table with the column `rating`, such as `split.train`; it is not changed.
        at_least: a rating of this much or more is a click.
        above: only a rating of more than this is a click. Give one of the two.
        rest: what becomes of the other ratings: `"zero"` keeps them with click 0 (seen, and not liked), `"drop"` leaves
            them out, as if they had never been given; what is left is all clicks, to be trained on with negatives drawn
            from what the user has not touched.

    Returns:
        The rows in their order and under their old index, with `click` (int32) as last column.

    Raises:
        RecoLabError: not exactly one threshold, no column `rating`, or a threshold that no rating reaches or, where
            the rest is kept as 0, every rating.
    """
    if (at_least is None) == (above is None):
        raise RecoLabError(
            f"Give one threshold, either at_least or above, got at_least={at_least} and above={above}: at_least=4 "
            "counts a rating of 4, above=4 does not."
        )
    if rest not in ("zero", "drop"):
        raise RecoLabError(f"`rest` says what becomes of the other ratings, 'zero' or 'drop', but {rest!r} came.")
    rating = target(frame, "rating")
    clicked = rating >= at_least if at_least is not None else rating > above
    wrong = not clicked.any() or (rest == "zero" and clicked.all())
    if wrong:
        threshold = f"at_least={at_least:g}" if at_least is not None else f"above={above:g}"
        found = f"ratings from {rating.min():g} to {rating.max():g}" if rating.size else "no rows"
        raise RecoLabError(
            f"With {threshold} {'every' if clicked.any() else 'no'} row of the table becomes a click, and nothing can "
            f"be learnt from one class: the table holds {found}, choose a threshold between them."
        )
    labelled = frame.assign(click=clicked.astype(np.int32))
    return labelled if rest == "zero" else labelled[clicked]
