"""What the papers introduced and Keras does not have, one idea a file."""

from recolab.layers.cin import CIN
from recolab.layers.cross import Cross, CrossV2
from recolab.layers.crossed_fields import CrossedFields
from recolab.layers.factorisation import FMSecondOrder
from recolab.layers.field_embedding import FieldEmbedding
from recolab.layers.first_order import FirstOrder
from recolab.layers.interacting import InteractingLayer
from recolab.layers.pair_attention import PairAttention
from recolab.layers.penalised_embedding import PenalisedEmbedding
from recolab.layers.products import InnerProducts, KernelProducts, OuterProduct

__all__ = [
    "PenalisedEmbedding",
    "FieldEmbedding",
    "FirstOrder",
    "CrossedFields",
    "FMSecondOrder",
    "InnerProducts",
    "OuterProduct",
    "KernelProducts",
    "PairAttention",
    "InteractingLayer",
    "Cross",
    "CrossV2",
    "CIN",
]
