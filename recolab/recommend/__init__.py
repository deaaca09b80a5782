"""Recommendations as tables of raw ids and titles: the best items, similar items, embeddings, somebody new."""

from recolab.recommend.fold_in import new_user
from recolab.recommend.similar import embeddings, similar_items
from recolab.recommend.top import predictions, top_k

__all__ = ["top_k", "predictions", "similar_items", "embeddings", "new_user"]
