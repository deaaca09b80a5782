"""`Split`: one set of ratings cut into train, valid and test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recolab.data.ratings import Ratings
from recolab.errors import RecoLabError

PARTS = ("train", "valid", "test")
TRAIN, VALID, TEST, LEFT_OUT = 0, 1, 2, -1


@dataclass(frozen=True, eq=False)
class Split:
    """Ratings cut into three parts that share no row.

    Attributes:
        ratings: what was cut; its catalogue gives the codes, whether or not an item occurs in training.
        train, valid, test: rows of `ratings.frame` under their old index and in its order, with its columns. `valid`
            and `test` have one more, `cold`: True where the row's user or item has no training row. Cold rows stay in
            their part and are counted. Each frame's `attrs` say in plain values where it comes from: `data`, `split`,
            `part`, `rows`, `scale`, `refitted`.
        name: how it was cut, for people, for example `"by user, test 20 %, valid 10 %, seed 0"`.
        candidates: the items to be ranked for each user, as published: columns `user` and `item` (codes); None when
            the protocol publishes none.
        refitted: whether `train` holds the validation rows too (see `refit`).
        notes: what the cut had to do besides, one sentence each, for example for users with too few rows.
    """

    ratings: Ratings
    train: pd.DataFrame
    valid: pd.DataFrame
    test: pd.DataFrame
    name: str
    candidates: pd.DataFrame | None = None
    refitted: bool = False
    notes: tuple[str, ...] = ()

    @property
    def n_users(self) -> int:
        """How many users the catalogue holds, trained on or not."""
        return self.ratings.n_users

    @property
    def n_items(self) -> int:
        """How many items the catalogue holds, trained on or not."""
        return self.ratings.n_items

    @property
    def scale(self) -> tuple[float, float]:
        """The lowest and the highest rating that can be given."""
        return self.ratings.scale

    @property
    def mean(self) -> float:
        """Mean rating of the training rows."""
        return float(self.train["rating"].to_numpy(np.float64).mean())

    def refit(self) -> Split:
        """The same split for the last fit before the test: train and validation rows are training rows now.

        The test rows stay as they are; `cold` is marked again, because the validation rows may hold a test row's user
        or item. Name and candidates are kept, `valid` is empty, `refitted` is True.

        Raises:
            RecoLabError: there are no validation rows to add.
        """
        if self.valid.empty:
            raise RecoLabError(
                f"The split {self.name!r} has no validation rows left to add to the training rows: use it as it is."
            )
        train = pd.concat([self.train, self.valid[self.train.columns]]).sort_index()
        return assemble(
            self.ratings,
            train,
            self.valid.iloc[:0],
            self.test,
            self.name,
            candidates=self.candidates,
            notes=self.notes,
            refitted=True,
        )

    def describe(self) -> pd.DataFrame:
        """One row a part: rows, users, items and cold rows; first and last time where the ratings have times."""
        return pd.DataFrame([_described(frame) for frame in self._frames()], index=pd.Index(PARTS, name="part"))

    def __repr__(self) -> str:
        sizes = ", ".join(f"{len(frame):,} {part}" for part, frame in zip(PARTS, self._frames(), strict=True))
        cold = int(self.test["cold"].sum())
        refitted = ", refitted" if self.refitted else ""
        notes = "".join(f"\n  {note}" for note in self.notes)
        return f"Split({self.ratings.name}, {self.name}{refitted}: {sizes} rows, {cold:,} of test cold){notes}"

    def _frames(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        return self.train, self.valid, self.test


def cut(
    ratings: Ratings,
    part: np.ndarray,
    name: str,
    *,
    candidates: pd.DataFrame | None = None,
    notes: Sequence[str] = (),
) -> Split:
    """Cut ratings by a label a row.

    Args:
        ratings: what to cut.
        part: TRAIN, VALID, TEST or LEFT_OUT for every row of `ratings.frame`, shape (rows,).
        name: how the labels came about.
        candidates: the published items to rank, if any.
        notes: what people should know of the cut.

    Raises:
        RecoLabError: no training or no test row would be left.
    """
    frame = ratings.frame
    for label in (TRAIN, TEST):
        if not (part == label).any():
            raise RecoLabError(
                f"The split {name!r} leaves no {PARTS[label]} row of the {len(ratings):,} ratings of {ratings.name}: "
                "give more ratings or other shares."
            )
    train, valid, test = (frame[part == label] for label in (TRAIN, VALID, TEST))
    return assemble(ratings, train, valid, test, name, candidates=candidates, notes=notes)


def assemble(
    ratings: Ratings,
    train: pd.DataFrame,
    valid: pd.DataFrame,
    test: pd.DataFrame,
    name: str,
    *,
    candidates: pd.DataFrame | None = None,
    notes: Sequence[str] = (),
    refitted: bool = False,
) -> Split:
    """A split of three frames, with cold rows marked and each frame saying where it comes from."""
    frames = [
        train.copy(),
        valid.assign(cold=_cold(valid, train, ratings)),
        test.assign(cold=_cold(test, train, ratings)),
    ]
    for part, frame in zip(PARTS, frames, strict=True):
        frame.attrs = {
            "data": f"{ratings.name} ({ratings.provenance.edition})",
            "split": name,
            "part": part,
            "rows": len(frame),
            "scale": [float(bound) for bound in ratings.scale],
            "refitted": refitted,
        }
    train, valid, test = frames
    return Split(ratings, train, valid, test, name, candidates, refitted, tuple(notes))


def _cold(frame: pd.DataFrame, train: pd.DataFrame, ratings: Ratings) -> np.ndarray:
    users = np.zeros(ratings.n_users, dtype=bool)
    items = np.zeros(ratings.n_items, dtype=bool)
    users[train["user"]] = True
    items[train["item"]] = True
    return ~(users[frame["user"]] & items[frame["item"]])


def _described(frame: pd.DataFrame) -> dict[str, object]:
    row: dict[str, object] = {
        "rows": len(frame),
        "users": frame["user"].nunique(),
        "items": frame["item"].nunique(),
        "cold": int(frame["cold"].sum()) if "cold" in frame else 0,
    }
    if "time" in frame:
        row |= {"first": frame["time"].min(), "last": frame["time"].max()}
    return row
