"""Where the boxes of a drawn graph go: levels from top to bottom, few crossings, straight lines (Sugiyama's method)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

SWEEPS = 8


@dataclass(frozen=True)
class Layout:
    """A layered drawing.

    Attributes:
        level: the level of every node, counted from the top.
        x: the horizontal centre of every node; the leftmost edge of all nodes is 0.
        width: the width of the drawing.
        routes: for every edge (source, target) the horizontal places it passes, one a level, both ends included.
    """

    level: list[int]
    x: list[float]
    width: float
    routes: dict[tuple[int, int], list[float]]


def layered(sources: Sequence[Sequence[int]], widths: Sequence[float], gap: float = 28.0) -> Layout:
    """Lay out a graph without cycles.

    Every node stands one level below the lowest of its sources. An edge that spans several levels is given a thin node
    on each level between, so that it runs around the boxes in place of through them.

    Args:
        sources: for every node those that feed it; a node comes after its sources.
        widths: the width of every node.
        gap: the least space between two neighbours on a level.
    """
    level = _levels(sources)
    chains = _chains(sources, level)
    all_widths = list(widths) + [0.0] * sum(len(chain) - 2 for chain in chains.values())
    above, below = _neighbours(chains, len(all_widths))
    rows = _rows(level, chains)
    x = _places(rows, all_widths, gap)
    for sweep in range(SWEEPS):
        downwards = sweep % 2 == 0
        for row in rows if downwards else reversed(rows):
            wanted = {
                node: _mean([x[other] for other in (above if downwards else below)[node]], x[node]) for node in row
            }
            row.sort(key=wanted.__getitem__)
            _settle(row, [wanted[node] for node in row], all_widths, gap, x)
    for row in rows:
        _settle(row, [_mean([x[other] for other in above[n] + below[n]], x[n]) for n in row], all_widths, gap, x)
    left = min(place - width / 2 for place, width in zip(x, all_widths, strict=True))
    right = max(place + width / 2 for place, width in zip(x, all_widths, strict=True))
    x = [place - left for place in x]
    routes = {edge: [x[node] for node in chain] for edge, chain in chains.items()}
    return Layout(level, x[: len(widths)], right - left, routes)


def _levels(sources: Sequence[Sequence[int]]) -> list[int]:
    """Length of the longest path to each node."""
    level: list[int] = []
    for feeding in sources:
        level.append(max((level[source] + 1 for source in feeding), default=0))
    return level


def _chains(sources: Sequence[Sequence[int]], level: list[int]) -> dict[tuple[int, int], list[int]]:
    """Every edge as the nodes it passes, one a level; nodes beyond the given ones are the thin ones between."""
    chains = {}
    following = len(sources)
    for target, feeding in enumerate(sources):
        for source in feeding:
            between = level[target] - level[source] - 1
            chains[source, target] = [source, *range(following, following + between), target]
            following += between
    return chains


def _neighbours(chains: dict[tuple[int, int], list[int]], size: int) -> tuple[list[list[int]], list[list[int]]]:
    above: list[list[int]] = [[] for _ in range(size)]
    below: list[list[int]] = [[] for _ in range(size)]
    for chain in chains.values():
        for upper, lower in itertools.pairwise(chain):
            above[lower].append(upper)
            below[upper].append(lower)
    return above, below


def _rows(level: list[int], chains: dict[tuple[int, int], list[int]]) -> list[list[int]]:
    """The nodes of every level, the thin ones included."""
    rows: list[list[int]] = [[] for _ in range(max(level) + 1)]
    for node, row in enumerate(level):
        rows[row].append(node)
    for (source, _), chain in chains.items():
        for step, node in enumerate(chain[1:-1], start=1):
            rows[level[source] + step].append(node)
    return rows


def _places(rows: list[list[int]], widths: list[float], gap: float) -> list[float]:
    """A first place for every node: each row side by side, all rows centred on the same line."""
    x = [0.0] * len(widths)
    for row in rows:
        _settle(row, [0.0] * len(row), widths, gap, x)
    return x


def _settle(row: list[int], wanted: list[float], widths: list[float], gap: float, x: list[float]) -> None:
    """Place a row as near to the wanted places as its order and the gaps allow (least squares, pooled neighbours)."""
    offsets = [0.0]
    for left, right in itertools.pairwise(row):
        offsets.append(offsets[-1] + (widths[left] + widths[right]) / 2 + gap)
    pools: list[tuple[float, int]] = []
    for place, offset in zip(wanted, offsets, strict=True):
        pools.append((place - offset, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (late, m), (early, n) = pools.pop(), pools.pop()
            pools.append(((late * m + early * n) / (m + n), m + n))
    bases = [base for base, count in pools for _ in range(count)]
    for node, base, offset in zip(row, bases, offsets, strict=True):
        x[node] = base + offset


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
