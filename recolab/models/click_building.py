"""What every model of fields does: read the encoded rows, look them up, add the parts of the logit, compile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.features import Fields
from recolab.layers import FieldEmbedding, FirstOrder
from recolab.models.building import compiled_for_clicks, dense_stack, glorot

WIDTH = 16
"""Length of a field's vector, in all models: what the AutoInt paper takes for all its models."""


def field_inputs(fields: Fields) -> dict[str, Any]:
    """The inputs `indices`, shape (batch, slots), and `weights`, shape (batch, weighted slots), if there are any."""
    inputs = {"indices": keras.Input((fields.n_slots,), dtype="int32", name="indices")}
    if fields.n_weighted:
        inputs["weights"] = keras.Input((fields.n_weighted,), dtype="float32", name="weights")
    return inputs


def embedded(
    inputs: dict[str, Any], fields: Fields, width: int, *, l2: float = 0.0, seed: int = 0, pooled: bool = True
) -> Any:
    """A vector for each field of a row, shape (batch, fields, width).

    Not pooled, it is a vector for each feature, shape (batch, slots, width).

    Raises:
        RecoLabError: `width` below 1, or `l2` below 0.
    """
    if width < 1:
        raise RecoLabError(f"`width`, the length of a field's vector, must be at least 1, but {width} came.")
    if not l2 >= 0:
        raise RecoLabError(f"`l2` must be at least 0, but {l2} came.")
    name = "field_embedding" if pooled else "feature_embedding"
    return FieldEmbedding(fields, width, l2=l2, seed=seed, pooled=pooled, name=name)(*inputs.values())


def first_order(inputs: dict[str, Any], fields: Fields, *, l2: float = 0.0) -> Any:
    """The linear part of a logit, shape (batch, 1): `w_0 + Σ_i w_i x_i`."""
    if not l2 >= 0:
        raise RecoLabError(f"`l2` must be at least 0, but {l2} came.")
    return FirstOrder(fields, l2=l2, name="first_order")(*inputs.values())


def flat(embeddings: Any, name: str = "flat") -> Any:
    """The vectors of all fields one after the other, shape (batch, fields × width)."""
    return keras.layers.Flatten(name=name)(embeddings)


def deep_part(
    tensor: Any, widths: Sequence[int], *, dropout: float, batch_norm: bool, seed: int, name: str = "deep"
) -> Any:
    """A network on a tensor, shape (batch, last width)."""
    return dense_stack(tensor, widths, dropout=dropout, batch_norm=batch_norm, name=name, seed=seed)


def logit_of(tensor: Any, seed: int, *, bias: bool = True, name: str = "logit") -> Any:
    """A weighted sum of a tensor's last axis, shape (batch, 1)."""
    return keras.layers.Dense(1, use_bias=bias, kernel_initializer=glorot(seed), name=name)(tensor)


def at_least_fields(fields: Fields, n: int, model: str, why: str) -> None:
    """Refuse rows of too few fields for a model.

    Raises:
        RecoLabError: there are fewer than n.
    """
    if len(fields.names) < n:
        raise RecoLabError(
            f"{model} needs at least {n} fields, but got {len(fields.names)} {list(fields.names)}: {why}."
        )


def click_model(name: str, inputs: dict[str, Any], parts: Sequence[Any], optimizer: Any) -> Any:
    """The compiled model whose logit is the sum of its parts, each of shape (batch, 1)."""
    logit = parts[0] if len(parts) == 1 else keras.layers.Add(name="sum_of_parts")(list(parts))
    return compiled_for_clicks(name, inputs, logit, optimizer)
