"""Pure functions over arrays: errors of predicted ratings, metrics of ranked lists, metrics of predicted clicks.

Metrics of ranked lists give one number a user, of which the caller takes the mean. They share their arrays:

- `gains`, shape (users, k): what the item at each place of a user's list is worth, best place first. 0 stands for an
  item that is not relevant, and for the places behind the end of a list shorter than k. Binary relevance is 0 and 1.
- `n_relevant`, shape (users,): how many items are relevant for the user, whether or not they are in the list.

So a list shorter than k counts as one filled up with items that are not relevant. For a user without relevant items
recall, average precision, NDCG and AUC are not defined: they are NaN, and such users have to be left out of the mean.
"""

from recolab.metrics.clicks import (
    accuracy,
    auc,
    auc_of_groups,
    calibration_error,
    grouped_auc,
    log_loss,
    log_losses,
    precision_at_threshold,
    recall_at_threshold,
    reliability,
)
from recolab.metrics.ranking import (
    auc_of_ranks,
    average_precision,
    coverage,
    hit_rate,
    ndcg,
    popularity,
    precision,
    recall,
    reciprocal_rank,
)
from recolab.metrics.ratings import mean_absolute_error, mean_squared_error, root_mean_squared_error

__all__ = [
    "mean_squared_error",
    "root_mean_squared_error",
    "mean_absolute_error",
    "hit_rate",
    "precision",
    "recall",
    "ndcg",
    "average_precision",
    "reciprocal_rank",
    "auc_of_ranks",
    "coverage",
    "popularity",
    "auc",
    "grouped_auc",
    "auc_of_groups",
    "log_loss",
    "log_losses",
    "accuracy",
    "precision_at_threshold",
    "recall_at_threshold",
    "reliability",
    "calibration_error",
]
