"""A protocol run on a split: numbers that carry the protocol which made them."""

from typing import TYPE_CHECKING, Any

from recolab.evaluate.choosing import Outcome, choose_refit_test
from recolab.evaluate.on_rankings import rankings
from recolab.evaluate.on_ratings import ratings
from recolab.evaluate.report import Report, compare

if TYPE_CHECKING:
    from recolab.evaluate.watching import RankingCallback

__all__ = ["ratings", "rankings", "RankingCallback", "choose_refit_test", "Outcome", "compare", "Report"]


def __getattr__(name: str) -> Any:
    if name == "RankingCallback":  # a Keras callback, so it brings in TensorFlow
        from recolab.evaluate.watching import RankingCallback

        return RankingCallback
    raise AttributeError(f"module 'recolab.evaluate' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
