"""What a layer is told when the shape that reaches it is not the one its formula is about."""

from __future__ import annotations

from typing import Any

from recolab.errors import RecoLabError


def fields_and_width(layer: Any, shape: Any, *, at_least: int = 2) -> tuple[int, int]:
    """The F and the k of field embeddings, shape (batch, F, k).

    Args:
        layer: whose input it is; the error names its class.
        shape: what came.
        at_least: how many fields the layer makes sense for.

    Raises:
        RecoLabError: another rank, a number of fields or a width that is not known, or too few fields.
    """
    if len(shape) != 3 or None in shape[1:] or shape[1] < at_least:
        raise RecoLabError(
            f"{type(layer).__name__} reads the embeddings of {at_least} fields or more, shape (batch, fields, width), "
            f"but the shape {tuple(shape)} came: give it what FieldEmbedding returns."
        )
    return int(shape[1]), int(shape[2])


def crossed_width(layer: Any, shapes: Any) -> int:
    """The width that the two inputs [x0, x] of a cross layer have in common, both of shape (batch, width).

    Raises:
        RecoLabError: not two inputs, another rank, or two widths.
    """
    # The shape of a single tensor is itself a sequence of numbers.
    two = len(shapes) == 2 and all(isinstance(shape, tuple | list) for shape in shapes)
    if not two or any(len(shape) != 2 for shape in shapes) or shapes[0][1] is None or shapes[0][1] != shapes[1][1]:
        raise RecoLabError(
            f"{type(layer).__name__} is called on [x0, x], two tensors of one shape (batch, width), but the shape "
            f"{shapes} came: flatten the embeddings, and give the first cross layer [x0, x0]."
        )
    return int(shapes[0][1])


def check_dropout(share: float) -> None:
    """Refuse a share of dropout outside [0, 1).

    Raises:
        ValueError: it is negative, 1 or more, or NaN.
    """
    if not 0 <= share < 1:
        raise ValueError(f"`dropout` must be at least 0 and below 1. Received: dropout={share}")
