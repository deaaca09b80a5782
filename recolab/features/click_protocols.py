"""Click prediction as papers set it up: which rows, which label, which fields, which cut; presets by name."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from recolab import split
from recolab.data.ratings import Ratings
from recolab.errors import RecoLabError
from recolab.features.clicks import clicks
from recolab.features.field_kinds import Kind
from recolab.features.fields import Fields
from recolab.features.row_fields import with_fields
from recolab.split import Split

_IDS: dict[str, Kind] = {"user_id": "categorical", "item_id": "categorical"}
_AUTOINT: dict[str, Kind] = {
    "gender": "categorical",
    "age_group": "categorical",
    "occupation": "categorical",
    "zip_code": "categorical",
    "release_period": "categorical",
    "genres": "multi-valued",
    "time": "numeric",
}
_IN_TIME: dict[str, Kind] = {
    "release_period": "categorical",
    "hour": "categorical",
    "weekday": "categorical",
    "genres": "multi-valued",
}


@dataclass(frozen=True)
class _Preset:
    kinds: Mapping[str, Kind]
    label: Mapping[str, Any]  # as `clicks` takes it
    in_time: bool  # cut at two moments, or at random


PRESETS = {
    "autoint": _Preset(_AUTOINT, {"above": 3, "below": 3}, in_time=False),
    "autoint with ids": _Preset(_IDS | _AUTOINT, {"above": 3, "below": 3}, in_time=False),
    "global time": _Preset(_IDS | _IN_TIME, {"at_least": 4}, in_time=True),
}
"""What `click_task` knows by name."""


@dataclass(frozen=True, eq=False)
class ClickTask:
    """Rows to learn clicks from and to test on, and the fields learnt from the training rows.

    Attributes:
        name: of the preset.
        cut: the split of the labelled rows.
        train, valid, test: rows with the column `click` and a column for each field, beside all others that are known.
            Each one's `attrs` say data, split, part and label rule, which reports print.
        fields: vocabularies of `train`; what a model is built from.
        min_count: what `fields` were learnt with.
        notes: what a reader of a number must know of the data, one sentence each.
    """

    name: str
    cut: Split
    train: pd.DataFrame
    valid: pd.DataFrame
    test: pd.DataFrame
    fields: Fields
    min_count: int = 1
    notes: tuple[str, ...] = ()

    def refit(self) -> ClickTask:
        """The same task for the last fit before the test: train and validation rows are training rows now.

        The fields are learnt anew, from both. The test rows stay as they are, and `valid` is empty.

        Raises:
            RecoLabError: there are no validation rows to add.
        """
        return _task(self.name, self.cut.refit(), self.min_count, self.notes)

    def describe(self) -> pd.DataFrame:
        """One row a part: rows, base rate (the share of clicks), and rows with a value unknown to the fields."""
        return self._description.copy()

    @cached_property
    def _description(self) -> pd.DataFrame:
        parts = {"train": self.train, "valid": self.valid, "test": self.test}
        parts = {part: rows for part, rows in parts.items() if len(rows)}  # a refitted task has no validation rows
        rows = [
            {"rows": len(part), "base_rate": float(part["click"].mean()), "rows_with_unknown": self._unknown(part)}
            for part in parts.values()
        ]
        return pd.DataFrame(rows, index=pd.Index(parts, name="part"))

    def _unknown(self, part: pd.DataFrame) -> int:
        unknown = [
            first for (first, _), kind in zip(self.fields.runs, self.fields.kinds, strict=True) if kind != "numeric"
        ]
        return int(np.isin(self.fields.encode(part)["indices"], unknown).any(axis=1).sum())

    def __repr__(self) -> str:
        attrs = self.train.attrs
        lines = [
            f"ClickTask({self.name}, {attrs['data']})",
            f"label: {attrs['label']}",
            f"split: {attrs['split']}",
            *(
                f"{part}: {rows:,} rows, base rate {rate:.4f}, {unknown:,} rows with an unknown value"
                for part, rows, rate, unknown in self._description.itertuples()
            ),
            *repr(self.fields).split("\n"),
            *self.notes,
        ]
        return "\n  ".join(lines)


def click_task(ratings: Ratings, name: str, *, seed: int = 0, min_count: int = 1) -> ClickTask:
    """A published way to set up click prediction, on any ratings that have the fields it wants.

    - `"autoint"` (Song et al. 2019, on ML-1M): a rating above 3 is a click, one below 3 is none, 3 is left out; of
      ML-1M 739,012 rows remain, 77.84 % of them clicks. Seven fields: gender, age group, occupation, zip code as
      written, release period, genres (averaged) and the time of the rating as one number from 0 to 1. Neither users nor
      films are told apart by id. Rows are cut 8:1:1 at random; the authors drew with Python's `random`, so their parts
      are others.
    - `"autoint with ids"`: the same rows, with the ids of user and film as two more fields.
    - `"global time"`: a rating of 4 or more is a click, every other none. Rows are sorted by time; the newest tenth is
      the test, the tenth before it validation. Fields: both ids, release period, hour and weekday (UTC) and genres.
      Users and films without a training row stay, and have the "unknown" index of their field.

    The authors of AutoInt count 3,529 features on ML-1M: 2 genders, 7 age groups, 21 occupations, 3,439 zip codes, 36
    release periods, 1 time and 23 places for genres, of which five are empty, for there are 18. `Fields.n_features` is
    3,531: without these five 3,524, and seven more, namely an "unknown" index for each of the six fields that are no
    number, and index 0, which unused genre slots hold. Ours are learnt from training rows, theirs from all, and so is
    the span of the time; another seed may miss a rare zip code.

    Ages in years (ML-100K, synthetic) are put into ML-1M's groups.

    Args:
        ratings: what to set the task up on.
        name: of the preset.
        seed: of the draw, where rows are cut at random.
        min_count: rarer values share their field's "unknown" index (see `Fields.learn`).

    Raises:
        RecoLabError: no preset of that name, ratings without a column that it needs, or a part with one class only.
    """
    preset = _preset(name)
    labelled = clicks(with_fields(ratings.frame, ratings), **preset.label)
    missing = [column for column in preset.kinds if column not in labelled]
    if missing:
        raise RecoLabError(
            f"The task {name!r} needs the fields {list(preset.kinds)}, but {ratings.name} has no "
            f"{', '.join(missing)}: take another task or other ratings, or learn `Fields` from what there is."
        )
    rows = dataclasses.replace(ratings, frame=labelled)
    if preset.in_time:
        cut = split.by_time(rows, test=0.1, valid=0.1)
    else:
        cut = split.random(rows, test=0.1, valid=0.1, seed=seed)
    return _task(name, cut, min_count, ratings.provenance.notes)


def _task(name: str, cut: Split, min_count: int, notes: tuple[str, ...]) -> ClickTask:
    preset = PRESETS[name]
    parts = [cut.train, cut.valid, cut.test]
    if preset.in_time:
        parts = [part.sort_values("time", kind="stable") for part in parts]
    for part in parts:
        if len(part):
            _check_classes(part, name)
        part.attrs["label"] = cut.ratings.frame.attrs["label"]
    train, valid, test = parts
    fields = Fields.learn(train, preset.kinds, min_count=min_count)
    return ClickTask(name, cut, train, valid, test, fields, min_count, notes)


def _preset(name: Any) -> _Preset:
    if name not in PRESETS:
        near = difflib.get_close_matches(str(name), PRESETS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "choose one of these."
        raise RecoLabError(f"There is no click task {name!r}; there are {', '.join(map(repr, PRESETS))}: {hint}")
    return PRESETS[name]


def _check_classes(part: pd.DataFrame, name: str) -> None:
    if part["click"].nunique() < 2:
        raise RecoLabError(
            f"All {len(part):,} {part.attrs['part']} rows of the task {name!r} are of one class, from which nothing "
            "can be learnt or measured: give more ratings."
        )
