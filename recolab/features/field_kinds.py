"""The three kinds of field, and one whose values are codes already.

Each knows how many indices and slots it takes, and turns a column into numbers from 0 within its own run of indices
(-1: an unused slot) and, unless it is categorical, the weights of its slots.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd

from recolab.errors import RecoLabError
from recolab.features.vocabulary import Vocabulary

Kind = Literal["categorical", "multi-valued", "numeric"]
Pooling = Literal["mean", "sum"]


@dataclass(frozen=True)
class Categorical:
    """One value a row. Number 0 is "unknown", then the values."""

    kind: ClassVar[Kind] = "categorical"
    n_slots: ClassVar[int] = 1
    name: str
    vocabulary: Vocabulary

    @classmethod
    def learn(cls, name: str, column: pd.Series, min_count: int) -> Categorical:
        """The field of a training column; errors as from `Vocabulary.learn`."""
        return cls(name, Vocabulary.learn(name, column, min_count))

    @property
    def n_indices(self) -> int:
        return 1 + len(self.vocabulary.values)

    @property
    def values(self) -> list[Any]:
        """What each index stands for."""
        return ["(unknown)", *self.vocabulary.values]

    def encode(self, column: pd.Series) -> tuple[np.ndarray, None]:
        """Numbers of shape (rows, 1)."""
        return self.vocabulary.numbers(column)[:, None], None

    def config(self) -> dict[str, Any]:
        return {"name": self.name, "kind": self.kind, "values": list(self.vocabulary.values)}


@dataclass(frozen=True)
class Codes:
    """A categorical field whose values are the codes 0 to `size` - 1, so that no vocabulary has to be kept."""

    kind: ClassVar[Kind] = "categorical"
    n_slots: ClassVar[int] = 1
    name: str
    size: int

    @property
    def n_indices(self) -> int:
        return 1 + self.size

    @property
    def values(self) -> list[Any]:
        """What each index stands for."""
        return ["(unknown)", *range(self.size)]

    def encode(self, column: pd.Series) -> tuple[np.ndarray, None]:
        """Numbers of shape (rows, 1); the code -1 is "unknown"."""
        codes = column.to_numpy()
        if codes.dtype.kind not in "iu":
            raise RecoLabError(
                f"The field {self.name!r} was made of a size, so its column must hold the codes 0 to {self.size - 1} "
                f"as whole numbers, but holds {column.dtype}: encode it first, or learn the fields from a table."
            )
        if codes.size and not (codes.min() >= -1 and codes.max() < self.size):
            wrong = codes[(codes < -1) | (codes >= self.size)][0]
            raise RecoLabError(
                f"Codes of the field {self.name!r} must lie between 0 and {self.size - 1} (-1 is unknown), but {wrong} "
                "came: give the size of the catalogue that the codes come from."
            )
        return (codes + 1).astype(np.int32)[:, None], None

    def config(self) -> dict[str, Any]:
        return {"name": self.name, "kind": self.kind, "size": self.size}


@dataclass(frozen=True)
class MultiValued:
    """Any number of values a row, averaged or summed. Number 0 is "unknown", then the values.

    Attributes:
        name: name of the field.
        vocabulary: its values.
        n_slots: the most values that a training row has.
        pooling: `"mean"` gives each of a row's m values the weight 1/m, `"sum"` the weight 1.
    """

    kind: ClassVar[Kind] = "multi-valued"
    name: str
    vocabulary: Vocabulary
    n_slots: int
    pooling: Pooling

    @classmethod
    def learn(cls, name: str, column: pd.Series, min_count: int, pooling: Pooling) -> MultiValued:
        """The field of a training column; errors as from `Vocabulary.learn`."""
        rows, lists = _distinct_lists(column)
        times = np.bincount(rows[rows >= 0], minlength=len(lists))
        owner, values = _flat(lists)
        vocabulary = Vocabulary.learn(name, values, min_count, times[owner])
        return cls(name, vocabulary, int(np.bincount(owner).max()), pooling)

    @property
    def n_indices(self) -> int:
        return 1 + len(self.vocabulary.values)

    @property
    def values(self) -> list[Any]:
        """What each index stands for."""
        return ["(unknown)", *self.vocabulary.values]

    def encode(self, column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
        """Numbers and weights of shape (rows, slots); a row without values has no slot in use."""
        rows, lists = _distinct_lists(column)
        owner, values = _flat(lists)
        place = np.arange(len(owner)) - np.searchsorted(owner, owner)  # within its list
        fits = place < self.n_slots
        if not fits.all():
            warnings.warn(
                f"Some rows have more values of {self.name!r} than any training row ({self.n_slots}): their first "
                f"{self.n_slots} count.",
                stacklevel=3,
            )
        # The last row, which the rows without a value find under -1, stays empty.
        numbers = np.full((len(lists) + 1, self.n_slots), -1, np.int32)
        numbers[owner[fits], place[fits]] = self.vocabulary.numbers(values)[fits]
        weights = (numbers >= 0).astype(np.float32)
        if self.pooling == "mean":
            weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1)
        return numbers[rows], weights[rows]

    def config(self) -> dict[str, Any]:
        values = list(self.vocabulary.values)
        return {"name": self.name, "kind": self.kind, "values": values, "slots": self.n_slots, "pooling": self.pooling}


@dataclass(frozen=True)
class Numeric:
    """A number a row, scaled so that the training rows span 0 to 1; what lies outside is clipped.

    Moments (datetime) are read as seconds since 1970.
    """

    kind: ClassVar[Kind] = "numeric"
    n_slots: ClassVar[int] = 1
    n_indices: ClassVar[int] = 1
    name: str
    low: float
    high: float

    @classmethod
    def learn(cls, name: str, column: pd.Series) -> Numeric:
        """The field of a training column.

        Raises:
            RecoLabError: text, a missing or infinite number, or one number in all rows.
        """
        numbers = _finite(name, column)
        low, high = float(numbers.min()), float(numbers.max())
        if low == high:
            raise RecoLabError(
                f"The numeric field {name!r} is {low:g} in all {len(numbers):,} training rows, so nothing can be "
                "learnt from it: leave it out."
            )
        return cls(name, low, high)

    @property
    def values(self) -> list[Any]:
        """What each index stands for."""
        return [f"{self.low:.10g} to {self.high:.10g}"]

    def encode(self, column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
        """Numbers, all 0, and weights, the scaled numbers, of shape (rows, 1)."""
        scaled = np.clip((_finite(self.name, column) - self.low) / (self.high - self.low), 0, 1)
        return np.zeros((len(column), 1), np.int32), scaled.astype(np.float32)[:, None]

    def config(self) -> dict[str, Any]:
        return {"name": self.name, "kind": self.kind, "low": self.low, "high": self.high}


Field = Categorical | Codes | MultiValued | Numeric


def from_config(config: dict[str, Any]) -> Field:
    """The field that gave this config."""
    name = config["name"]
    if config["kind"] == "numeric":
        return Numeric(name, config["low"], config["high"])
    if "size" in config:
        return Codes(name, config["size"])
    vocabulary = Vocabulary(name, tuple(config["values"]))
    if config["kind"] == "categorical":
        return Categorical(name, vocabulary)
    return MultiValued(name, vocabulary, config["slots"], config["pooling"])


def _distinct_lists(column: pd.Series) -> tuple[np.ndarray, pd.Series]:
    """Each row's place among the different lists of a column (-1: missing), and these lists.

    The genres of a million rows are a few hundred different lists. Lists that cannot be compared are all kept.
    """
    cells = column.to_numpy(object)
    try:
        rows, distinct = pd.factorize(cells)
    except TypeError:
        rows, distinct = np.arange(len(cells)), cells
    lists = pd.Series(distinct, dtype=object)
    return rows, lists.map(lambda cell: cell.split("|") if isinstance(cell, str) else cell)


def _flat(lists: pd.Series) -> tuple[np.ndarray, pd.Series]:
    """The values of all lists one after another, and whose they are; what is missing or empty text is no value."""
    flat = lists.explode()
    if pd.api.types.infer_dtype(flat, skipna=True) == "string":
        flat = flat.str.strip()
        flat = flat[flat != ""]
    flat = flat.dropna().infer_objects()
    return flat.index.to_numpy(), flat.reset_index(drop=True)


def _finite(name: str, column: pd.Series) -> np.ndarray:
    """The numbers of a column, float64."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    if column.dtype.kind == "M":
        numbers = ((column - pd.Timestamp(0)) / pd.Timedelta(seconds=1)).to_numpy(np.float64)
    elif pd.api.types.is_numeric_dtype(column.dtype):
        numbers = column.to_numpy(np.float64, na_value=np.nan)
    else:
        example = next(iter(column), None)
        raise RecoLabError(
            f"The numeric field {name!r} must hold numbers, but holds {column.dtype}, such as {example!r}: convert it "
            "with pd.to_numeric, or give it the kind 'categorical'."
        )
    bad = np.flatnonzero(~np.isfinite(numbers))
    if len(bad):
        raise RecoLabError(
            f"The numeric field {name!r} must hold finite numbers, but {len(bad):,} of {len(numbers):,} rows are "
            f"missing or infinite (the first is row {column.index[bad[0]]!r}): drop or fill them."
        )
    return numbers
