"""Differences between models that were run with the same seeds, and which of them are more than noise."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from recolab.errors import RecoLabError
from recolab.runs.tables.summary import half_width, refuse_unlike

COLUMNS = ["model", "other", "difference", "low", "high", "p", "p_holm", "runs"]


def differences(
    table: pd.DataFrame, metric: str, *, seed: str = "seeds.fit", over: Sequence[str] = (), level: float = 0.95
) -> pd.DataFrame:
    """The difference of every two models in a metric, seed by seed, with Student's interval and Holm's correction.

    Each seed that both models were run with gives one difference, so what a seed does to both cancels. The interval and
    the p-value are those of the paired t-test: is the mean of the differences 0? Of many such tests some succeed by
    chance; `p_holm` (Holm 1979) is below 5 % for any pair without a true difference in at most 5 % of all such tables.

    Args:
        table: rows of `recorded`, all measured alike.
        metric: name of the metric, for example `"auc"`.
        seed: column that says which runs belong together.
        over: columns in which runs of one model may differ, for example `["parameters.epochs"]`.
        level: of the intervals, each taken for itself.

    Returns:
        One row for every two models in the order of the table: `model`, `other`, `difference` (the mean of `model`
        minus `other`), `low`, `high`, `p`, `p_holm` and `runs`, the number of common seeds. With fewer than two common
        seeds nothing but the difference is known, and the rest is NaN.

    Raises:
        RecoLabError: no such metric or seed, two runs of one model with the same seed, or runs not measured alike.
    """
    column = f"metrics.{metric}"
    missing = [name for name in ("model", column, seed, *over) if name not in table]
    if missing:
        raise RecoLabError(f"Differences need the columns {missing}, which these {len(table)} runs do not have.")
    refuse_unlike(table, by=["model"], over=over)
    _refuse_two_protocols(table, over)
    if table.duplicated(["model", seed]).any():
        twice = table.loc[table.duplicated(["model", seed]), "model"].iloc[0]
        raise RecoLabError(f"There are two runs of {twice!r} with one value of {seed!r}: delete the older one.")
    by_seed = table.pivot(index=seed, columns="model", values=column)[table["model"].unique()]
    pairs = list(combinations(by_seed.columns, 2))
    found = pd.DataFrame([_pair(by_seed[one] - by_seed[other]) for one, other in pairs], columns=["mean", "sd", "runs"])
    return _described(pairs, found, level)


def holm(p: np.ndarray) -> np.ndarray:
    """p-values corrected for their number (Holm 1979): the smallest times n, the next times n - 1, and never falling.

    Args:
        p: shape (tests,); NaN is no test.
    """
    order = np.argsort(p)  # NaN last
    tests = np.count_nonzero(~np.isnan(p))
    times = np.maximum(tests - np.arange(len(p)), 1)
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(np.maximum.accumulate(p[order] * times), 1)
    return corrected


def _refuse_two_protocols(table: pd.DataFrame, over: Sequence[str]) -> None:
    for name in table.columns:
        shared = name.startswith(("experiment", "protocol.", "data.")) and name not in over
        if shared and table[name].map(repr).nunique() > 1:
            raise RecoLabError(f"These runs differ in {name!r}: models compare within one protocol only, so select it.")


def _pair(by_seed: pd.Series) -> tuple[float, float, int]:
    return by_seed.mean(), by_seed.std(), int(by_seed.count())


def _described(pairs: list[tuple[str, str]], found: pd.DataFrame, level: float) -> pd.DataFrame:
    half = half_width(found["sd"], found["runs"], level)
    with np.errstate(divide="ignore", invalid="ignore"):  # the same difference with every seed has no spread
        t = found["mean"].abs() / (found["sd"] / np.sqrt(found["runs"]))
    t = t.mask(found["mean"].eq(0) & found["sd"].eq(0), 0.0)
    p = 2 * stats.t.sf(t, found["runs"] - 1)
    models = pd.DataFrame(pairs, columns=["model", "other"])
    return models.assign(
        difference=found["mean"],
        low=found["mean"] - half,
        high=found["mean"] + half,
        p=p,
        p_holm=holm(p),
        runs=found["runs"],
    )[COLUMNS]
