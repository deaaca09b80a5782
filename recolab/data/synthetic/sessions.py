"""When the ratings of the synthetic set were given: in sittings, over seven months."""

from __future__ import annotations

import numpy as np

from recolab.data.synthetic.draws import Draws, along

START = np.datetime64("1997-09-20T00:00:00", "s")
WEEKS = (
    10,
    24,
    20,
    14,
    12,
    14,
    7,
    20,
    54,
    41,
    25,
    16,
    13,
    22,
    12,
    22,
    24,
    16,
    14,
    19,
    12,
    9,
    19,
    22,
    14,
    10,
    5,
    21,
    50,
    9,
)
"""How many users join in each week. Later sittings follow, so the last week and a half stay out."""
LAST_DAY = 213  # the last sitting of all begins on 21 April 1998

HOURS = (52, 51, 46, 48, 42, 42, 35, 15, 11, 20, 12, 6, 10, 17, 31, 31, 54, 63, 67, 71, 63, 82, 72, 57)
"""How many sittings begin in each hour of the day (UTC)."""

SITTINGS = (62, 14, 8, 5, 4, 3, 2, 2)
"""Per cent of users with one sitting, two, …, eight."""
FIRST_SITTING = 10  # sixteenths of the ratings of those who come back
BREAKS = (1, 1, 2, 3, 5, 8, 14, 28, 60)  # days between two sittings, at the eighths
PAUSES = (0, 0, 4, 9, 14, 20, 29, 41, 60)  # seconds between two ratings, at the eighths


def draw_times(draws: Draws, user: np.ndarray, n_users: int) -> np.ndarray:
    """When every rating was given.

    Args:
        draws: where chance comes from.
        user: the user code of every rating.
        n_users: how many users there are.

    Returns:
        Seconds since 1970, int64, shape (ratings,), from 1997-09-20 to 1998-04-22.
    """
    rows, most = len(user), len(SITTINGS)
    sittings = draws.choices(SITTINGS, n_users) + 1
    later = 1 + (draws.below(1 << 20, rows) * (sittings[user] - 1) >> 20)
    sitting = np.where((draws.below(16, rows) < FIRST_SITTING) | (sittings[user] == 1), 0, later)

    day = np.empty((n_users, most), dtype=np.int64)
    day[:, 0] = draws.choices(WEEKS, n_users) * 7 + draws.below(7, n_users)
    day[:, 1:] = along(BREAKS, 1001)[draws.below(1001, n_users, most - 1)]
    day = np.minimum(np.cumsum(day, axis=1), LAST_DAY)
    begin = day * 86_400 + draws.choices(HOURS, n_users, most) * 3_600 + draws.below(3_600, n_users, most)

    # The pauses before a rating, summed over the ratings of its sitting.
    place = user * most + sitting
    order = np.argsort(place, kind="stable")
    pause = np.cumsum(along(PAUSES, 1001)[draws.below(1001, rows)])
    first = np.searchsorted(place[order], place[order], side="left")
    since = np.empty(rows, dtype=np.int64)
    since[order] = pause - pause[first]
    times: np.ndarray = START.astype(np.int64) + begin[user, sitting] + since
    return times
