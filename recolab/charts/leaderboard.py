"""A leaderboard as pictures: how far the runs of each model lie apart, and what its quality costs in time."""

from __future__ import annotations

from typing import Any, Literal

import altair as alt
import numpy as np
import pandas as pd

from recolab.charts.theme import BLUE, LAVENDER, NEUTRAL, ORANGE, finished
from recolab.errors import RecoLabError

RUN, MEAN, PUBLISHED = "one run", "mean of the runs, with its 95 % interval", "published by others"
# A mean is an upright stroke: anything wider would cover a short interval.
_STROKE = "M-.12,-1L.12,-1L.12,1L-.12,1Z"
LOOKS = {RUN: (LAVENDER, "circle", 26), MEAN: (BLUE, _STROKE, 190), PUBLISHED: (ORANGE, "diamond", 80)}
FRONT, BEATEN = "no other one is both better and faster", "another one is"

# A model's name stands above its marks and not beside them: beside, long names would leave a phone no plot.
_ROW, _NAME_ABOVE = 36, -11
# A plot on a phone, and letters in it, in pixels.
_WIDE, _HIGH, _LETTER, _LINE = 270, 300, 6.5, 14
# Clocks of single runs are not read more finely, and a logarithm has no place for 0.
_SHORTEST = 0.1


def intervals(board: pd.DataFrame, rows: pd.DataFrame, *, metric: str) -> alt.LayerChart:
    """Draw every run of a leaderboard, each model's mean with its interval, and what others published.

    Models whose intervals overlap by much are not told apart by their means. A model with one run has no interval.

    Args:
        board: as `recolab.runs.leaderboard` gives it; its order is kept.
        rows: the recorded runs behind it, as `recolab.runs.recorded` gives them.
        metric: which metric to draw, for example `"auc"`.

    Returns:
        A chart with one row of data for each run, for each mean of several, and for each published value.

    Raises:
        RecoLabError: the leaderboard or the runs lack the metric.
    """
    _require(board, [metric], "intervals", "the leaderboard")
    _require(rows, ["model", f"metrics.{metric}"], "intervals", "the table of runs")
    frame = _marks(board, rows, metric)
    models = [model for model in board.index if model in set(frame["model"])]
    kinds = [kind for kind in LOOKS if kind in set(frame["kind"])]
    return finished(
        _drawn_intervals(frame, models, kinds, metric),
        title=f"{metric}, run by run",
        subtitle="One line a model, in the order of the table",
        height=_ROW * len(models),
    )


def _marks(board: pd.DataFrame, rows: pd.DataFrame, metric: str) -> pd.DataFrame:
    """One row a mark: the runs of the board's models, means of several runs, published values."""
    runs = rows[rows["model"].isin(board.index)]
    names = {"model": runs["model"], "value": runs[f"metrics.{metric}"], "kind": RUN}
    parts = [pd.DataFrame(names | ({"run": runs["run"]} if "run" in runs else {}))]
    if f"low {metric}" in board:
        several = board[board[f"low {metric}"].notna()]
        ends = {"low": several[f"low {metric}"], "high": several[f"high {metric}"]}
        parts.append(pd.DataFrame({"model": several.index, "value": several[metric], "kind": MEAN, **ends}))
    if f"published {metric}" in board:
        others = board[f"published {metric}"].dropna()
        parts.append(pd.DataFrame({"model": others.index, "value": others, "kind": PUBLISHED}))
    return pd.concat([part for part in parts if len(part)]).reset_index(drop=True)


def _drawn_intervals(frame: pd.DataFrame, models: list[str], kinds: list[str], metric: str) -> Any:
    x = alt.X("value:Q", title=metric, scale=alt.Scale(zero=False))
    above = alt.Axis(labelAlign="left", labelPadding=0, labelOffset=_NAME_ABOVE, labelLimit=0, grid=False)
    y = alt.Y("model:N", title=None, sort=models, scale=alt.Scale(domain=models), axis=above)
    tooltip = [alt.Tooltip("model:N"), alt.Tooltip("kind:N", title="what"), alt.Tooltip("value:Q", format=".4f")]
    layers = []
    if MEAN in kinds:
        means = alt.Chart(frame[frame["kind"] == MEAN])
        rule = means.mark_rule(color=BLUE, strokeWidth=2.5)
        layers.append(rule.encode(x=alt.X("low:Q", title=metric), x2="high:Q", y=y))
    colours, shapes, sizes = zip(*(LOOKS[kind] for kind in kinds), strict=True)
    legend = alt.Legend(columns=1, labelLimit=0, symbolOpacity=1)
    for kind in kinds:
        marks = alt.Chart(frame[frame["kind"] == kind]).mark_point(filled=True, opacity=0.8 if kind == RUN else 1)
        layers.append(
            marks.encode(
                x=x,
                y=y,
                color=alt.Color("kind:N", title=None, scale=alt.Scale(domain=kinds, range=colours), legend=legend),
                shape=alt.Shape("kind:N", title=None, scale=alt.Scale(domain=kinds, range=shapes), legend=legend),
                size=alt.Size("kind:N", title=None, scale=alt.Scale(domain=kinds, range=sizes), legend=legend),
                tooltip=tooltip,
            )
        )
    return alt.layer(*layers)


