"""The map of what an embedding learnt."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from recolab.charts.checks import require_split
from recolab.charts.theme import MOST_ROWS, NEUTRAL, PALETTE, finished
from recolab.errors import RecoLabError
from recolab.split.core import Split

OTHER = "other"
UNKNOWN = "unknown"


def embedding_map(model: Any, split: Split, *, layer: str = "item_embedding", n: int = 300) -> alt.Chart:
    """Draw the item vectors a model learnt as points of a plane, for the items most rated in training.

    The plane is the one the vectors spread over most: their first two principal components (PCA, by the singular value
    decomposition of the centred vectors). Colours are the first genre named of an item; the six most frequent have one.

    Args:
        model: a trained model with an embedding of items.
        split: the split it was trained on.
        layer: the name of the embedding layer.
        n: how many items to draw.

    Raises:
        RecoLabError: `split` is no `Split`, `n` cannot be drawn, or the layer holds no vector of two or more numbers
            for every item.
    """
    from recolab.recommend import embeddings

    require_split(split, "embedding_map")
    if not 3 <= n <= MOST_ROWS:
        raise RecoLabError(f"embedding_map draws between 3 and {MOST_ROWS:,} items, but was asked for {n}.")
    items = split.ratings.items
    vectors = embeddings(model, split, layer)
    if len(vectors) != len(items) or not (vectors.index == items["item_id"]).all() or vectors.shape[1] < 2:
        raise RecoLabError(
            f"embedding_map draws vectors of two or more numbers for each of {len(items):,} items, but the layer "
            f"{layer!r} holds {len(vectors):,} vectors of {vectors.shape[1]}: name a layer that embeds items."
        )
    counts = np.bincount(split.train["item"], minlength=len(items))
    shown = np.argsort(-counts, kind="stable")[:n]
    places, shares = _principal_plane(vectors.to_numpy(np.float64)[shown])
    frame = pd.DataFrame(
        {
            "title": items["title"].iloc[shown].to_numpy(),
            "year": _years(items, shown),
            "genre": _first_genres(items, shown),
            "ratings": counts[shown],
            "x": places[:, 0].round(4),
            "y": places[:, 1].round(4),
        }
    )
    return finished(
        _map(frame, shares),
        title=f"What {layer} learnt of the {len(shown):,} most rated items",
        subtitle=[
            f"Its first two principal components: {shares.sum():.0%} of the spread of {vectors.shape[1]} dimensions",
            "Point at an item for its title; click a genre to see it alone",
        ],
        height=380,
    )


def _principal_plane(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates (rows, 2) on the first two principal components, and the share of the variance of each, (2,)."""
    left, sizes, directions = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
    # The sign of a component is arbitrary: its largest entry is made positive, so that two runs draw the same map.
    largest = np.abs(directions[:2]).argmax(axis=1)
    signs = np.sign(directions[[0, 1], largest])
    variances = sizes**2
    shares = variances[:2] / max(variances.sum(), np.finfo(np.float64).tiny)
    return left[:, :2] * sizes[:2] * signs, shares


def _years(items: pd.DataFrame, shown: np.ndarray) -> list[str]:
    if "year" not in items:
        return [UNKNOWN] * len(shown)
    return [UNKNOWN if pd.isna(year) else str(year) for year in items["year"].iloc[shown]]


def _first_genres(items: pd.DataFrame, shown: np.ndarray) -> pd.Series:
    """The first genre of every item; those beyond the most frequent, and items without one, are `OTHER`."""
    if "genres" not in items:
        return pd.Series([OTHER] * len(shown))
    first = pd.Series([genres[0] if len(genres) else OTHER for genres in items["genres"].iloc[shown]])
    frequent = first[first != OTHER].value_counts().index[: len(PALETTE)]
    return first.where(first.isin(frequent), OTHER)


def _map(frame: pd.DataFrame, shares: np.ndarray) -> alt.Chart:
    names = [name for name in frame["genre"].value_counts().index if name != OTHER]
    domain = [*names, OTHER] if OTHER in set(frame["genre"]) else names
    colours = [*PALETTE[: len(names)], NEUTRAL][: len(domain)]
    picked = alt.selection_point(fields=["genre"], bind="legend")
    axis = alt.Axis(grid=False, domain=False, ticks=False, labels=False)
    scale = alt.Scale(zero=False, padding=12)
    return (
        alt.Chart(frame)
        .mark_circle(size=70, stroke="currentColor", strokeWidth=0.4)
        .encode(
            x=alt.X("x:Q", title=f"first component ({shares[0]:.0%} of the spread)", axis=axis, scale=scale),
            y=alt.Y("y:Q", title=f"second component ({shares[1]:.0%})", axis=axis, scale=scale),
            color=alt.Color("genre:N", title=None, scale=alt.Scale(domain=domain, range=colours)),
            opacity=alt.condition(picked, alt.value(0.85), alt.value(0.08)),
            tooltip=[
                alt.Tooltip("title:N"),
                alt.Tooltip("year:N"),
                alt.Tooltip("genre:N", title="first genre"),
                alt.Tooltip("ratings:Q", title="ratings in training", format=","),
            ],
        )
        .add_params(picked)
    )
