"""Training curves: how a metric moved, epoch by epoch, on training and validation rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import altair as alt
import pandas as pd

from recolab.charts.checks import thinned
from recolab.charts.theme import BLUE, MOST_ROWS, ORANGE, PALETTE, finished
from recolab.errors import RecoLabError

Curves = Mapping[str, Sequence[float]]

TRAIN, VALID = "training", "validation"

# Up to so many epochs each one has a tick of its own.
MOST_TICKS = 12


def history(
    history: Any, *, metric: str | None = None, best: Literal["lowest", "highest"] = "lowest"
) -> alt.LayerChart:
    """Draw a metric over the epochs, for training and validation, with the best validation epoch marked.

    Args:
        history: what `recolab.fit` or Keras' `fit` returned, its dict of curves, or several of either by name
            (`{"plain": one, "with biases": other}`) to compare them. A dict without epochs starts at epoch 1.
        metric: which metric to draw, for example `"mae"`, or `"ndcg@10"`, which `recolab.evaluate.RankingCallback`
            writes for validation rows alone, with or without `val_`; None for `rmse` where that was measured, else
            `loss`.
        best: whether the lowest or the highest value of the metric is the best one.

    Returns:
        A chart with one row of data per epoch and curve (thinned evenly beyond 5,000 rows).

    Raises:
        RecoLabError: there is no history, no epoch in it, or no such metric.
    """
    if best not in ("lowest", "highest"):
        raise RecoLabError(f"best says which value is the best one, 'lowest' or 'highest', but received {best!r}.")
    runs = _runs(history)
    usual = "rmse" if all("rmse" in curves for _, curves in runs.values()) else "loss"
    chosen = metric.removeprefix("val_") if metric else usual
    frame = pd.concat([_long(name, epochs, curves, chosen) for name, (epochs, curves) in runs.items()])
    marks = _best_epochs(frame, best)
    return finished(
        _drawn(frame, marks, chosen, several=len(runs) > 1),
        title=f"{chosen} by epoch",
        subtitle=_subtitle(marks, chosen, several=len(runs) > 1),
    )


def _runs(history: Any) -> dict[str, tuple[Sequence[int], Curves]]:
    """Epochs (counted from 1) and curves of every run, by name."""
    if isinstance(history, Mapping) and history and all(_is_history(value) for value in history.values()):
        return {str(name): _one_run(value) for name, value in history.items()}
    if not _is_history(history):
        raise RecoLabError(
            "charts.history draws what fit returned, its dict of curves, or a dict of several of them by name, "
            f"but received a value of type {type(history).__name__}" + (" without content." if not history else ".")
        )
    return {"": _one_run(history)}


def _is_history(value: Any) -> bool:
    curves = getattr(value, "history", value)
    return (
        isinstance(curves, Mapping)
        and len(curves) > 0
        and all(not isinstance(curve, str | Mapping) and hasattr(curve, "__len__") for curve in curves.values())
    )


def _one_run(value: Any) -> tuple[Sequence[int], Curves]:
    curves: Curves = getattr(value, "history", value)
    length = len(next(iter(curves.values())))
    if length == 0:
        raise RecoLabError("This history holds no epoch: fit the model for at least one.")
    if any(len(curve) != length for curve in curves.values()):
        raise RecoLabError(
            "All curves of a history have one value an epoch, but received "
            + ", ".join(f"{name}: {len(curve)}" for name, curve in curves.items())
            + "."
        )
    started = getattr(value, "epoch", None) or range(length)
    return [epoch + 1 for epoch in started], curves


def _long(name: str, epochs: Sequence[int], curves: Curves, metric: str) -> pd.DataFrame:
    if metric not in curves and f"val_{metric}" not in curves:
        known = sorted({curve.removeprefix("val_") for curve in curves})
        raise RecoLabError(f"This history has no metric {metric!r}: it holds {', '.join(known)}.")
    parts = [
        pd.DataFrame({"model": name, "part": part, "epoch": list(epochs), "value": [float(v) for v in curves[key]]})
        for part, key in ((TRAIN, metric), (VALID, f"val_{metric}"))
        if key in curves
    ]
    return pd.concat(parts)


def _best_epochs(frame: pd.DataFrame, best: str) -> pd.DataFrame:
    """The best validation row of every run, the earliest among equals; no row without validation."""
    valid = frame[(frame["part"] == VALID) & frame["value"].notna()]
    ordered = valid.sort_values(["value", "epoch"], ascending=[best == "lowest", True])
    return ordered.groupby("model", sort=False).head(1)


def _subtitle(marks: pd.DataFrame, metric: str, *, several: bool) -> list[str]:
    lines = ["loss is what training minimises: it holds the l2 term, so it is no MSE"] if metric == "loss" else []
    if marks.empty:
        return [*lines, "No validation rows were given, so no epoch is marked as the best"]
    if several:
        return [*lines, "The best epoch on validation is marked on each curve"]
    row = marks.iloc[0]
    return [*lines, f"Best epoch on validation: {row['epoch']} ({metric} {row['value']:.4f})"]


def _drawn(frame: pd.DataFrame, marks: pd.DataFrame, metric: str, *, several: bool) -> Any:
    name = "loss (with the l2 term)" if metric == "loss" else metric
    epochs = sorted(set(frame["epoch"].tolist()))
    # With a few epochs Vega would put ticks between them, in spite of tickMinStep.
    ticks = alt.Axis(format="d", values=epochs) if len(epochs) <= MOST_TICKS else alt.Axis(format="d", tickMinStep=1)
    x = alt.X("epoch:Q", title="epoch", axis=ticks, scale=alt.Scale(zero=False, nice=False, padding=8))
    y = alt.Y("value:Q", title=name, scale=alt.Scale(zero=False))
    tooltip = [
        *([alt.Tooltip("model:N")] if several else []),
        alt.Tooltip("part:N", title="measured on"),
        alt.Tooltip("epoch:Q"),
        alt.Tooltip("value:Q", title=name, format=".4f"),
    ]
    curves = alt.Chart(thinned(frame, MOST_ROWS - len(marks))).encode(
        x=x, y=y, **_looks(frame, several), tooltip=tooltip
    )
    rules = alt.Chart(marks).mark_rule(strokeDash=[2, 3], opacity=0.6).encode(x=x)
    rings = (
        alt.Chart(marks)
        .mark_point(size=130, strokeWidth=2.5)
        .encode(x=x, y=y, color=_colour(frame, several), tooltip=tooltip)
    )
    below = [] if several else [rules]
    return alt.layer(*below, curves.mark_line(), curves.mark_point(size=28, filled=True, opacity=1), rings)


def _colour(frame: pd.DataFrame, several: bool) -> alt.Color:
    if several:
        names = frame["model"].unique().tolist()
        colours = [PALETTE[place % len(PALETTE)] for place in range(len(names))]
        return alt.Color("model:N", title=None, sort=names, scale=alt.Scale(domain=names, range=colours))
    return alt.Color("part:N", title=None, scale=alt.Scale(domain=[TRAIN, VALID], range=[BLUE, ORANGE]))


def _looks(frame: pd.DataFrame, several: bool) -> dict[str, Any]:
    dashes = alt.StrokeDash(
        "part:N",
        title=None,
        scale=alt.Scale(domain=[TRAIN, VALID], range=[[5, 4], [1, 0]]),
    )
    return {"color": _colour(frame, several), "strokeDash": dashes}
