"""`Ratings`: who rated what, how, and when, with the vocabularies that turn raw ids into codes and back."""

from __future__ import annotations

import difflib
import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from recolab.errors import RecoLabError

if TYPE_CHECKING:
    from recolab.data.synthetic import Truth


@dataclass(frozen=True)
class Provenance:
    """Where a set of ratings came from.

    Attributes:
        name: short name of the data set, for example `"ml-100k"`.
        edition: which edition the files are, for example `"official"`.
        source: where the files were found: a folder, an address, or `"generated"`.
        files: sha256 of every file that was read, by file name.
        notes: what a reader of a number made from this data must know, one sentence each.
    """

    name: str
    edition: str
    source: str
    files: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Ratings:
    """Ratings of items by users.

    Attributes:
        frame: one row a rating, in file order, with the columns `user` and `item` (codes from 0, int32), `rating`
            (float32), `time` (datetime64[s], UTC; absent when the data has no time), `user_id` and `item_id` (raw ids).
        users: one row a user; row number = code. Column `user_id`, then whatever is known of the user.
        items: one row an item; row number = code. Columns `item_id`, `title`, then `year` (Int64, may be missing),
            `genres` (a tuple of words) and whatever else is known. Every item has at least one rating.
        scale: the lowest and the highest rating that can be given.
        provenance: where the data came from.
        truth: what the ratings were generated from; only the synthetic set has it.
    """

    frame: pd.DataFrame
    users: pd.DataFrame
    items: pd.DataFrame
    scale: tuple[float, float]
    provenance: Provenance
    truth: Truth | None = None

    @property
    def name(self) -> str:
        """The short name of the data set."""
        return self.provenance.name

    @property
    def n_users(self) -> int:
        """How many users the catalogue holds."""
        return len(self.users)

    @property
    def n_items(self) -> int:
        """How many items the catalogue holds."""
        return len(self.items)

    def __len__(self) -> int:
        return len(self.frame)

    def __repr__(self) -> str:
        return "\n".join([f"Ratings({self.name}, {self._summary()})", *(f"  {note}" for note in self.provenance.notes)])

    def _repr_html_(self) -> str:
        name, summary = html.escape(self.name), html.escape(self._summary())
        notes = "".join(f"<li>{html.escape(note)}</li>" for note in self.provenance.notes)
        return f"<p><strong>{name}</strong>, {summary}</p>" + (f"<ul>{notes}</ul>" if notes else "")

    def _summary(self) -> str:
        low, high = self.scale
        return (
            f"{self.provenance.edition}: {len(self):,} ratings from {low:g} to {high:g} "
            f"by {self.n_users:,} users of {self.n_items:,} items"
        )

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        *,
        user: str = "user",
        item: str = "item",
        rating: str = "rating",
        time: str | None = None,
        scale: tuple[float, float] | None = None,
        users: pd.DataFrame | None = None,
        items: pd.DataFrame | None = None,
        name: str = "your table",
        duplicates: Literal["error", "last", "mean"] = "error",
    ) -> Ratings:
        """Ratings from anybody's table, one row a rating.

            >>> frame = pd.DataFrame({"who": ["Ann", "Ann", "Bob"], "what": ["tea", "jam", "tea"], "stars": [5, 2, 4]})
            >>> Ratings.from_frame(frame, user="who", item="what", rating="stars", scale=(1, 5))
            Ratings(your table, as given: 3 ratings from 1 to 5 by 2 users of 2 items)

        Args:
            frame: the table; it is not changed.
            user, item, rating, time: what its columns are called. Times are dates or Unix seconds; None means there are
                none.
            scale: the lowest and the highest rating that can be given; taken from the ratings if not given, and a note
                of the provenance says so.
            users: what is known of the users, with their ids in a column named like `user` or `"user_id"`; its order
                becomes the order of the codes. Without it the codes follow the sorted ids.
            items: the same for the items; columns `title`, `year` and `genres` (words, or text as `"War|Drama"`) are
                used where there are any, and an item without a title is called by its id.
            name: what to call the data wherever a number made from it is shown.
            duplicates: what to do when a user rated an item twice: `"error"`, keep the `"last"` (by time where there
                is one, otherwise by row), or the `"mean"` with the time of the last.

        Raises:
            RecoLabError: a column is missing, a rating is no number or off the scale, an id is missing or not in its
                table, a pair is repeated, a time cannot be read, or there are fewer than two users or items.
        """
        from recolab.data.from_frame import from_frame

        return from_frame(
            frame,
            user=user,
            item=item,
            rating=rating,
            time=time,
            scale=scale,
            users=users,
            items=items,
            name=name,
            duplicates=duplicates,
        )

    def user_codes(self, ids: Iterable[Any]) -> np.ndarray:
        """Codes of raw user ids, shape (len(ids),), int32.

        Raises:
            RecoLabError: an id is not in the catalogue.
        """
        return _codes(pd.Index(self.users["user_id"]), list(ids), "user id", self.name)

    def item_codes(self, items: Iterable[Any]) -> np.ndarray:
        """Codes of items named by raw id or by exact title, shape (len(items),), int32.

        Raises:
            RecoLabError: an item is not in the catalogue, or a title belongs to several items.
        """
        return np.array([self._item_code(item) for item in items], dtype=np.int32)

    def _item_code(self, item: Any) -> int:
        titles = self.items["title"]
        if isinstance(item, str) and item not in set(self.items["item_id"]):
            found = np.flatnonzero(titles == item)
            if len(found) > 1:
                ids = self.items["item_id"].iloc[found].tolist()
                raise RecoLabError(
                    f"The title {item!r} belongs to {len(found)} items of {self.name}: give an id of {ids}."
                )
            if len(found) == 1:
                return int(found[0])
            containing = titles[titles.str.contains(item, case=False, regex=False)].tolist()[:3]
            near = containing or difflib.get_close_matches(item, titles.tolist(), n=3, cutoff=0.5)
            hint = f" Near: {', '.join(map(repr, near))}." if near else ""
            raise RecoLabError(f"{self.name} has no item with the id or title {item!r}.{hint}")
        return int(_codes(pd.Index(self.items["item_id"]), [item], "item id", self.name)[0])


def _codes(vocabulary: pd.Index, ids: list[Any], what: str, name: str) -> np.ndarray:
    codes = vocabulary.get_indexer(pd.Index(ids))
    unknown = [raw for raw, code in zip(ids, codes, strict=True) if code < 0]
    if unknown:
        first, last = vocabulary[[0, -1]].tolist()
        raise RecoLabError(
            f"{name} has no {what} {unknown[0]!r}"
            + (f" (nor {len(unknown) - 1} more of those given)" if len(unknown) > 1 else "")
            + f": its {len(vocabulary):,} {what}s run from {first!r} to {last!r}."
        )
    return codes.astype(np.int32)
