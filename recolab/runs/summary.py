"""Mean and spread of recorded runs, over seeds or folds, and never over two different things without being told."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from recolab.errors import RecoLabError

MUST_AGREE = ("experiment", "model", "parameters.", "protocol.", "data.")


def summary(table: pd.DataFrame, *, by: Sequence[str] = ("model",), over: Sequence[str] = ()) -> pd.DataFrame:
    """Mean, standard deviation and number of runs of every metric, one row a group.

    Seeds, versions, commit and machine may differ within a group. Model, parameters, protocol and data may not, unless
    named in `over`.

    Args:
        table: rows of `recorded`.
        by: columns that make a group.
        over: further columns to average over, for example `["protocol.split"]` for five folds.

    Returns:
        Index `by`; for every metric the columns `(metric, "mean")`, `(metric, "sd")` (n - 1 in the denominator, NaN for
        a single run) and `(metric, "runs")`.

    Raises:
        RecoLabError: no rows, an unknown column, or runs in one group that were not measured alike.
    """
    unknown = [name for name in (*by, *over) if name not in table.columns]
    if unknown or not len(table) or not by:
        raise RecoLabError(
            f"A summary needs recorded runs and columns to group them by; {len(table)} runs came, and of the columns "
            f"{[*by, *over]} the table lacks {unknown}."
        )
    groups = table.groupby(list(by), sort=False, dropna=False)
    for name in table.columns:
        if name.startswith(MUST_AGREE) and name not in over and name not in by:
            # Values may be lists and dicts, which cannot be counted; their text can.
            values = table[name].astype(str).groupby([table[key] for key in by], dropna=False).nunique()
            if (values > 1).any():
                raise RecoLabError(
                    f"Runs of one group differ in {name!r}: add it to by=[...] to keep them apart, or to over=[...] to "
                    "average over it."
                )
    metrics = [name for name in table.columns if name.startswith("metrics.")]
    described = groups[metrics].agg(["mean", "std", "count"])
    return described.rename(
        columns=lambda name: {"std": "sd", "count": "runs"}.get(name, name.removeprefix("metrics."))
    )
