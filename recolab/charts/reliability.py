"""Whether probabilities keep their word: said against happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from recolab.charts.theme import PALETTE, finished
from recolab.errors import RecoLabError
from recolab.metrics import calibration_error
from recolab.metrics import reliability as parts_of

# A part of all rows at once would cover a fair share of the plot.
_LARGEST_DOT = 500


def reliability(clicks: Any, probabilities: Any, *, bins: int = 10) -> alt.LayerChart:
    """Draw the share of clicks among rows to which similar probabilities were given (a reliability curve).

    On the dotted diagonal a model keeps its word. Below it, it promised more clicks than came. The area of a dot is the
    share of the rows behind it; a small one far from the diagonal says little.

    Args:
        clicks: shape (rows,), 0 or 1.
        probabilities: shape (rows,), between 0 and 1, or several of them by name (`{"FM": one, "DNN": other}`) to
            compare models on the same rows.
        bins: into how many parts of equal width 0 to 1 is cut.

    Returns:
        A chart with one row of data for each part that holds any; its subtitle has the calibration error.

    Raises:
        RecoLabError: there are no probabilities, they are not between 0 and 1 or not one for each click, or `bins` is
            below 1.

    Example:
        >>> chart = reliability([1, 0, 1, 1], [0.9, 0.2, 0.6, 0.8], bins=5)
    """
    models = dict(probabilities) if isinstance(probabilities, Mapping) else {"": probabilities}
    if not models:
        raise RecoLabError("charts.reliability draws at least one model's probabilities, but an empty dict came.")
    frame = pd.concat([_parts(clicks, each, bins).assign(model=str(name)) for name, each in models.items()])
    errors = [f"{name} {calibration_error(clicks, each, bins):.3f}".strip() for name, each in models.items()]
    return finished(
        _drawn(frame, [str(name) for name in models]),
        title="Said and happened",
        subtitle=[f"Calibration error: {', '.join(errors)}", "Large dots: many rows"],
    )


def _parts(clicks: Any, probabilities: Any, bins: int) -> pd.DataFrame:
    table = parts_of(clicks, probabilities, bins).reset_index(drop=True)
    return table.assign(share=table["rows"] / table["rows"].sum())


def _drawn(frame: pd.DataFrame, names: list[str]) -> Any:
    colours = [PALETTE[place % len(PALETTE)] for place in range(len(names))]
    legend = alt.Legend() if len(names) > 1 else None
    unit = alt.Scale(domain=[0, 1])
    curves = alt.Chart(frame).encode(
        x=alt.X("predicted:Q", title="probability said", scale=unit),
        y=alt.Y("happened:Q", title="share of clicks", scale=unit),
        color=alt.Color("model:N", title=None, sort=names, scale=alt.Scale(domain=names, range=colours), legend=legend),
        tooltip=[
            *([alt.Tooltip("model:N")] if len(names) > 1 else []),
            alt.Tooltip("predicted:Q", title="probability said", format=".3f"),
            alt.Tooltip("happened:Q", title="share of clicks", format=".3f"),
            alt.Tooltip("rows:Q", format=","),
        ],
    )
    area = alt.Size("share:Q", scale=alt.Scale(domain=[0, 1], range=[12, _LARGEST_DOT]), legend=None)
    dots = curves.mark_circle(opacity=0.75).encode(size=area)
    ends = pd.DataFrame({"predicted": [0, 1], "happened": [0, 1]})
    # A rule takes the colour of the page's text, as axes do; a line would not.
    diagonal = alt.Chart(ends.iloc[[0]].assign(to=1.0)).mark_rule(strokeDash=[2, 4], opacity=0.6)
    diagonal = diagonal.encode(x="predicted:Q", y="happened:Q", x2="to:Q", y2="to:Q")
    return alt.layer(diagonal, curves.mark_line(strokeWidth=1.5), dots)
