"""Results that others published, each with the protocol it was made under and its source."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from recolab.data import Ratings
from recolab.errors import RecoLabError
from recolab.runs.records.results import course_results, results_folder

NAME = "published.csv"


def published(
    ratings: Ratings | str,
    *,
    protocol: str | None = None,
    metric: str | None = None,
    folder: str | Path | None = None,
) -> pd.DataFrame:
    """What others reached on these ratings.

    Args:
        ratings: the data; for made-up ratings, and for anybody's own, the table is empty, since nothing compares. Or
            the name of a public set, for example `"ml-1m"`, whose recorded runs are to stand beside.
        protocol: only rows whose protocol contains this, for example `"5-fold"` or `"99 negatives"`.
        metric: only rows of this metric: `"rmse"`, `"mse"`, `"hr@10"`, `"ndcg@10"`, `"precision@10"`, `"auc"` or
            `"log_loss"`.
        folder: where results lie; see `results_folder`. If that has no `published.csv`, the course's own is read.

    Returns:
        Columns `model`, `metric`, `value`, `protocol` and `source`, in the order of the file `published.csv`. A number
        compares with another one only under the same protocol.

    Raises:
        RecoLabError: there is no `published.csv`.
    """
    places = (results_folder(folder), course_results())
    path = next((place / NAME for place in places if place is not None and (place / NAME).is_file()), None)
    if path is None:
        raise RecoLabError(f"There is no {NAME} in {places[0]}: copy the course's own, from its results/, into it.")
    table = pd.read_csv(path)
    if isinstance(ratings, str):
        same = table["data"].eq(ratings)
    else:
        # A table of one's own may bear any name; only real MovieLens files have sha256 that we read.
        same = table["data"].eq(ratings.name) & bool(ratings.provenance.files) & (ratings.truth is None)
    if protocol is not None:
        same &= table["protocol"].str.contains(protocol, regex=False)
    if metric is not None:
        same &= table["metric"].eq(metric)
    return table.loc[same, ["model", "metric", "value", "protocol", "source"]].reset_index(drop=True)
