"""`Fields`: rows of many fields become the indices and weights that a click model reads, all in one index space.

Index 0 is nobody's. Each field then has a run of indices of its own: "unknown" first, then its values; a numeric field
has a single index. A row has a slot for each categorical field, then the slots of the multi-valued fields (unused ones
hold index 0), then a slot for each numeric field. Slots that are not categorical have a weight, the x of Rendle (2010):
1/m for each of a row's m values, or 1 where they are summed, 0 for an unused slot; of a numeric field the scaled
number.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, get_args

import numpy as np
import pandas as pd

from recolab.errors import RecoLabError
from recolab.features.field_kinds import Categorical, Codes, Field, Kind, MultiValued, Numeric, Pooling, from_config

KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Fields:
    """The fields of a table, with vocabularies learnt from training rows.

        >>> frame = pd.DataFrame({"sex": ["F", "M"], "genres": [("War", "Drama"), ("War",)], "age": [20, 40]})
        >>> fields = Fields.learn(frame, {"age": "numeric", "sex": "categorical", "genres": "multi-valued"})
        >>> fields.names
        ('sex', 'genres', 'age')
        >>> fields.encode(frame)["indices"].tolist()  # unknown: 1 and 4; F, M: 2, 3; Drama, War: 5, 6; age: 7
        [[2, 6, 5, 7], [3, 6, 0, 7]]
        >>> fields.encode(frame)["weights"].tolist()
        [[0.5, 0.5, 0.0], [1.0, 0.0, 1.0]]

    Attributes:
        fields: each field, in field order: categorical, multi-valued, numeric, within a kind as given.
    """

    fields: tuple[Field, ...]

    @classmethod
    def learn(
        cls, frame: pd.DataFrame, kinds: Mapping[str, Kind], *, min_count: int = 1, pooling: Pooling = "mean"
    ) -> Fields:
        """The fields of a table of training rows. Never give it rows that are to be tested on.

        Values that a field has not met here, and missing ones, get the field's "unknown" index later on; rare ones do
        so too. With `min_count=1` no training row holds an unknown value, so its embedding stays as it starts.

        Args:
            frame: training rows, a column a field.
            kinds: `"categorical"`, `"multi-valued"` or `"numeric"` by column. Values are text or numbers; a
                multi-valued cell is a list, a tuple, an array, or text such as `"War|Drama"`; a numeric column may hold
                moments (datetime). Numbers are scaled to [0, 1] by the training rows' least and greatest, and clipped.
            min_count: a value of a categorical or multi-valued field that is met less often is rare.
            pooling: whether the values of a multi-valued cell are averaged (`"mean"`) or summed (`"sum"`). A row with
                more values than any training row keeps its first ones, with a warning; a row without any adds nothing.

        Raises:
            RecoLabError: no field or no row, a missing column, a kind that does not exist, a column without any value,
                values that are neither all text nor all numbers, or a numeric field with text, with gaps or with one
                number throughout.
        """
        _check(frame, kinds, min_count, pooling)
        return cls(
            tuple(
                _learnt(name, kind, _column(frame, name), min_count, pooling)
                for each in KINDS
                for name, kind in kinds.items()
                if kind == each
            )
        )

    @classmethod
    def of_sizes(cls, sizes: Mapping[str, int]) -> Fields:
        """Categorical fields whose values are the codes 0 to n - 1 already; no vocabulary is kept.

        Args:
            sizes: how many codes there are, by column, for example `{"user": 943, "item": 1682}`. The code -1 is read
                as "unknown", any other code outside is an error.

        Raises:
            RecoLabError: no field, or a size below 1.
        """
        if not sizes or min(sizes.values()) < 1:
            raise RecoLabError(f"`sizes` must name at least one field, of at least one code each, but {sizes} came.")
        return cls(tuple(Codes(name, int(size)) for name, size in sizes.items()))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the fields, in field order."""
        return tuple(field.name for field in self.fields)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Kinds of the fields, in field order."""
        return tuple(field.kind for field in self.fields)

    @property
    def n_features(self) -> int:
        """Rows of the shared table, index 0 included."""
        return self._starts[-1]

    @property
    def runs(self) -> tuple[tuple[int, int], ...]:
        """First index, which is "unknown" unless the field is numeric, and the one past the last, by field."""
        return tuple(pairwise(self._starts))

    @property
    def slots(self) -> tuple[tuple[int, int], ...]:
        """First slot and the one past the last, by field."""
        return tuple(pairwise(accumulate((field.n_slots for field in self.fields), initial=0)))

    @property
    def n_slots(self) -> int:
        """Slots of a row."""
        return sum(field.n_slots for field in self.fields)

    @property
    def n_weighted(self) -> int:
        """Slots that have a weight: all that are not categorical. They are the last ones."""
        return sum(field.n_slots for field in self.fields if field.kind != "categorical")

    def encode(self, frame: pd.DataFrame) -> dict[str, np.ndarray]:
        """The rows of a table as a model reads them.

        Returns:
            `indices`, shape (rows, slots), int32, and, if any slot has a weight, `weights`, shape (rows, weighted
            slots), float32.

        Raises:
            RecoLabError: a column is missing, holds text where numbers were learnt from or the other way round, or is
                numeric and has gaps.
        """
        indices = np.zeros((len(frame), self.n_slots), np.int32)
        weights = np.zeros((len(frame), self.n_weighted), np.float32)
        unweighted = self.n_slots - self.n_weighted
        for field, (start, _), (first, past) in zip(self.fields, self.runs, self.slots, strict=True):
            numbers, its_weights = field.encode(_column(frame, field.name))
            indices[:, first:past] = np.where(numbers < 0, 0, numbers + start)
            if its_weights is not None:
                weights[:, first - unweighted : past - unweighted] = its_weights
        return {"indices": indices, "weights": weights} if self.n_weighted else {"indices": indices}

    @property
    def feature_names(self) -> pd.DataFrame:
        """What each index stands for: columns `index`, `field` and `value`, index 0 as field and value `(none)`.

        The value of a field's unknown index is `(unknown)`, of a numeric field the span of its training rows.
        """
        sizes = [field.n_indices for field in self.fields]
        values = ["(none)", *(value for field in self.fields for value in field.values)]
        return pd.DataFrame(
            {
                "index": np.arange(self.n_features),
                "field": ["(none)", *np.repeat(np.array(self.names, object), sizes)],
                "value": pd.Series(values, dtype=object),
            }
        )

    def to_config(self) -> dict[str, Any]:
        """Everything that is known of the fields, vocabularies included, as JSON takes it."""
        return {"fields": [field.config() for field in self.fields]}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Fields:
        """The fields that gave this config."""
        return cls(tuple(from_config(each) for each in config["fields"]))

    def __len__(self) -> int:
        return len(self.fields)

    def __repr__(self) -> str:
        lines = [f"Fields({len(self)} fields, {self.n_features:,} features, {self.n_slots} slots a row)"]
        return "\n  ".join(lines + [_line(field) for field in self.fields])

    @property
    def _starts(self) -> tuple[int, ...]:
        """The first index of each field, and one past the last of all."""
        return tuple(accumulate((field.n_indices for field in self.fields), initial=1))


def _learnt(name: str, kind: Kind, column: pd.Series, min_count: int, pooling: Pooling) -> Field:
    if kind == "categorical":
        return Categorical.learn(name, column, min_count)
    return (
        MultiValued.learn(name, column, min_count, pooling) if kind == "multi-valued" else Numeric.learn(name, column)
    )


def _line(field: Field) -> str:
    if isinstance(field, Numeric):
        return f"{field.name}: numeric, {field.low:.10g} to {field.high:.10g} becomes 0 to 1"
    values = f"{field.n_indices - 1:,} values and unknown"
    if isinstance(field, MultiValued):
        return f"{field.name}: multi-valued ({field.pooling}), {values}, up to {field.n_slots} a row"
    return f"{field.name}: categorical, {values}"


def _check(frame: pd.DataFrame, kinds: Mapping[str, Kind], min_count: int, pooling: str) -> None:
    if not kinds:
        raise RecoLabError('`kinds` names no field: give at least one, for example {"gender": "categorical"}.')
    if min_count < 1:
        raise RecoLabError(f"`min_count` must be at least 1, but {min_count} came.")
    if pooling not in get_args(Pooling):
        raise RecoLabError(f"`pooling` must be 'mean' or 'sum', but {pooling!r} came.")
    for name, kind in kinds.items():
        if kind not in KINDS:
            near = difflib.get_close_matches(str(kind), KINDS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "choose one of these."
            raise RecoLabError(
                f"The field {name!r} has the kind {kind!r}, and the kinds are {', '.join(KINDS)}: {hint}"
            )
        _column(frame, name)
    if frame.empty:
        raise RecoLabError("Fields are learnt from training rows, but the table has none: give at least one row.")


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    if name not in frame.columns:
        near = difflib.get_close_matches(name, map(str, frame.columns), n=1)
        hint = f"did you mean {near[0]!r}?" if near else "add it, or leave the field out."
        raise RecoLabError(f"The table has no column {name!r} for the field; it has {list(frame.columns)}: {hint}")
    return frame[name]