def quality_by_time(
    board: pd.DataFrame, *, metric: str, seconds: str = "seconds", best: Literal["lowest", "highest"] = "highest"
) -> alt.LayerChart:
    """Draw the quality of each model against the time that it took, and name those that no other beats in both.

    Where names would run into each other, the better model has its own; the chart's tooltips have all of them.

    Args:
        board: as `recolab.runs.leaderboard` gives it, or any table with one row a model.
        metric: column with the quality, for example `"auc"`.
        seconds: column with the time; below a tenth of a second it counts as a tenth.
        best: whether the lowest or the highest value of the metric is the best one.

    Returns:
        A chart with one row of data for each model that has both.

    Raises:
        RecoLabError: a column is missing, no model has both, or `best` is neither word.
    """
    if best not in ("lowest", "highest"):
        raise RecoLabError(f"best says which value is the best one, 'lowest' or 'highest', but received {best!r}.")
    _require(board, [metric, seconds], "quality_by_time", "the leaderboard")
    known = board[[metric, seconds]].dropna()
    if known.empty:
        raise RecoLabError(f"No model of this leaderboard has both {metric!r} and {seconds!r}.")
    frame = pd.DataFrame(
        {"model": known.index, "seconds": known[seconds].clip(lower=_SHORTEST), "value": known[metric]}
    ).reset_index(drop=True)
    frame = frame.sort_values("value", ascending=best == "lowest", ignore_index=True)
    frame["kind"] = [FRONT if on_front else BEATEN for on_front in _front(frame, best)]
    return finished(
        _drawn_times(frame, metric),
        title=f"{metric} and the time of training",
        subtitle=[f"The {best} {metric} is the best", "Names of the others appear under the pointer"],
        height=_HIGH,
    )


def _front(frame: pd.DataFrame, best: str) -> list[bool]:
    """Whether no other model is at least as good and at least as fast, and one of them strictly."""
    loss = frame["value"] if best == "lowest" else -frame["value"]
    pairs = list(zip(frame["seconds"], loss, strict=True))
    return [not any(other != one and other[0] <= one[0] and other[1] <= one[1] for other in pairs) for one in pairs]


def _drawn_times(frame: pd.DataFrame, metric: str) -> Any:
    x = alt.X("seconds:Q", title="seconds of training (logarithmic)", scale=alt.Scale(type="log", nice=True))
    y = alt.Y("value:Q", title=metric, scale=alt.Scale(zero=False, padding=14))
    kinds = alt.Scale(domain=[FRONT, BEATEN], range=[BLUE, NEUTRAL])
    tooltip = [
        alt.Tooltip("model:N"),
        alt.Tooltip("value:Q", title=metric, format=".4f"),
        alt.Tooltip("seconds:Q", format=",.1f"),
    ]
    everything = alt.Chart(frame).encode(x=x, y=y, tooltip=tooltip)
    dots = everything.mark_point(filled=True, size=60, opacity=1).encode(
        color=alt.Color("kind:N", title=None, scale=kinds, legend=alt.Legend(columns=1, labelLimit=0))
    )
    named = _named(frame)
    sides: list[Literal["left", "right"]] = ["left", "right"]
    halves = [(side, named[named["side"] == side]) for side in sides]
    names = [
        alt.Chart(half).mark_text(align=side, dy=-9).encode(x=x, y=y, text="model:N")
        for side, half in halves
        if len(half)
    ]
    return alt.layer(dots, *names)


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Models of the front whose names have room, the best first; each leans away from the edge."""
    time, value = np.log(frame["seconds"]), frame["value"]
    across = (time - time.min()) / (np.ptp(time) or 1) * _WIDE
    down = (value.max() - value) / (np.ptp(value) or 1) * _HIGH
    taken: list[tuple[float, float, float]] = []
    kept = []
    for place in frame.index[frame["kind"] == FRONT]:
        length = _LETTER * len(str(frame.loc[place, "model"]))
        left = across[place] if across[place] <= _WIDE / 2 else across[place] - length
        if all(abs(down[place] - y) >= _LINE or left > end or left + length < begin for begin, end, y in taken):
            taken.append((left, left + length, down[place]))
            kept.append(place)
    return frame.loc[kept].assign(side=["left" if across[place] <= _WIDE / 2 else "right" for place in kept])


def _require(table: pd.DataFrame, columns: list[str], chart: str, what: str) -> None:
    missing = [column for column in columns if column not in table]
    if missing:
        raise RecoLabError(f"charts.{chart} needs {', '.join(map(repr, missing))} in {what}, which has no such column.")
