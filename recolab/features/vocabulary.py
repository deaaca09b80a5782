"""Values of a field and their numbers: 0 is "unknown", the values follow, sorted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from recolab.errors import RecoLabError

_TEXT = "text"
_NUMBERS = "numbers"
_WRITTEN_AS = {"string": _TEXT, "empty": "", "integer": _NUMBERS, "floating": _NUMBERS, "mixed-integer-float": _NUMBERS}


@dataclass(frozen=True)
class Vocabulary:
    """The known values of a field; value `values[i]` has the number i + 1, everything else the number 0.

    Attributes:
        field: name of the field, for errors.
        values: all text or all numbers, sorted, no value twice.
    """

    field: str
    values: tuple[str | int | float, ...]

    @classmethod
    def learn(cls, field: str, column: Any, min_count: int, times: np.ndarray | None = None) -> Vocabulary:
        """The values that are met at least `min_count` times; a missing value is none.

        Args:
            field: name of the field.
            column: values, shape (rows,).
            min_count: rarer values are left out.
            times: how often each row counts, shape (rows,); None means once.

        Raises:
            RecoLabError: no value at all, or values that are neither all text nor all numbers.
        """
        numbers, distinct = pd.factorize(_flat(column))
        written_as(field, distinct)
        if not len(distinct):
            raise RecoLabError(
                f"The field {field!r} is empty: no training row has a value in it; leave the field out, or fill it."
            )
        seen = numbers >= 0
        counts = np.bincount(numbers[seen], weights=None if times is None else times[seen], minlength=len(distinct))
        kept = pd.Index(distinct[counts >= min_count]).sort_values()
        if kept.dtype.kind == "f" and np.all(kept == np.floor(kept)):  # whole numbers with gaps come as floats
            kept = kept.astype("int64")
        return cls(field, tuple(kept.tolist()))

    def numbers(self, column: Any) -> np.ndarray:
        """Numbers of the values of a column, shape (rows,), int32; 0 where unknown or missing.

        Raises:
            RecoLabError: text where numbers were learnt from, or the other way round.
        """
        rows, distinct = pd.factorize(_flat(column))
        found = written_as(self.field, distinct)
        if self.values and found and found != self._written_as:
            raise RecoLabError(
                f"The field {self.field!r} was learnt from {self._written_as}, such as {self.values[0]!r}, but the "
                f"column now holds {found}, such as {distinct[0]!r}: convert it to what it was."
            )
        # One place more than there are values, for the rows without one: theirs is -1, which is the last.
        numbers = np.append(self._index.get_indexer(pd.Index(distinct)) + 1, 0)
        return numbers[rows].astype(np.int32)

    @cached_property
    def _index(self) -> pd.Index:
        return pd.Index(list(self.values))

    @cached_property
    def _written_as(self) -> str:
        return _TEXT if isinstance(self.values[0], str) else _NUMBERS


def written_as(field: str, distinct: Any) -> str:
    """`"text"` or `"numbers"`, or nothing where there is no value.

    Raises:
        RecoLabError: values of another kind, or of both.
    """
    found = pd.api.types.infer_dtype(distinct, skipna=True)
    if found in _WRITTEN_AS:
        return _WRITTEN_AS[found]
    kinds = sorted({type(value).__name__ for value in distinct})
    raise RecoLabError(
        f"The values of the field {field!r} must be all text or all numbers, but are of type {', '.join(kinds)}, such "
        f"as {distinct[0]!r}: {_advice(distinct)}."
    )


def _advice(distinct: Sequence[Any]) -> str:
    if isinstance(distinct[0], (tuple, list, set, frozenset, np.ndarray)):
        return "a field of several values a row has the kind 'multi-valued'"
    return "convert the column, for example with .astype(str)"


def _flat(column: Any) -> Any:
    """The values as pandas can number them: categories by what they stand for, truth values as 0 and 1."""
    series = column if isinstance(column, pd.Series) else pd.Series(column)
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(series.cat.categories.dtype)
    if pd.api.types.is_bool_dtype(series.dtype):
        series = series.astype("Int64")
    return series.to_numpy(object) if series.dtype == object else series
