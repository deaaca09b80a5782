"""A protocol run on a split: numbers that carry the protocol which made them."""

from recolab.evaluate.choosing import Outcome, choose_refit_test
from recolab.evaluate.on_ratings import ratings
from recolab.evaluate.report import Report, compare

__all__ = ["ratings", "choose_refit_test", "Outcome", "compare", "Report"]
