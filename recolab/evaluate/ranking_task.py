"""What is to be ranked for whom, prepared once for any number of models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from recolab import metrics
from recolab.errors import RecoLabError
from recolab.evaluate.candidates import digest, from_table, pair_matrix, sampled
from recolab.evaluate.protocol import origin
from recolab.evaluate.ranked_lists import Lists, measured, top
from recolab.evaluate.report import Plain
from recolab.metrics.ordering import checked_k
from recolab.split import Split

CELLS_PER_BLOCK = 4_000_000  # scores held at once: 16 MB, however many users and items there are

TO_FIND = 2
"""What marks a candidate that is to be found; the others are 1."""

Candidates = str | int | pd.DataFrame


@dataclass(frozen=True, eq=False)
class RankingTask:
    """Whose items are ranked among which, and which of them are to be found. Make one with `RankingTask.of`.

    Attributes:
        split: whose catalogue is ranked.
        k: length of the lists.
        seed: of the order of candidates with equal scores.
        users: codes of the users to measure, in ascending order, shape (users,).
        relevant: a stored cell for every held-out item that counts, shape (all users, items).
        masked: a stored cell for every pair that is not ranked, shape (all users, items).
        listed: a stored cell for every candidate, `TO_FIND` or 1, shape (all users, items); None for all items that are
            not masked.
        protocol: all of this in plain values.
    """

    split: Split
    k: int
    seed: int
    users: np.ndarray
    relevant: sparse.csr_array
    masked: sparse.csr_array
    listed: sparse.csr_array | None
    protocol: dict[str, Plain]

    @classmethod
    def of(
        cls,
        split: Split,
        *,
        part: str,
        k: int,
        candidates: Candidates,
        mask_seen: bool,
        relevant: float | None,
        seed: int,
    ) -> RankingTask:
        """The task that the arguments of `recolab.evaluate.rankings` describe, which says what is refused."""
        k = checked_k(k, split.n_items)
        held_out = _held_out(split, part, relevant)
        to_find = _matrix(split, held_out)
        users = np.flatnonzero(np.diff(to_find.indptr))
        earlier = ("train", "valid") if part == "test" else ("train",)
        seen = _matrix(split, *(getattr(split, name) for name in earlier))
        listed, called = _candidates(split, part, candidates, to_find, seen, mask_seen, seed)
        protocol = origin(getattr(split, part)) | {
            "rows": len(held_out),
            "cold_rows": int(held_out["cold"].sum()),
            "relevant": "every held-out row" if relevant is None else f"rating ≥ {relevant:g}",
            "users": len(users),
            "users_left_out": split.n_users - len(users),
            "k": k,
            "candidates": called,
            "masked": " and ".join(name for name in earlier if len(getattr(split, name))) if mask_seen else "nothing",
            "ties": f"in random order, seed {seed}; half in auc",
        }
        nothing = sparse.csr_array(seen.shape, dtype=seen.dtype)
        return cls(split, k, seed, users, to_find, seen if mask_seen else nothing, listed, protocol)

    def measure(self, model: Any) -> tuple[dict[str, np.ndarray], float]:
        """What is measured of each user's list, each of shape (users,), and the coverage of all lists."""
        count = np.bincount(self.split.train["item"], minlength=self.split.n_items)
        shown, blocks = [], []
        for lists in self._lists(model):
            items, hits = top(lists, self.k, self.seed)
            shown.append(items)
            blocks.append(measured(lists, items, hits, count))
        values = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
        if np.isnan(values["auc"]).all():
            raise RecoLabError(
                "Every candidate is an item to be found, so any order of them is as good as any other: give candidates "
                "that were not held out as well."
            )
        return values, metrics.coverage(np.concatenate(shown), self.split.n_items)

    def _lists(self, model: Any) -> Iterator[Lists]:
        """The candidates and their scores, a block of users at a time."""
        width = self.split.n_items if self.listed is None else int(np.diff(self.listed.indptr).max())
        size = max(1, CELLS_PER_BLOCK // width)
        for start in range(0, len(self.users), size):
            users = self.users[start : start + size]
            if self.listed is None:
                yield self._whole_catalogue(model, users)
            else:
                yield self._from_lists(model, users, self.listed)

    def _whole_catalogue(self, model: Any, users: np.ndarray) -> Lists:
        from recolab.models import scores  # here, because it brings in TensorFlow

        table = np.array(scores(model, users, self.split.n_items))
        relevant = np.zeros(table.shape, dtype=bool)
        relevant[_cells(self.relevant, users)] = True
        masked = _cells(self.masked, users)
        table[masked] = np.where(relevant[masked], table[masked], -np.inf)
        return Lists(users, np.broadcast_to(np.arange(self.split.n_items), table.shape), table, relevant)

    def _from_lists(self, model: Any, users: np.ndarray, listed: sparse.csr_array) -> Lists:
        from recolab.models import predict

        chosen = listed[users]
        length = np.diff(chosen.indptr)
        is_candidate = np.arange(length.max()) < length[:, None]
        pairs = pd.DataFrame({"user": np.repeat(users, length), "item": chosen.indices})
        items = np.full(is_candidate.shape, -1)
        items[is_candidate] = chosen.indices
        table = np.full(is_candidate.shape, -np.inf, dtype=np.float32)
        table[is_candidate] = predict(model, pairs)
        relevant = np.zeros(is_candidate.shape, dtype=bool)
        relevant[is_candidate] = chosen.data == TO_FIND
        return Lists(users, items, table, relevant)


def _held_out(split: Split, part: str, relevant: float | None) -> pd.DataFrame:
    """The rows to be found."""
    if part not in ("valid", "test"):
        raise RecoLabError(f"`part` must be 'valid' or 'test', the held-out rows to be found, but {part!r} came.")
    frame: pd.DataFrame = getattr(split, part)
    if frame.empty:
        raise RecoLabError(
            f"The part {part!r} of the split {split.name!r} is empty: there is nothing to be found. A split made with "
            "valid=0, and a refitted one, has no validation rows."
        )
    if relevant is None:
        return frame
    chosen = frame[frame["rating"] >= relevant]
    if chosen.empty:
        raise RecoLabError(
            f"No row of the part {part!r} has a rating of {relevant:g} or more, so nobody is left to measure: give a "
            f"threshold of {frame['rating'].max():g}, the highest, or below."
        )
    return chosen


def _candidates(
    split: Split,
    part: str,
    candidates: Candidates,
    to_find: sparse.csr_array,
    seen: sparse.csr_array,
    mask_seen: bool,
    seed: int,
) -> tuple[sparse.csr_array | None, str]:
    """The candidates, those to be found marked `TO_FIND`, and what to call them; None for the whole catalogue."""
    if isinstance(candidates, pd.DataFrame):
        listed = from_table(candidates, split.ratings, to_find, seen if mask_seen else None)
        return listed + to_find, f"a table of {listed.nnz:,} pairs, sha256 {digest(listed)}"
    match candidates:
        case "all":
            return None, f"all {split.n_items:,} items"
        case "published":
            if split.candidates is None:
                raise RecoLabError(
                    f'The split {split.name!r} publishes no candidates: give a number of items to sample, or "all".'
                )
            listed = from_table(split.candidates, split.ratings, to_find, seen if mask_seen else None)
            return listed + to_find, "published"
        case int() if not isinstance(candidates, bool):
            if not mask_seen:
                raise RecoLabError(
                    "Sampled candidates are items the user never rated, so mask_seen=False cannot be met: leave it "
                    'out, or take candidates="all".'
                )
            held_out = _matrix(split, getattr(split, part))
            users = np.flatnonzero(np.diff(held_out.indptr))
            drawn = sampled(seen + held_out, users, candidates, np.random.default_rng(seed))
            return drawn + to_find * TO_FIND, f"{candidates:,} sampled items the user never rated, seed {seed}"
    raise RecoLabError(
        'Candidates must be "all", "published", a number of items to sample, or a table with the columns user_id and '
        f"item_id, but {candidates!r} came."
    )


def _matrix(split: Split, *frames: pd.DataFrame) -> sparse.csr_array:
    """A stored cell for every pair of the frames, shape (users, items)."""
    users, items = (np.concatenate([frame[name] for frame in frames]) for name in ("user", "item"))
    return pair_matrix(users, items, (split.n_users, split.n_items))


def _cells(matrix: sparse.csr_array, users: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the stored cells of some users, each of shape (cells,)."""
    rows = matrix[users]
    return np.repeat(np.arange(len(users)), np.diff(rows.indptr)), rows.indices
