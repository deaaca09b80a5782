"""The errors a reader can put right.

Every message is one clear sentence: what was expected, what came, what to do.
"""


class RecoLabError(ValueError):
    """Something the caller gave cannot be used; the message says what to do about it."""


class DataUnavailable(RecoLabError):
    """A data set was asked for by name and could be had neither from disk nor from the network."""


class TrainingFailed(RecoLabError):
    """Training had to stop, for example because the loss became NaN."""
