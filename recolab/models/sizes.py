"""What a builder must know of the data."""

from __future__ import annotations

from dataclasses import dataclass

from recolab.errors import RecoLabError
from recolab.split import Split


@dataclass(frozen=True)
class Sizes:
    """What a builder must know of the data, for those who have no `Split` at hand.

    Attributes:
        n_users, n_items: rows of the embedding tables.
        mean: mean of the training ratings.
        scale: the lowest and the highest rating that can be given.
    """

    n_users: int
    n_items: int
    mean: float = 0.0
    scale: tuple[float, float] = (1.0, 5.0)

    def __post_init__(self) -> None:
        if self.n_users < 1 or self.n_items < 1:
            raise RecoLabError(
                f"A model needs at least one user and one item, but {self.n_users} and {self.n_items} came."
            )
        if not self.scale[0] < self.scale[1]:
            raise RecoLabError(f"The scale must run from a lower to a higher rating, but {self.scale} came.")

    @classmethod
    def of(cls, data: Split | Sizes) -> Sizes:
        """The sizes of a split; `Sizes` are given back as they are.

        Raises:
            RecoLabError: the split has no training rows.
        """
        if isinstance(data, Sizes):
            return data
        if data.train.empty:
            raise RecoLabError(f"A model needs training rows, but the split ({data.name}) has none.")
        return cls(data.n_users, data.n_items, data.mean, data.scale)
