"""Random numbers that are the same on every machine: raw 64-bit words and integer arithmetic, no floats."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recolab.errors import RecoLabError

BELL_HALF_RANGE = 1020
"""The sum of eight bytes lies from 0 to 2,040; a bell is that sum less 1,020."""


class Draws:
    """Integer draws from one PCG64 stream.

    NumPy guarantees the words of a bit generator for a seed, but not what `Generator` makes of them, and `exp` or `log`
    may differ in the last digit between two machines. So everything here is made of words by integer arithmetic.

    Args:
        seed: a whole number from 0.

    Raises:
        RecoLabError: the seed is something else.
    """

    def __init__(self, seed: int) -> None:
        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
            raise RecoLabError(f"The seed of the synthetic set must be a whole number from 0, but {seed!r} came.")
        self._bits = np.random.PCG64(int(seed))

    def words(self, *shape: int) -> np.ndarray:
        """Uniform 64-bit words, uint64."""
        return self._bits.random_raw(int(np.prod(shape))).reshape(shape)

    def below(self, bound: int, *shape: int) -> np.ndarray:
        """Whole numbers from 0 to `bound - 1` (`bound` up to 2³¹), each as likely as the next to within 2⁻³²·bound."""
        high: np.ndarray = (self.words(*shape) >> np.uint64(32)).astype(np.int64)
        numbers: np.ndarray = (high * bound) >> 32
        return numbers

    def bells(self, *shape: int) -> np.ndarray:
        """Bell-shaped whole numbers: the eight bytes of a word summed, less 1,020; mean 0, standard deviation 209."""
        octets = self.words(*shape, 1).view(np.uint8)
        bells: np.ndarray = octets.sum(axis=-1, dtype=np.int64) - BELL_HALF_RANGE
        return bells

    def choices(self, weights: Sequence[int] | np.ndarray, *shape: int) -> np.ndarray:
        """Indices of `weights`, drawn in proportion to these whole numbers."""
        cumulative = np.cumsum(np.asarray(weights, dtype=np.int64))
        return np.searchsorted(cumulative, self.below(int(cumulative[-1]), *shape), side="right")

    def orders(self, rows: int, columns: int) -> np.ndarray:
        """A random order of 0 … columns - 1 in every row."""
        # Four 16-bit keys a word: NumPy sorts those by radix, fast. Equal keys, one pair in 65,536, keep their order.
        quarters = self.words(-(-rows * columns // 4)).astype("<u8").view("<u2")[: rows * columns]
        return np.argsort(quarters.reshape(rows, columns).astype(np.uint16), axis=1, kind="stable")


def along(curve: Sequence[int], points: int) -> np.ndarray:
    """The broken line through evenly spaced knots, read at `points` evenly spaced places, rounded down.

    Args:
        curve: the heights of the knots.
        points: how many places; the first lies on the first knot and the last on the last.
    """
    heights = np.asarray(curve, dtype=np.int64)
    places, width = np.arange(points) * (len(heights) - 1), points - 1
    left = np.minimum(places // width, len(heights) - 2)
    rise = heights[left + 1] - heights[left]
    line: np.ndarray = heights[left] + rise * (places - left * width) // width
    return line
