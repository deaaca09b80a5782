"""The embedded set: made-up ratings of ML-100K's size and shape, and the truth they were made from.

The generative story, in whole numbers throughout (`draws` says why). The unit of liking is 1/209 of the noise's
standard deviation; a star is about 228 of these *latent units* wide.

1. **People** (`people`). User u has an age, a gender and an occupation, eight tastes p_u that lean on the three, and
   a bias b_u that leans on age.
2. **Films** (`films`). Item i has one to four genres and a year, eight traits q_i that come in part from these, a
   quality that makes its bias b_i, and a place in popularity that leans on quality.
3. **Liking.** z_ui = b_u + b_i + ⌊Σ_f l_f p_uf q_if / 2¹³⌋, where l is `LIKING`.
4. **Choosing** (`exposure`). The odds that u sees i are α_u β_i 2^(Σ_f c_f p_uf q_if / 2¹⁸), where c is `CHOOSING`,
   and α and β make activity and popularity follow two fixed long-tailed curves. Of these chances exactly 100,000
   pairs are drawn. What people choose is related to what they like, and popular films are better: ratings are
   **missing not at random**, and the mean of those observed lies well above the mean over all pairs.
5. **Rating.** r_ui = 1 + how many of four thresholds z_ui + e_ui reaches, where e_ui is the sum of eight random bytes
   less 1,020, a bell. The noise is the same for all and knows nothing of the choosing, so that E[r | u, i, observed]
   = E[r | u, i] = `Truth.preference`.
6. **Times** (`sessions`). A user comes in one to eight sittings. What is rated when has nothing to do with liking.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd

from recolab.data.ratings import Provenance, Ratings
from recolab.data.synthetic.draws import Draws, along
from recolab.data.synthetic.exposure import STEPS, chances, observe, probability
from recolab.data.synthetic.films import N_ITEMS, TASTES, draw_films
from recolab.data.synthetic.people import N_USERS, draw_people
from recolab.data.synthetic.sessions import draw_times
from recolab.data.synthetic.truth import Truth

__all__ = ["Truth", "synthetic"]

N_RATINGS = 100_000

#                  spe ten dar chi lau ref won nos (`films.TASTES`)
LIKING = np.array([18, 4, 12, 4, 9, 10, 3, 3])
CHOOSING = np.array([3, 7, 5, 14, 3, 5, 10, 14])
LIKING_SHIFT, CHOOSING_SHIFT = 13, 14  # choosing is in sixteenths of a doubling: 2¹⁸ to a doubling
THRESHOLDS = (-265, -89, 146, 419)
"""Latent units at which a rating becomes 2, 3, 4 and 5 stars."""

USER_CURVE = (
    *(23, 23, 23, 24, 25, 27, 29, 31, 33, 36, 39, 43, 47, 51, 55, 60, 65, 71, 79, 88, 100, 110, 121, 134, 147, 163),
    *(180, 200, 223, 252, 288, 355, 800),
)
"""Expected ratings of users, at the thirty-seconds."""
ITEM_CURVE = (
    *(2, 2, 2, 2, 3, 3, 4, 5, 6, 8, 9, 11, 13, 16, 19, 23, 27, 31, 37, 42, 47, 53, 62, 69, 80, 91, 106, 125),
    *(145, 167, 202, 252, 620),
)
"""Expected ratings of items, at the thirty-seconds, least popular first."""
RARE_BELOW = 32
"""Items expected to have fewer ratings are drawn so that each has its share, and at least one."""


def synthetic(seed: int = 0) -> Ratings:
    """Made-up ratings of ML-100K's size and shape: 943 users, 1,682 items, 100,000 ratings of 1 to 5 stars.

    The same seed gives the same ratings on every machine. `Ratings.truth` holds what they were made from.

    Args:
        seed: a whole number from 0.

    Raises:
        RecoLabError: the seed is something else.
    """
    draws = Draws(seed)
    people, films = draw_people(draws), draw_films(draws)

    latent = people.bias[:, None] + films.bias + ((people.tastes * LIKING) @ films.traits.T >> LIKING_SHIFT)

    interest = (people.tastes * CHOOSING) @ films.traits.T >> CHOOSING_SHIFT
    activity = along(USER_CURVE, N_USERS)[draws.orders(1, N_USERS)[0]]
    popularity = along(ITEM_CURVE, N_ITEMS)[::-1][films.rank]
    chance, rare = chances(interest, activity, popularity), popularity < RARE_BELOW
    users, items = observe(draws, chance, N_RATINGS, rare)
    shuffled = draws.orders(1, N_RATINGS)[0]
    users, items = users[shuffled], items[shuffled]

    stars = 1 + np.searchsorted(THRESHOLDS, latent[users, items] + draws.bells(N_RATINGS), side="right")
    rows = np.column_stack([users, items, stars, draw_times(draws, users, N_USERS)])
    rows = rows[np.lexsort(rows.T)]  # in order of time; from here on floats do no harm
    truth = Truth(
        latent=latent.astype(np.int32),
        thresholds=THRESHOLDS,
        user_bias=people.bias,
        item_bias=films.bias,
        user_factors=people.tastes * LIKING / (1 << LIKING_SHIFT),
        user_interests=people.tastes * CHOOSING / (STEPS << CHOOSING_SHIFT),
        item_factors=films.traits,
        tastes=TASTES,
        exposure=probability(chance, N_RATINGS, rare),
    )
    return _ratings(rows, people.table, films.table, truth, seed)


def _ratings(rows: np.ndarray, users: pd.DataFrame, items: pd.DataFrame, truth: Truth, seed: int) -> Ratings:
    frame = pd.DataFrame(
        {
            "user": rows[:, 0].astype(np.int32),
            "item": rows[:, 1].astype(np.int32),
            "rating": rows[:, 2].astype(np.float32),
            "time": rows[:, 3].astype("datetime64[s]"),
            "user_id": users["user_id"].to_numpy()[rows[:, 0]],
            "item_id": items["item_id"].to_numpy()[rows[:, 1]],
        }
    )
    provenance = Provenance(
        name="synthetic",
        edition=f"seed {seed}",
        source="generated",
        files={"ratings": hashlib.sha256(rows.astype("<i8").tobytes()).hexdigest()},
        notes=("made-up ratings: no number here compares with a published one",),
    )
    return Ratings(frame, users, items, (1.0, 5.0), provenance, truth)
