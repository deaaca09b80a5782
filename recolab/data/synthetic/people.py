"""The users of the synthetic set: who they are and, from that, a part of what they like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recolab.data.synthetic.draws import Draws, along

N_USERS = 943

OCCUPATIONS = (
    *("administrator", "artist", "doctor", "educator", "engineer", "entertainment", "executive", "healthcare"),
    *("homemaker", "lawyer", "librarian", "marketing", "none", "other", "programmer", "retired", "salesman"),
    *("scientist", "student", "technician", "writer"),
)

AGES = (10, 20, 23, 27, 31, 35, 42, 50, 70)
"""Ages at the eighths of the population."""

STUDENT, RETIRED = OCCUPATIONS.index("student"), OCCUPATIONS.index("retired")
YOUNG, OLD = 25, 60

# How often each occupation is met from 25 to 59, before, and after.
#                    adm art doc edu eng ent exe hea hom law lib mar non oth pro ret sal sci stu tec wri
WORKING = np.array([80, 26, 7, 94, 66, 14, 32, 16, 7, 12, 51, 26, 5, 100, 62, 0, 12, 31, 70, 25, 43])
STUDYING = np.array([6, 5, 0, 2, 4, 6, 0, 1, 0, 0, 2, 2, 6, 16, 12, 0, 2, 0, 130, 6, 4])
RESTING = np.array([6, 1, 2, 8, 4, 0, 2, 2, 2, 1, 4, 0, 1, 4, 0, 40, 0, 2, 0, 0, 4])

# What moves the eight tastes (their names are in `films.TASTES`), in latent units: ten years of age, and being a man
# rather than a woman; then how strongly an occupation and a user's own nature count.
AGE_LEANS = np.array([-60, 30, -25, -30, -35, 70, -30, 70])
MALE_LEANS = np.array([75, -95, 30, -40, 0, 0, 60, 0])
OCCUPATION_LEAN = 3  # eighths of a bell
OWN_LEAN = 7  # eighths of a bell

YEARS_TO_BIAS = 1  # latent units a year of age: older users rate a little higher
BIAS_SPREAD = 4  # eighths of a bell


@dataclass(frozen=True)
class People:
    """Users and their planted tastes: `tastes` (users × 8) and `bias` (users,) in whole latent units."""

    table: pd.DataFrame
    tastes: np.ndarray
    bias: np.ndarray


def draw_people(draws: Draws) -> People:
    """943 users with `age`, `gender`, `occupation` and `zip_code`, and the tastes that lean on them."""
    age = along(AGES, 1001)[draws.below(1001, N_USERS)]
    male = draws.below(100, N_USERS) < 71
    occupation = np.select(
        [age < YOUNG, age >= OLD],
        [draws.choices(STUDYING, N_USERS), draws.choices(RESTING, N_USERS)],
        draws.choices(WORKING, N_USERS),
    )
    zip_code = pd.Series(draws.below(99_000, N_USERS) + 1_000).astype(str).str.zfill(5)

    n_tastes = len(AGE_LEANS)
    years = age - age.sum() // N_USERS
    tastes = (
        OWN_LEAN * draws.bells(N_USERS, n_tastes) // 8
        + OCCUPATION_LEAN * draws.bells(len(OCCUPATIONS), n_tastes)[occupation] // 8
        + years[:, None] * AGE_LEANS // 10
        + np.where(male[:, None], MALE_LEANS, -MALE_LEANS)
    )
    bias = BIAS_SPREAD * draws.bells(N_USERS) // 8 + YEARS_TO_BIAS * years
    table = pd.DataFrame(
        {
            "user_id": np.arange(1, N_USERS + 1),
            "age": age,
            "gender": np.where(male, "M", "F"),
            "occupation": np.array(OCCUPATIONS)[occupation],
            "zip_code": zip_code,
        }
    )
    return People(table, tastes - tastes.sum(axis=0) // N_USERS, bias)
