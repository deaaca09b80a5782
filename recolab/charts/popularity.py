"""Where a model errs: on items rated rarely, or often."""

from __future__ import annotations

from typing import Any, Literal

import altair as alt
import numpy as np
import pandas as pd

from recolab.charts.checks import require_split
from recolab.charts.theme import BLUE, ORANGE, finished
from recolab.errors import RecoLabError
from recolab.split.core import Split

COLD = "never"


def error_by_popularity(model: Any, split: Split, *, part: Literal["valid", "test"] = "test") -> alt.LayerChart:
    """Draw a model's RMSE for rarely and for often rated items.

    Items with ratings in training are sorted by their number and cut into tenths; items with equally many share a
    tenth. Rows of items never rated in training stand apart. Predictions are clipped to the rating scale.

    Args:
        model: anything `recolab.models.predict` takes.
        split: the split it was trained on.
        part: which rows to predict.

    Raises:
        RecoLabError: `split` is no `Split`, or the part is unknown or holds no rows.
    """
    from recolab.models import predict

    require_split(split, "error_by_popularity")
    if part not in ("valid", "test"):
        raise RecoLabError(f"part is 'valid' or 'test', but received {part!r}.")
    rows = getattr(split, part)
    if not len(rows):
        raise RecoLabError(f"{split.name} has no {part} rows to measure an error on.")
    predicted = np.clip(np.asarray(predict(model, rows), dtype=np.float64), *split.scale)
    squared = (rows["rating"].to_numpy(np.float64) - predicted) ** 2
    frame = _by_tenth(rows["item"].to_numpy(), squared, np.bincount(split.train["item"], minlength=split.n_items))
    overall = float(np.sqrt(squared.mean()))
    return finished(
        _bars(frame, overall),
        title=f"Error by popularity: RMSE {overall:.4f} over all {part} rows (dashed)",
        subtitle=[
            f"{split.ratings.name}, predictions clipped to {split.scale[0]:g} to {split.scale[1]:g}",
            "A bar is a tenth of the items; below it, how often they were rated in training",
        ],
    )


def _by_tenth(items: np.ndarray, squared: np.ndarray, counts: np.ndarray) -> pd.DataFrame:
    """RMSE by tenth of the items (1 = the least rated; 0 = not rated in training), with the labels of the bars.

    Args:
        items: item code of every row, shape (rows,).
        squared: squared error of every row, shape (rows,).
        counts: ratings in training of every item, shape (n_items,).
    """
    tenths = np.zeros(len(counts), dtype=int)
    seen = counts > 0
    tenths[seen] = np.ceil(10 * pd.Series(counts[seen]).rank(pct=True).to_numpy())
    groups = pd.DataFrame({"tenth": tenths[items], "squared": squared}).groupby("tenth")["squared"]
    frame = groups.agg(rows="size", rmse="mean").reset_index()
    frame["rmse"] = np.sqrt(frame["rmse"])
    spans = pd.DataFrame({"tenth": tenths, "count": counts}).groupby("tenth")["count"].agg(["min", "max", "size"])
    frame["items"] = spans["size"].reindex(frame["tenth"]).to_numpy()
    frame["rated"] = [_span(int(spans["min"][tenth]), int(spans["max"][tenth])) for tenth in frame["tenth"]]
    return frame


def _span(low: int, high: int) -> str:
    if high == 0:
        return COLD
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


def _bars(frame: pd.DataFrame, overall: float) -> Any:
    bars = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X("rated:N", title="ratings of the item in training", sort=None, axis=alt.Axis(labelAngle=-40)),
            y=alt.Y("rmse:Q", title="RMSE"),
            color=alt.condition(alt.datum.rated == COLD, alt.value(ORANGE), alt.value(BLUE)),
            tooltip=[
                alt.Tooltip("rated:N", title="ratings of the item in training"),
                alt.Tooltip("rmse:Q", title="RMSE", format=".4f"),
                alt.Tooltip("items:Q", title="items", format=","),
                alt.Tooltip("rows:Q", title="rows measured on", format=","),
            ],
        )
    )
    level = alt.Chart(pd.DataFrame({"rmse": [overall]})).mark_rule(strokeDash=[4, 4]).encode(y="rmse:Q")
    return alt.layer(bars, level)
