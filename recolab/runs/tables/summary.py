"""Mean and spread of recorded runs, over seeds or folds, and never over two different things without being told."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from recolab.errors import RecoLabError

MUST_AGREE = ("experiment", "model", "parameters.", "protocol.", "data.")


def summary(
    table: pd.DataFrame, *, by: Sequence[str] = ("model",), over: Sequence[str] = (), level: float | None = None
) -> pd.DataFrame:
    """Mean, standard deviation and number of runs of every metric, one row a group.

    Seeds, versions, commit and machine may differ within a group. Model, parameters, protocol and data may not, unless
    named in `over`.

    Args:
        table: rows of `recorded`.
        by: columns that make a group.
        over: further columns to average over, for example `["protocol.split"]` for five folds.
        level: with it, for example 0.95, Student's interval of the mean is added as well. It takes the runs for
            independent draws, as those of several seeds on one split are.

    Returns:
        Index `by`; for every metric the columns `(metric, "mean")`, `(metric, "sd")` (n - 1 in the denominator, NaN for
        a single run) and `(metric, "runs")`, and with `level` also `(metric, "low")` and `(metric, "high")`.

    Raises:
        RecoLabError: no rows, an unknown column, a level that does not lie between 0 and 1, or runs in one group that
            were not measured alike.
    """
    unknown = [name for name in (*by, *over) if name not in table.columns]
    if unknown or not len(table) or not by:
        raise RecoLabError(
            f"A summary needs recorded runs and columns to group them by; {len(table)} runs came, and of the columns "
            f"{[*by, *over]} the table lacks {unknown}."
        )
    refuse_unlike(table, by=by, over=over)
    metrics = [name for name in table.columns if name.startswith("metrics.")]
    described = table.groupby(list(by), sort=False, dropna=False)[metrics].agg(["mean", "std", "count"])
    described = described.rename(
        columns=lambda name: {"std": "sd", "count": "runs"}.get(name, name.removeprefix("metrics."))
    )
    return described if level is None else _with_interval(described, level)


def refuse_unlike(table: pd.DataFrame, *, by: Sequence[str], over: Sequence[str] = ()) -> None:
    """Refuse runs that would be averaged although they differ in more than what `by` and `over` name.

    Raises:
        RecoLabError: runs of one group differ in model, parameters, protocol or data.
    """
    for name in table.columns:
        if name.startswith(MUST_AGREE) and name not in over and name not in by:
            # Lists and dicts cannot be counted, and a missing value counts as well; their text can be, and does.
            values = table[name].map(repr).groupby([table[key] for key in by], dropna=False).nunique()
            if (values > 1).any():
                raise RecoLabError(
                    f"Runs of one group differ in {name!r}: add it to by=[...] to keep them apart, or to over=[...] to "
                    "average over it."
                )


def half_width(sd: pd.Series, runs: pd.Series, level: float) -> pd.Series:
    """Half the length of Student's interval of a mean: `t · sd / √n` with n - 1 degrees of freedom.

    Raises:
        RecoLabError: `level` does not lie between 0 and 1.
    """
    if not 0 < level < 1:
        raise RecoLabError(f"`level` is the share of intervals that hold the mean, between 0 and 1, but {level} came.")
    half: pd.Series = stats.t.ppf((1 + level) / 2, runs - 1) * sd / np.sqrt(runs)
    return half


def _with_interval(described: pd.DataFrame, level: float) -> pd.DataFrame:
    parts = {}
    for metric in described.columns.get_level_values(0).unique():
        part = described[metric]
        half = half_width(part["sd"], part["runs"], level)
        parts[metric] = part.assign(low=part["mean"] - half, high=part["mean"] + half)
    both: pd.DataFrame = pd.concat(parts, axis=1)
    return both
