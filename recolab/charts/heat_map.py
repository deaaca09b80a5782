"""A matrix between two lists of names, such as the fields of a row: a coloured cell with its number for every pair."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from recolab.charts.checks import matrix, names_of
from recolab.charts.theme import finished
from recolab.errors import RecoLabError

# From a value of 0 to the largest. The cells are opaque, so that their numbers read alike on light and dark pages.
_POSITIVE = ("#eef4fa", "#5aa0d8", "#00406e")
_NEGATIVE = ("#eef4fa", "#ee9a4e", "#7c3200")
_DARK, _PALE = "#000000", "#ffffff"

# The width of a digit, as a share of its height.
_DIGIT = 0.62


def heat_map(
    values: Any, rows: Sequence[str], columns: Sequence[str] | None = None, *, title: str = "", form: str = ".2f"
) -> alt.LayerChart:
    """Draw a matrix as coloured cells with their numbers inside.

    The palest cell is 0, so that values that hardly differ look as if they hardly differ. Blue is above 0 and orange
    below; both reach their darkest at the largest size in the matrix.

    Args:
        values: shape (rows, columns); a cell that is NaN is left out.
        rows: a name for each row, from the top, all different.
        columns: a name for each column, from the left, all different; without them, the names of the rows.
        title: of the picture.
        form: how a number is written, as Python's `format` takes it: ".2f", ".0%", "+.3f".

    Raises:
        RecoLabError: the values are no matrix of numbers, the names do not fit it or come twice, `form` is no format,
            or there are more cells than a browser likes.

    Example:
        >>> chart = heat_map([[0.7, 0.3], [0.4, 0.6]], ["user", "film"], title="Who looks at whom")
    """
    numbers = matrix(values, "heat_map")
    across = names_of(rows if columns is None else columns, numbers.shape[1], "column")
    down = names_of(rows, numbers.shape[0], "row")
    frame = _cells(numbers, down, across, form)
    return finished(
        _map(frame, down, across),
        title=title,
        subtitle=[],
        height=max(120, min(420, 34 * len(down))),
    )


def _cells(numbers: np.ndarray, rows: list[str], columns: list[str], form: str) -> pd.DataFrame:
    """A row for each cell that is not NaN: its names, its number as it is written, its colour and that of its text."""
    down, across = np.nonzero(~np.isnan(numbers))
    kept = numbers[down, across]
    try:
        labels = [_written(float(number), form) for number in kept]
    except ValueError:
        raise RecoLabError(
            f"form says how a number is written, such as '.2f' or '.0%', but received {form!r}."
        ) from None
    largest = np.abs(kept).max()
    fills = [_colour(share) for share in kept / (largest or 1)]
    return pd.DataFrame(
        {
            "row": np.array(rows, dtype=object)[down],
            "column": np.array(columns, dtype=object)[across],
            "value": labels,
            "fill": fills,
            "ink": [_ink(fill) for fill in fills],
        }
    )


def _written(number: float, form: str) -> str:
    """The number as text; a small one below 0 that is rounded away loses its sign."""
    text = format(number, form)
    return text if any(digit in text for digit in "123456789") else format(0.0, form)


def _colour(share: float) -> str:
    """The colour of a value that is this share of the largest size, between -1 and 1."""
    steps = np.array([_parts(colour) for colour in (_NEGATIVE if share < 0 else _POSITIVE)])
    mixed = [np.interp(abs(share), np.linspace(0, 1, len(steps)), part) for part in steps.T]
    return "#" + "".join(f"{round(part):02x}" for part in mixed)


def _ink(fill: str) -> str:
    """Black or white, whichever reads better on the colour: at least 4.58 : 1 (WCAG's relative luminance)."""
    shares = np.array(_parts(fill)) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return _DARK if linear @ [0.2126, 0.7152, 0.0722] > 0.179 else _PALE


def _parts(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def _map(frame: pd.DataFrame, rows: list[str], columns: list[str]) -> Any:
    ticks: dict[str, Any] = {"domain": False, "ticks": False, "grid": False}
    across = alt.Axis(labelAngle=-40, labelLimit=110, **ticks)
    # Names that are left out with all their cells stay on their axis.
    places = alt.Chart(frame).encode(
        x=alt.X("column:N", title=None, scale=alt.Scale(domain=columns), axis=across),
        y=alt.Y("row:N", title=None, scale=alt.Scale(domain=rows), axis=alt.Axis(labelLimit=110, **ticks)),
        tooltip=[alt.Tooltip("row:N"), alt.Tooltip("column:N"), alt.Tooltip("value:N")],
    )
    letters = max(frame["value"].str.len())
    fitting = alt.expr(f"min(12, width / {len(columns)} / {_DIGIT * (letters + 1):.2f})")
    cells = places.mark_rect().encode(color=alt.Color("fill:N", scale=None))
    texts = places.mark_text(baseline="middle", fontSize=fitting).encode(
        text="value:N", color=alt.Color("ink:N", scale=None)
    )
    return alt.layer(cells, texts)
