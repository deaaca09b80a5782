"""The metrics of every user, beside the file of a run: what two runs are compared by, user by user."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from recolab.runs.records.run_file import Result
from recolab.runs.records.whole import write_whole

KEPT = ("user_id", "rows", "mse", "mae", "log_loss", "grouped_auc", "hr", "ndcg", "precision", "recall")
"""Columns that are kept; `@k` does not count. Others are large and seldom asked for."""


def write_users(target: Path, results: Sequence[Result]) -> None:
    """Write the tables of a run's results beside its file; nothing where no result has one.

    They are large beside the rest, and git does not see them: who repeats the run has them again.

    Args:
        target: the run's file; the tables get its name, with the ending `.npz`.
        results: in the order of the file.
    """
    columns = {
        f"{number}/{name}": _small(table[name])
        for number, table in enumerate(result.users for result in results)
        if table is not None
        for name in table
        if str(name).partition("@")[0] in KEPT
    }
    if columns:
        buffer = io.BytesIO()
        np.savez_compressed(buffer, allow_pickle=False, **columns)
        write_whole(target.with_suffix(".npz"), buffer.getvalue())


def read_users(run: Path, number: int) -> pd.DataFrame | None:
    """The table of a run's result, by its place in the file, indexed by `user_id`; None where it is not there."""
    path = run.with_suffix(".npz")
    if not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as columns:
        names = [name for name in columns if name.startswith(f"{number}/")]
        table = pd.DataFrame({name.partition("/")[2]: columns[name] for name in names})
    return table.set_index("user_id") if "user_id" in table else None


def _small(column: pd.Series) -> np.ndarray:
    values = column.to_numpy()
    if values.dtype == object:
        values = values.astype(str)
    return values.astype(np.float32) if values.dtype.kind == "f" else values
