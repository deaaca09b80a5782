"""From ratings to clicks: 1 for a rating above a threshold, 0 for the others or for low ones, or nothing at all."""

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
    below: float | None = None,
    rest: Literal["zero", "drop"] = "zero",
) -> pd.DataFrame:
    """The rows of a table with one more column, `click`: 1 where the rating reaches a threshold.

        >>> frame = pd.DataFrame({"user": [0, 0, 1], "item": [0, 1, 1], "rating": [3.0, 4.0, 5.0]})
        >>> clicks(frame, at_least=4)["click"].tolist()
        [0, 1, 1]
        >>> clicks(frame, above=4, rest="drop")["item"].tolist()
        [1]
        >>> clicks(frame, at_least=5, below=4)["click"].tolist()
        [0, 1]

    Args:
        frame: a table with the column `rating`, such as `split.train`; it is not changed.
        at_least: a rating of this much or more is a click.
        above: only a rating of more than this is a click. Give one of the two.
        below: a rating of less than this has click 0, and those between the two are left out: `above=3, below=3` drops
            the ratings of 3, which say neither. None makes every rating below the threshold one of the `rest`.
        rest: what becomes of the other ratings: `"zero"` keeps them with click 0 (seen, and not liked), `"drop"` leaves
            them out, as if they had never been given; what is left is all clicks, to be trained on with negatives drawn
            from what the user has not touched (`fit(…, negatives=4)`, or `sampled_clicks` for models of fields).

    Returns:
        The rows in their order and under their old index, with `click` (int32) as last column. Their `attrs` say the
        rule as `label`, which reports print.

    Raises:
        RecoLabError: not exactly one threshold, no column `rating`, `below` beyond the threshold or beside
            `rest="drop"`, or clicks of one class only where both are to be kept.
    """
    if (at_least is None) == (above is None):
        raise RecoLabError(
            f"Give one threshold, either at_least or above, got at_least={at_least} and above={above}: at_least=4 "
            "counts a rating of 4, above=4 does not."
        )
    if rest not in ("zero", "drop"):
        raise RecoLabError(f"`rest` says what becomes of the other ratings, 'zero' or 'drop', but {rest!r} came.")
    threshold = max(bound for bound in (at_least, above) if bound is not None)
    if below is not None and (rest == "drop" or below > threshold):
        raise RecoLabError(
            f"`below` says which ratings have click 0, so it cannot be more than the threshold {threshold:g} or stand "
            f"beside rest='drop', but below={below:g} and rest={rest!r} came."
        )
    rating = target(frame, "rating")
    clicked = rating >= at_least if at_least is not None else rating > above
    kept = clicked | (rating < below) if below is not None else clicked | (rest == "zero")
    rule = _rule(at_least, above, below, rest)
    if not clicked.any() or (rest == "zero" and clicked[kept].all()):
        found = f"ratings from {rating.min():g} to {rating.max():g}" if rating.size else "no rows"
        raise RecoLabError(
            f"With the rule {rule!r} {'every' if clicked.any() else 'no'} row that is kept becomes a click, and "
            f"nothing can be learnt from one class: the table holds {found}, choose a threshold between them."
        )
    labelled = frame.assign(click=clicked.astype(np.int32))[kept]
    labelled.attrs["label"] = rule
    return labelled


def _rule(at_least: float | None, above: float | None, below: float | None, rest: str) -> str:
    """How ratings become clicks, in words."""
    clicked = f"rating of at least {at_least:g} is 1" if at_least is not None else f"rating above {above:g} is 1"
    if below is not None:
        return f"{clicked}, below {below:g} is 0, others dropped"
    return f"{clicked}, others {'are 0' if rest == 'zero' else 'dropped'}"
