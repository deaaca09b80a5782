"""A protocol run on a split: numbers that carry the protocol which made them."""

from typing import TYPE_CHECKING, Any

from recolab.evaluate.best_epoch import fit_to_best_epoch
from recolab.evaluate.choosing import Outcome, choose_refit_test
from recolab.evaluate.on_clicks import clicks
from recolab.evaluate.on_rankings import rankings
from recolab.evaluate.on_ratings import ratings
from recolab.evaluate.report import Report, compare

if TYPE_CHECKING:
    from recolab.evaluate.watching import RankingCallback
    from recolab.evaluate.watching_clicks import ClickCallback

__all__ = [
    "ratings",
    "rankings",
    "clicks",
    "RankingCallback",
    "ClickCallback",
    "fit_to_best_epoch",
    "choose_refit_test",
    "Outcome",
    "compare",
    "Report",
]


def __getattr__(name: str) -> Any:
    if name == "RankingCallback":  # a Keras callback, so it brings in TensorFlow
        from recolab.evaluate.watching import RankingCallback

        return RankingCallback
    if name == "ClickCallback":
        from recolab.evaluate.watching_clicks import ClickCallback

        return ClickCallback
    raise AttributeError(f"module 'recolab.evaluate' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
