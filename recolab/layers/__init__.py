"""What the papers introduced and Keras does not have, one idea a file."""

from recolab.layers.penalised_embedding import PenalisedEmbedding

__all__ = ["PenalisedEmbedding"]
