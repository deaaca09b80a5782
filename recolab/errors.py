"""The errors a reader can put right.

Every message is one clear sentence: what was expected, what came, what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class RecoLabError(ValueError):
    """Something the caller gave cannot be used; the message says what to do about it."""


class DataUnavailable(RecoLabError):
    """A data set was asked for by name and could be had neither from disk nor from the network."""


class TrainingFailed(RecoLabError):
    """Training had to stop, for example because the loss became NaN."""


def did_you_mean(name: object, among: Iterable[str], otherwise: str, *, cutoff: float = 0.6) -> str:
    """The end of a sentence about an unknown name: the known one that is nearest, or `otherwise`.

    Args:
        name: what came.
        among: what is known.
        otherwise: what to say where nothing is near.
        cutoff: how alike two names have to be, from 0 to 1; see `difflib.get_close_matches`.
    """
    near = difflib.get_close_matches(str(name), list(among), n=1, cutoff=cutoff)
    return f"did you mean {near[0]!r}?" if near else otherwise
