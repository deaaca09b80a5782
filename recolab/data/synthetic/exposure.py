"""Who sees what: how likely every pair is to be observed, and a draw of exactly so many pairs with those chances."""

from __future__ import annotations

from math import isqrt

import numpy as np

from recolab.data.synthetic.draws import Draws

UNIT = 1 << 20
CEILING = UNIT * 15 // 16  # nobody is certain to see a film
EVEN_ODDS = 1 << 35
SWEEPS = 3

STEPS = 16  # steps of the table to a doubling
DOUBLINGS = 6
POWERS = np.array(
    # Four square roots make a sixteenth root: 2^(steps / 16), times 256, rounded down, the same on every machine.
    [isqrt(isqrt(isqrt(isqrt(1 << (steps + 8 * STEPS))))) for steps in range(-DOUBLINGS * STEPS, DOUBLINGS * STEPS + 1)]
)


def chances(interest: np.ndarray, activity: np.ndarray, popularity: np.ndarray) -> np.ndarray:
    """How likely each user is to see each item, in parts of `UNIT`.

    The chance is 15/16 · ω / (1 + ω) with the odds ω = α_u · β_i · 2^interest. The α and β are fitted by turns, a few
    times, until the chances of a user sum to about `activity` and those of an item to about `popularity`.

    Args:
        interest: sixteenths of a doubling of the odds, whole numbers, (users, items); cut off at six doublings.
        activity: how many items each user should see, (users,).
        popularity: how many users each item should be seen by, (items,).

    Returns:
        Whole numbers from 0 to 15/16 of `UNIT`, (users, items).
    """
    limit = DOUBLINGS * STEPS
    lift = POWERS[np.clip(interest, -limit, limit) + limit]
    alpha, beta = activity * 16, popularity * 256
    for _ in range(SWEEPS):
        alpha = _towards(alpha, activity, _chance(alpha, beta, lift).sum(axis=1), len(popularity))
        beta = _towards(beta, popularity, _chance(alpha, beta, lift).sum(axis=0), len(activity))
    return _chance(alpha, beta, lift)


def _chance(alpha: np.ndarray, beta: np.ndarray, lift: np.ndarray) -> np.ndarray:
    odds = alpha[:, None] * beta * lift  # in parts of `EVEN_ODDS`
    chance: np.ndarray = CEILING - CEILING * EVEN_ODDS // (odds + EVEN_ODDS)
    return chance


def _towards(factor: np.ndarray, asked: np.ndarray, reached: np.ndarray, most: int) -> np.ndarray:
    """The factors times the odds asked for over the odds reached."""
    scaled: np.ndarray = factor * (asked * (most * UNIT - reached)) // (reached * (most - asked))
    scaled[scaled < 1] = 1
    return scaled


def observe(draws: Draws, chance: np.ndarray, rows: int, rare: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Draws exactly `rows` distinct pairs, each as `probability` says.

    The draw is systematic (Madow 1949): the chances are laid end to end on a line, which is read at even distances from
    one random start. So a stretch of the line is hit as often as it is long, rounded down or up. Laid user by user,
    this gives every user as many items as it should have; laid item by item, as is done for the rare ones, it leaves
    no item without a rating. Within a user (or a rare item) the order is random, so that no two items go together
    for being neighbours.

    Args:
        draws: where chance comes from.
        chance: parts of `UNIT`, (users, items).
        rows: how many pairs to draw.
        rare: which items are laid item by item, bool (items,).

    Returns:
        User codes and item codes, each of shape (rows,): those of common items first.
    """
    common, few, few_rows = _parts(chance, rows, rare)
    user, item = _systematic(draws, common, rows - few_rows)
    rare_item, rare_user = _systematic(draws, few, few_rows)
    users = np.concatenate([user, rare_user])
    items = np.concatenate([np.flatnonzero(~rare)[item], np.flatnonzero(rare)[rare_item]])
    return users, items


def probability(chance: np.ndarray, rows: int, rare: np.ndarray) -> np.ndarray:
    """How likely `observe` is to draw each pair, float64 (users, items).

    Exact but for float rounding and the remainder of a 64-bit word, together below one part in a million.
    """
    common, few, few_rows = _parts(chance, rows, rare)
    likely = np.empty(chance.shape)
    likely[:, ~rare] = common * ((rows - few_rows) / int(common.sum()))
    likely[:, rare] = few.T * (few_rows / int(few.sum()))
    return likely


def _parts(chance: np.ndarray, rows: int, rare: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """The chances of common items by user, those of rare items by item, and how many rows go to the rare ones."""
    few = chance[:, rare].T
    return chance[:, ~rare], few, int(few.sum()) * rows // int(chance.sum())


def _systematic(draws: Draws, chance: np.ndarray, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of `rows` cells of `chance`, drawn in proportion to it."""
    order = draws.orders(*chance.shape)
    line = np.cumsum(np.take_along_axis(chance, order, axis=1))
    total = int(line[-1])
    # Of the `total` possible starts, exactly `rows * chance` put a mark into a cell.
    start = int(draws.words(1)[0]) % total
    marks = (start + np.arange(rows) * total) // rows
    row, place = np.divmod(np.searchsorted(line, marks, side="right"), chance.shape[1])
    return row, order[row, place]
