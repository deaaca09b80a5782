"""Ratings come in: MovieLens in three sizes, the synthetic set, anybody's table."""

from recolab.data import published
from recolab.data.fetching import fetch
from recolab.data.loading import load, names, where
from recolab.data.ratings import Provenance, Ratings

__all__ = ["load", "names", "fetch", "where", "published", "Ratings", "Provenance"]
