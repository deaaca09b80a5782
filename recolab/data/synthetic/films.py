"""The items of the synthetic set: films with genres, a year, a title, a quality and eight planted traits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recolab.data.synthetic.draws import Draws, along
from recolab.data.synthetic.titles import draw_titles

N_ITEMS = 1_682

TASTES = ("spectacle", "tenderness", "darkness", "childhood", "laughter", "reflection", "wonder", "nostalgia")
"""What the eight planted factors mean: how much a user likes it, how much of it a film has."""

GENRES: dict[str, tuple[int, tuple[int, ...]]] = {
    # how often, then how much of each taste: spectacle, tenderness, darkness, childhood, laughter, reflection, …
    "Drama": (300, (-2, 2, 0, -1, -2, 2, -1, 0)),
    "Comedy": (240, (-1, 1, -1, 0, 3, -1, 0, 0)),
    "Thriller": (70, (2, -1, 2, -1, -1, 0, 0, 0)),
    "Action": (85, (3, -1, 1, 0, 0, -2, 1, 0)),
    "Romance": (80, (-2, 3, -1, 0, 1, 0, 0, 0)),
    "Adventure": (40, (2, 0, -1, 1, 0, 0, 2, 0)),
    "Children's": (55, (0, 0, -2, 3, 1, -1, 0, 0)),
    "Crime": (45, (1, -1, 2, -2, 0, 1, -1, 0)),
    "Sci-Fi": (35, (2, -2, 1, 0, 0, 0, 3, 0)),
    "Horror": (45, (0, -2, 3, -1, 0, -1, 1, 0)),
    "War": (30, (2, 0, 0, -1, -1, 2, -1, 1)),
    "Mystery": (30, (0, 0, 2, -1, 0, 1, 1, 1)),
    "Musical": (25, (-1, 2, -1, 2, 1, 0, 0, 2)),
    "Documentary": (45, (-2, -1, 0, -1, 0, 3, 0, 0)),
    "Animation": (20, (0, 0, -1, 3, 1, 0, 2, 0)),
    "Western": (15, (1, -1, 0, 0, 0, 0, -1, 3)),
    "Film-Noir": (14, (0, 0, 2, -2, 0, 1, 0, 3)),
    "Fantasy": (14, (1, 1, 0, 2, 0, -1, 3, 0)),
    "Biography": (20, (-1, 1, 0, 0, 0, 3, -1, 1)),
}
LOADINGS = np.array([loading for _, loading in GENRES.values()])
GENRE_STRENGTH = 70  # latent units a point of the table
OWN_TRAITS = 5  # eighths of a bell: what a film has beyond its genres

GENRES_A_FILM = (42, 36, 17, 5)
"""Per cent of films for which one, two, three, four genres are drawn; some are drawn twice."""

YEARS = (1922, 1956, 1977, 1988, 1993, 1993, 1994, 1994, 1995, 1995, 1996, 1996, 1996, 1997, 1997, 1997, 1998)
"""Release years at the sixteenths of the catalogue."""
NOSTALGIC_BEFORE = 1_991
NOSTALGIA = 6  # latent units a year, for forty years

POPULARITY_FROM_QUALITY, POPULARITY_FROM_LUCK = 6, 7
BIAS_SPREAD = 6  # eighths of a bell
SURVIVORS = 2  # latent units a year: of old films mostly the good ones are still watched


@dataclass(frozen=True)
class Films:
    """Films and what is planted: `traits` (items × 8) and `bias` (items,) in whole latent units.

    `rank` (items,) is the place in popularity, 0 for the most popular.
    """

    table: pd.DataFrame
    traits: np.ndarray
    bias: np.ndarray
    rank: np.ndarray


def draw_films(draws: Draws) -> Films:
    """1,682 films with `title`, `year` and `genres`."""
    year = along(YEARS, 1001)[draws.below(1001, N_ITEMS)]
    main, member = _draw_genres(draws)

    age = np.clip(NOSTALGIC_BEFORE - year, 0, 40)
    traits = GENRE_STRENGTH * (member @ LOADINGS) // member.sum(axis=1, keepdims=True)
    traits += OWN_TRAITS * draws.bells(N_ITEMS, len(TASTES)) // 8
    traits[:, TASTES.index("nostalgia")] += NOSTALGIA * age

    quality = draws.bells(N_ITEMS)
    bias = BIAS_SPREAD * quality // 8 + SURVIVORS * age
    pull = POPULARITY_FROM_QUALITY * quality + POPULARITY_FROM_LUCK * draws.bells(N_ITEMS)
    rank = np.empty(N_ITEMS, dtype=np.int64)
    rank[np.argsort(-pull, kind="stable")] = np.arange(N_ITEMS)

    words = np.array(list(GENRES))
    table = pd.DataFrame(
        {
            "item_id": np.arange(1, N_ITEMS + 1),
            "title": draw_titles(draws, words[main], year),
            "year": pd.array(year, dtype="Int64"),
            "genres": [tuple(words[row].tolist()) for row in member],
        }
    )
    return Films(table, traits - traits.sum(axis=0) // N_ITEMS, bias, rank)


def _draw_genres(draws: Draws) -> tuple[np.ndarray, np.ndarray]:
    """The main genre of every film, (items,), and all it has, bool (items, genres): companions go with the main one."""
    often = np.array([weight for weight, _ in GENRES.values()])
    main = draws.choices(often, N_ITEMS)
    extra = draws.choices(GENRES_A_FILM, N_ITEMS)
    companions = np.cumsum(often * (LOADINGS @ LOADINGS.T > 0), axis=1)[main]  # cumulative weights, (items, genres)

    member = np.zeros((N_ITEMS, len(often)), dtype=bool)
    member[np.arange(N_ITEMS), main] = True
    for number in range(1, len(GENRES_A_FILM)):
        place = draws.below(1 << 31, N_ITEMS) * companions[:, -1] >> 31
        companion = (place[:, None] >= companions).sum(axis=1)
        film = np.flatnonzero(extra >= number)
        member[film, companion[film]] = True
    return main, member
