"""Embeddings by layer name, and the items whose embeddings point the same way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from recolab.errors import RecoLabError
from recolab.features import embedding_tables
from recolab.metrics.ordering import best, checked_k
from recolab.recommend.top import described
from recolab.split import Split


def embeddings(model: Any, split: Split, layer: str = "item_embedding") -> pd.DataFrame:
    """The vectors of one embedding layer.

    Args:
        model: a functional Keras model with the inputs `user` and `item`.
        split: what the model was trained on.
        layer: name of the layer.

    Returns:
        A table of float32, one row a user or an item under its raw id (index `user_id` or `item_id`), columns 0 to
        factors - 1. The row of a user or an item without training rows holds the values it was initialised with.

    Raises:
        RecoLabError: the model has no such layer (the message lists those it has), or was built for another catalogue.
    """
    of, vectors = _vectors(model, split, layer)
    raw_ids = (split.ratings.users if of == "user" else split.ratings.items)[f"{of}_id"]
    return pd.DataFrame(vectors, index=pd.Index(raw_ids, name=f"{of}_id"))


def similar_items(model: Any, split: Split, item: Any, k: int = 10, *, layer: str = "item_embedding") -> pd.DataFrame:
    """The k items whose vectors have the highest cosine with that of `item`.

    The item itself is left out, and so are items without a training row, whose vectors were never trained; where fewer
    than k remain, there are fewer rows. A vector of zeros has no direction: its similarity to every other is 0. Of
    equal similarities the item with the lower code comes first.

    Args:
        model: a functional Keras model with the inputs `user` and `item`.
        split: what the model was trained on.
        item: raw item id, or exact title.
        k: how many items.
        layer: name of the embedding layer to compare; it must hold items.

    Returns:
        One row an item: `rank` (1 is nearest), `item_id`, `title` and `similarity` (cosine, -1 to 1).

    Raises:
        RecoLabError: an unknown item or layer, an item without training rows or with a vector of zeros, k out of range.
    """
    k = checked_k(k, split.n_items - 1)
    of, vectors = _vectors(model, split, layer)
    if of != "item":
        raise RecoLabError(f"The layer {layer!r} holds {of}s, not items: name one of {_layers(model, 'item')}.")
    code = int(split.ratings.item_codes([item])[0])
    trained = np.bincount(split.train["item"], minlength=split.n_items) > 0
    if not trained[code] or not vectors[code].any():
        raise RecoLabError(f"The item {item!r} cannot be compared: training left it no vector of its own in {layer!r}.")

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    directions = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    similarity = directions @ directions[code]
    similarity[~trained] = -np.inf
    similarity[code] = -np.inf
    nearest = best(similarity[None, :], k)[0]
    nearest = nearest[similarity[nearest] > -np.inf]
    return described(split, nearest, rank=np.arange(1, len(nearest) + 1), similarity=similarity[nearest])


def _vectors(model: Any, split: Split, layer: str) -> tuple[str, np.ndarray]:
    """What the layer holds ("user" or "item"), and its table, shape (users or items, factors)."""
    of = embedding_tables(model).get(layer)
    if of not in ("user", "item"):
        raise RecoLabError(
            f"The model has no embedding layer {layer!r} of users or items: name one of "
            f"{_layers(model, 'user', 'item')}."
        )
    vectors = np.asarray(model.get_layer(layer).get_weights()[0], dtype=np.float32)
    expected = split.n_users if of == "user" else split.n_items
    if len(vectors) != expected:
        raise RecoLabError(
            f"The layer {layer!r} has {len(vectors):,} rows, but the split has {expected:,} {of}s: pass the split the "
            "model was built for."
        )
    return of, vectors


def _layers(model: Any, *of: str) -> str:
    return ", ".join(repr(name) for name, held in embedding_tables(model).items() if held in of) or "(it has none)"
