"""The one look of every chart: readable on light and dark pages, told apart by the colour-blind, as wide as the screen.

Text, axes and grid are drawn in `currentColor`, the text colour of the page around the chart, because no single grey
reaches the contrast that text needs (4.5 : 1) on white and on a dark page alike. Marks keep colours of their own, each
with a contrast of at least 3 : 1 on both.
"""

from __future__ import annotations

import textwrap
from typing import Any

import altair as alt

BLUE, ORANGE, GREEN, LAVENDER, VIOLET, BROWN = PALETTE = (
    "#006cb4",
    "#d86000",
    "#009c78",
    "#9c84e4",
    "#b020f0",
    "#a8483c",
)
# The grey with the same contrast, 4.2 : 1, on white and on the dark page.
NEUTRAL = "#7c7c7c"

# No chart hands more rows than this to the browser.
MOST_ROWS = 5000

_TEXT = "currentColor"
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

CONFIG: dict[str, Any] = {
    "background": "transparent",
    "font": _FONT,
    "padding": 4,
    "view": {"stroke": None, "continuousWidth": 320, "discreteWidth": 320, "continuousHeight": 260},
    "title": {
        "color": _TEXT,
        "subtitleColor": _TEXT,
        "fontSize": 15,
        "fontWeight": 600,
        "subtitleFontSize": 12,
        "subtitlePadding": 5,
        "anchor": "start",
        "frame": "group",
        "offset": 12,
    },
    "axis": {
        "labelColor": _TEXT,
        "titleColor": _TEXT,
        "domainColor": _TEXT,
        "tickColor": _TEXT,
        "gridColor": _TEXT,
        "domainOpacity": 0.45,
        "tickOpacity": 0.45,
        "gridOpacity": 0.13,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": 500,
        "titlePadding": 8,
        "labelPadding": 4,
    },
    "axisX": {"grid": False},
    "axisY": {"domain": False, "ticks": False},
    "legend": {
        "labelColor": _TEXT,
        "titleColor": _TEXT,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": 500,
        "orient": "bottom",
        "direction": "horizontal",
        "columns": 4,
        "labelLimit": 220,
        "symbolType": "circle",
    },
    "header": {"labelColor": _TEXT, "titleColor": _TEXT},
    "range": {"category": list(PALETTE)},
    "mark": {"color": BLUE},
    "bar": {"color": BLUE, "cornerRadiusEnd": 2},
    "line": {"strokeWidth": 2.25, "strokeCap": "round", "strokeJoin": "round"},
    "rule": {"color": _TEXT},
    "text": {"color": _TEXT, "fontSize": 12},
}

# A signal named `width` is the width of the plot. Measuring the window rather than the chart's own container also works
# for a chart in a folded block, whose container has no width yet; where there is no window (a still picture) it is 520.
_WIDTH = alt.param(name="width", expr="isFinite(windowSize()[0]) ? max(220, min(520, windowSize()[0] - 120)) : 520")


# Letters that fit over a plot on a phone of 390 pixels.
_TITLE_LETTERS, _SUBTITLE_LETTERS = 36, 48


def finished(chart: Any, *, title: str, subtitle: str | list[str], height: int = 260) -> Any:
    """The chart with its title, its size and the look of this course."""
    lines = [subtitle] if isinstance(subtitle, str) else subtitle
    wrapped = [part for line in lines for part in textwrap.wrap(line, _SUBTITLE_LETTERS)]
    described = chart.properties(
        title=alt.TitleParams(textwrap.wrap(title, _TITLE_LETTERS), subtitle=wrapped),
        description=". ".join([title, *lines]),
        height=height,
    )
    return described.add_params(_WIDTH).configure(**CONFIG)


def use_theme() -> None:
    """Draw your own Altair charts in the look of this course from here on; ours have it always."""

    def recolab() -> alt.theme.ThemeConfig:
        return {"config": CONFIG}  # type: ignore[typeddict-item]  # the same words as Vega-Lite's own

    alt.theme.register("recolab", enable=True)(recolab)
