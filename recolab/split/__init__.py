"""Ratings cut into train, valid and test: drawn by chance, in time, as published, or as given.

Every function returns a `Split` whose parts share no row; validation rows are never test rows. Codes are those of the
whole catalogue, so a user or an item without a training row is known: its rows in `valid` and `test` are marked `cold`.
"""

from recolab.split.by_ids import given
from recolab.split.chance import by_user, folds, random
from recolab.split.core import Split
from recolab.split.in_time import by_time, leave_last_out
from recolab.split.published_splits import published

__all__ = ["random", "by_user", "published", "leave_last_out", "by_time", "folds", "given", "Split"]
