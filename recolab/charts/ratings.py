"""Pictures of the ratings themselves: which values, which items, when."""

from __future__ import annotations

import itertools
from typing import Literal

import altair as alt
import numpy as np
import pandas as pd

from recolab.charts.checks import require_ratings, thinned
from recolab.charts.theme import BLUE, MOST_ROWS, NEUTRAL, ORANGE, finished
from recolab.data.ratings import Ratings
from recolab.errors import RecoLabError

# A scale with more values than this is drawn in as many equal intervals.
MOST_BARS = 20

_RULES = {"day": "D", "week": "W-MON", "month": "MS"}


def rating_histogram(ratings: Ratings) -> alt.Chart:
    """Draw how often every rating was given; a scale of more than 20 values is cut into 20 equal intervals.

    Raises:
        RecoLabError: `ratings` is no `Ratings`.
    """
    require_ratings(ratings, "rating_histogram")
    values = ratings.frame["rating"].to_numpy(np.float64)
    frame = _counted(values)
    frame["share"] = frame["ratings"] / len(values)
    chart = (
        alt.Chart(frame)
        .mark_bar(color=BLUE)
        .encode(
            x=alt.X("rating:O", title="rating", sort=None, axis=alt.Axis(labelAngle=0, labelOverlap=True)),
            y=alt.Y("ratings:Q", title="number of ratings", axis=alt.Axis(format="~s")),
            tooltip=[
                alt.Tooltip("rating:O"),
                alt.Tooltip("ratings:Q", title="number of ratings", format=","),
                alt.Tooltip("share:Q", title="share of all ratings", format=".1%"),
            ],
        )
    )
    return finished(
        chart,
        title="How ratings are spread over the scale",
        subtitle=f"{ratings.name}: {len(values):,} ratings, {values.mean():.2f} on average",
    )


def _counted(values: np.ndarray) -> pd.DataFrame:
    """How many ratings fall on every value, or into every interval; columns `rating` (a label) and `ratings`."""
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) <= MOST_BARS:
        return pd.DataFrame({"rating": [f"{value:g}" for value in distinct], "ratings": counts})
    counts, edges = np.histogram(values, bins=MOST_BARS)
    labels = [f"{low:.3g} to {high:.3g}" for low, high in itertools.pairwise(edges)]
    return pd.DataFrame({"rating": labels, "ratings": counts})


def long_tail(ratings: Ratings, *, head: float = 0.2) -> alt.LayerChart:
    """Draw the items sorted by their number of ratings, and say how much of all ratings the head holds.

    Args:
        ratings: the ratings to look at.
        head: which part of the items, the most rated first, is called the head.

    Raises:
        RecoLabError: `ratings` is no `Ratings`, or `head` does not lie between 0 and 1.
    """
    require_ratings(ratings, "long_tail")
    if not 0 < head < 1:
        raise RecoLabError(f"head is a part of the items, between 0 and 1, but received {head!r}.")
    counts = np.sort(np.bincount(ratings.frame["item"], minlength=ratings.n_items))[::-1]
    in_head = max(1, round(head * len(counts)))
    share = counts[:in_head].sum() / counts.sum()
    frame = _corners(counts, in_head)
    frame["part"] = np.where(frame["rank"] <= in_head, "head", "tail")
    colours = alt.Scale(domain=["head", "tail"], range=[ORANGE, BLUE])
    curve = alt.Chart(frame).encode(
        x=alt.X(
            "rank:Q",
            title="items, the most rated first",
            scale=alt.Scale(nice=False),
            axis=alt.Axis(format=",d", tickCount=6),
        ),
        y=alt.Y("ratings:Q", title="ratings of the item", axis=alt.Axis(format="~s")),
        color=alt.Color("part:N", title=None, scale=colours),
        tooltip=[
            alt.Tooltip("rank:Q", title="place", format=","),
            alt.Tooltip("ratings:Q", title="ratings of the item", format=","),
            alt.Tooltip("held:Q", title="share of all ratings up to here", format=".1%"),
        ],
    )
    return finished(
        alt.layer(curve.mark_area(opacity=0.35), curve.mark_line(), curve.mark_point(size=60, opacity=0)),
        title=f"{head:.0%} of the items hold {share:.0%} of the ratings",
        subtitle=f"{ratings.name}: the head is the {in_head:,} most rated of {len(counts):,} items",
    )


def _corners(counts: np.ndarray, in_head: int) -> pd.DataFrame:
    """The curve without the points on its level stretches, which change nothing in the drawing."""
    changes = np.flatnonzero(np.diff(counts))
    kept = np.unique(np.concatenate([[0], changes, changes + 1, [in_head - 1, in_head], [len(counts) - 1]]))
    kept = kept[kept < len(counts)]
    held = np.cumsum(counts) / counts.sum()
    return thinned(pd.DataFrame({"rank": kept + 1, "ratings": counts[kept], "held": held[kept]}))


def activity(ratings: Ratings, *, every: Literal["day", "week", "month"] = "week") -> alt.LayerChart:
    """Draw how many ratings were given in every day, week (from Monday) or month; empty ones count as zero.

    Raises:
        RecoLabError: `ratings` is no `Ratings` or has no times, `every` is unknown, or too many periods would be drawn.
    """
    require_ratings(ratings, "activity")
    if every not in _RULES:
        raise RecoLabError(f"every is 'day', 'week' or 'month', but received {every!r}.")
    if "time" not in ratings.frame:
        raise RecoLabError(f"{ratings.name} says of no rating when it was given: activity needs a time column.")
    times = pd.Series(1, index=pd.DatetimeIndex(ratings.frame["time"]))
    counts = times.resample(_RULES[every], label="left", closed="left").sum()
    if len(counts) > MOST_ROWS:
        raise RecoLabError(
            f"{ratings.name} spans {len(counts):,} {every}s, more than the {MOST_ROWS:,} a chart holds: take longer "
            "periods."
        )
    frame = pd.DataFrame({"start": counts.index, "ratings": counts.to_numpy()})
    mean = frame["ratings"].mean()
    curve = alt.Chart(frame).encode(
        x=alt.X("start:T", title=None, axis=alt.Axis(labelOverlap=True, tickCount=6)),
        y=alt.Y("ratings:Q", title=f"ratings a {every}", axis=alt.Axis(format="~s")),
        tooltip=[
            alt.Tooltip("start:T", title=f"{every} from", format="%d %B %Y"),
            alt.Tooltip("ratings:Q", format=","),
        ],
    )
    level = (
        alt.Chart(pd.DataFrame({"ratings": [mean]})).mark_rule(color=NEUTRAL, strokeDash=[4, 4]).encode(y="ratings:Q")
    )
    first, last = frame["start"].iloc[0], ratings.frame["time"].max()
    return finished(
        alt.layer(
            curve.mark_area(color=BLUE, opacity=0.3, interpolate="step-after"),
            curve.mark_line(color=BLUE, interpolate="step-after", strokeWidth=1.5),
            level,
            curve.mark_bar(opacity=0, width=6),
        ),
        title=f"Ratings a {every}",
        subtitle=f"{ratings.name}: {first:%B %Y} to {last:%B %Y}, {mean:,.0f} a {every} on average (dashed)",
    )
