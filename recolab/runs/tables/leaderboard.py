"""Recorded runs of one protocol as a ranking, with what others published beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from recolab.errors import RecoLabError, did_you_mean
from recolab.runs.tables.summary import summary

LOWER_IS_BETTER = ("mse", "rmse", "mae", "log_loss", "calibration_error")
LEVEL = 0.95
OF_A_RUN = {"seconds": "mean", "peak_memory": "max"}


def leaderboard(
    table: pd.DataFrame,
    metrics: Sequence[str],
    *,
    published: pd.DataFrame | None = None,
    names: Mapping[str, str] | None = None,
    over: Sequence[str] = (),
) -> pd.DataFrame:
    """One row a model, best first by the first metric: mean, spread, interval, what was published, time and memory.

    Args:
        table: rows of `recorded`, all of one protocol.
        metrics: which metrics to show, for example `["auc", "log_loss"]`.
        published: rows of `published` for the same protocol. Models that nobody ran here follow at the end, best first.
        names: what the published table calls a model, by our name, where it is not the same word.
        over: columns in which the runs of one model may differ, as in `summary`.

    Returns:
        Index `model`; `runs` and, for every metric, its mean under the metric's name, `sd …`, and `low …` and `high …`,
        the ends of Student's 95 % interval of the mean over the runs. Where a value was published: `published …` and
        `gap …`, ours less theirs. Where the table has them: `seconds` (mean), `peak_memory` (the largest, in GB) and
        `run_ids`, joined by spaces.

    Raises:
        RecoLabError: as `summary`; or a metric that no run has.
    """
    for metric in metrics:
        if f"metrics.{metric}" not in table:
            known = [str(name).removeprefix("metrics.") for name in table if str(name).startswith("metrics.")]
            raise RecoLabError(
                f"No run has the metric {metric!r}: {did_you_mean(metric, known, f'they have {known}.')}"
            )
    means = summary(table, over=over, level=LEVEL)
    board = pd.DataFrame({"runs": means[metrics[0], "runs"].astype("Int64")})
    for metric in metrics:
        board[metric] = means[metric, "mean"]
        for part in ("sd", "low", "high"):
            board[f"{part} {metric}"] = means[metric, part]
        values = _published(published, metric, names or {})
        if len(values):
            board = board.reindex([*board.index, *values.index.difference(board.index, sort=False)])
            board[f"published {metric}"] = values
            board[f"gap {metric}"] = board[metric] - board[f"published {metric}"]
    by_model = table.groupby("model", sort=False)
    for name, how in OF_A_RUN.items():
        if name in table and table[name].notna().any():
            board[name] = by_model[name].agg(how)
    if "run" in table:
        board["run_ids"] = by_model["run"].agg(" ".join)
    first = metrics[0]
    return board.rename_axis("model").sort_values(
        [first, f"published {first}"] if f"published {first}" in board else first, ascending=first in LOWER_IS_BETTER
    )


def _published(published: pd.DataFrame | None, metric: str, names: Mapping[str, str]) -> pd.Series:
    """Published values of a metric by our names."""
    if published is None:
        return pd.Series(dtype=float)
    ours = {theirs: our for our, theirs in names.items()}
    rows = published[published["metric"] == metric]
    return rows.assign(model=rows["model"].replace(ours)).groupby("model", sort=False)["value"].first()
