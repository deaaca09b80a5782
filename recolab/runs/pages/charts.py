"""The pictures of a sweep's page: drawn here, so that the page needs neither scripts nor anybody's server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from recolab.errors import RecoLabError
from recolab.runs.pages.parts import Markup, element, joined
from recolab.runs.tables.leaderboard import LOWER_IS_BETTER, leaderboard

if TYPE_CHECKING:
    import altair as alt

WIDTHS = {"wide": 400, "narrow": 290}
"""Of the plot in pixels: for a screen, and for a phone, on which letters would otherwise shrink."""

TRAINING = "details.training_seconds"


def drawn(board: pd.DataFrame, rows: pd.DataFrame, metric: str) -> Markup:
    """The runs of every model with their mean and its interval, and quality against the time of training.

    Args:
        board: as `recolab.runs.leaderboard` gives it.
        rows: the recorded results behind it.
        metric: what to draw.

    Raises:
        RecoLabError: vl-convert is not installed.
    """
    from recolab import charts

    pictures = [_figure(charts.intervals(board, rows, metric=metric))]
    if TRAINING in rows and rows[TRAINING].notna().any():
        board = board.assign(training=rows.groupby("model")[TRAINING].mean())
        best: Literal["lowest", "highest"] = "lowest" if metric in LOWER_IS_BETTER else "highest"
        if board[[metric, "training"]].notna().all(axis=1).any():
            chart = charts.quality_by_time(board, metric=metric, seconds="training", best=best)
            pictures.append(_figure(chart))
    return element("div", joined(pictures), class_="pictures")


def board_of(rows: pd.DataFrame, metric: str) -> pd.DataFrame:
    """A leaderboard of a metric; without intervals where the runs of a model differ in more than their seeds."""
    rows = rows[rows[f"metrics.{metric}"].notna()]
    try:
        return leaderboard(rows, [metric])
    except RecoLabError:
        means = rows.groupby("model", sort=False)[f"metrics.{metric}"].mean()
        return means.sort_values(ascending=metric in LOWER_IS_BETTER).to_frame(metric)


def _figure(chart: alt.LayerChart) -> Markup:
    """A chart in two widths, one of which the page shows."""
    spec = chart.to_dict()
    lines = spec["title"]["subtitle"]
    spec["title"]["subtitle"] = [line for line in lines if "pointer" not in line]  # a still picture shows it nothing
    pictures = [
        element("div", _svg({**spec, "params": _with_width(spec["params"], width)}), class_=screen)
        for screen, width in WIDTHS.items()
    ]
    return element("figure", *pictures)


def _with_width(params: list[dict[str, Any]], width: int) -> list[dict[str, Any]]:
    """The parameters of the theme, with a width in place of that of the window."""
    return [{"name": "width", "value": width} if each["name"] == "width" else each for each in params]


def _svg(spec: dict[str, Any]) -> Markup:
    try:
        import vl_convert
    except ImportError:
        raise RecoLabError(
            'The pictures of a report are drawn by vl-convert, which is not installed: pip install "recolab[book]".'
        ) from None
    return Markup(re.sub(r' xmlns(:\w+)?="[^"]*"', "", vl_convert.vegalite_to_svg(spec)))  # HTML knows its namespace
