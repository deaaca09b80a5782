"""From the columns of a table to the named inputs of a Keras model.

Codes are checked here, on the host. A compiled model cannot do it: XLA answers a code that is out of range with the
last row of the table, without a word.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from recolab.errors import RecoLabError
from recolab.features.tables import embedding_tables, fields_of, inputs_of

INDICES = "indices"
"""The input of a model of fields that holds rows of their shared table."""


def inputs(model: Any, frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """What a model reads of a table, by input name.

    Args:
        model: a functional `keras.Model`; each of its inputs is named after a column. A model of fields, one with a
            layer such as `recolab.layers.FieldEmbedding`, reads `indices` and `weights`: its own `Fields` make them.
        frame: a table with these columns or fields, for example `split.train`.

    Returns:
        Arrays of shape (rows,); of a model of fields those of `Fields.encode`.

    Raises:
        RecoLabError: the model is not functional, a column is missing, holds no numbers, or holds codes that the
            model has no row for, or the fields cannot be encoded (see `Fields.encode`).
    """
    try:
        names = inputs_of(model)
    except RecoLabError as error:
        raise RecoLabError(f"{error} Give the arrays themselves in place of a table, as fit(model, x, y).") from None
    fields = fields_of(model)
    encoded = {} if fields is None else fields.encode(frame)
    arrays = {
        name: encoded[name] if name in encoded else numbers(frame, name, "an input of the model") for name in names
    }
    check_codes(model, arrays)
    return arrays


def target(frame: pd.DataFrame, column: str) -> np.ndarray:
    """The column to be learnt, shape (rows,), float32.

    Raises:
        RecoLabError: the column is missing, or holds something else than finite numbers.
    """
    values = numbers(frame, column, "the target").astype(np.float32)
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        raise RecoLabError(
            f"The target {column!r} must be finite numbers, but {len(bad)} of {len(values):,} rows are NaN or infinite "
            f"(the first is row {frame.index[bad[0]]!r}): drop or mend them."
        )
    return values


def check_codes(model: Any, arrays: Mapping[str, Any]) -> None:
    """Refuse codes, or indices of fields, that a model's embedding tables have no row for.

    Args:
        model: a functional `keras.Model`.
        arrays: what is to be fed to it, by input name.

    Raises:
        RecoLabError: a code is negative, or not smaller than the number of rows of the table it looks up.
    """
    for name, rows in code_limits(model).items():
        codes = np.asarray(arrays.get(name, ()))
        if codes.size and not (codes.min() >= 0 and codes.max() < rows):
            wrong = codes[(codes < 0) | (codes >= rows)].flat[0]
            raise RecoLabError(
                f"Codes of {name!r} must lie between 0 and {rows - 1}, the rows of the model's table, but {wrong} "
                f"came: was the model built for {'other fields' if name == INDICES else 'another split'}?"
            )


def code_limits(model: Any) -> dict[str, int]:
    """How many rows the embedding tables have that look up an input directly, by input; the smallest of several.

    For a model of fields they include the `indices`, which look up a row of the table that its fields share.
    """
    limits: dict[str, int] = {}
    for layer, name in embedding_tables(model).items():
        rows = model.get_layer(layer).input_dim
        limits[name] = min(rows, limits.get(name, rows))
    fields = fields_of(model)
    if fields is not None and INDICES in inputs_of(model):
        limits[INDICES] = min(fields.n_features, limits.get(INDICES, fields.n_features))
    return limits


def numbers(frame: pd.DataFrame, name: str, what: str) -> np.ndarray:
    """A column of numbers as an array; `what` says in the error what it was wanted for.

    Raises:
        RecoLabError: the column is missing, or holds no numbers.
    """
    if name not in frame.columns:
        near = difflib.get_close_matches(name, map(str, frame.columns), n=1)
        hint = f"did you mean {near[0]!r}?" if near else "rename a column or add it."
        raise RecoLabError(f"The table has no column {name!r}, {what}; it has {list(frame.columns)}: {hint}")
    values = frame[name].to_numpy()
    if values.dtype.kind not in "iufb":
        raise RecoLabError(
            f"The column {name!r}, {what}, must hold numbers, but holds {frame[name].dtype}: encode it first."
        )
    return values
