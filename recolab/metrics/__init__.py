"""Pure functions from ratings and predictions to a number."""

from recolab.metrics.ratings import mean_absolute_error, mean_squared_error, root_mean_squared_error

__all__ = ["mean_squared_error", "root_mean_squared_error", "mean_absolute_error"]
