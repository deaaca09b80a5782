"""Models, one file a family. A builder takes a split (or sizes) and returns a plain, compiled `keras.Model`."""

from recolab.models.baselines import BiasBaseline, GlobalMean
from recolab.models.matrix_factorisation import BiasedMF, ExplicitMF, SigmoidMF
from recolab.models.saving import load_model
from recolab.models.scoring import predict, scores
from recolab.models.sizes import Sizes

__all__ = [
    "BiasBaseline",
    "BiasedMF",
    "ExplicitMF",
    "GlobalMean",
    "SigmoidMF",
    "Sizes",
    "load_model",
    "predict",
    "scores",
]
