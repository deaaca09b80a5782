"""AFM and AutoInt: attention says which pairs of fields count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from recolab.errors import RecoLabError
from recolab.features import Fields
from recolab.layers import InteractingLayer, PairAttention
from recolab.models.building import table_seeds
from recolab.models.click_building import (
    WIDTH,
    at_least_fields,
    click_model,
    deep_part,
    embedded,
    field_inputs,
    first_order,
    flat,
    logit_of,
)


def AFM(
    fields: Fields,
    *,
    width: int = WIDTH,
    units: int = 16,
    dropout: float = 0.0,
    l2: float = 0.0,
    optimizer: Any = "adam",
    seed: int = 0,
) -> Any:
    """Attentional FM: `logit = w_0 + Σ_i w_i x_i + p · Σ_{i<j} a_ij (v_i ∘ v_j) x_i x_j` (Xiao et al. 2017, eq. 6).

    Args:
        fields: the fields of the rows to be trained on, at least three: two make one pair, whose weight is always 1.
        width: length of the vectors.
        units: width of the attention's hidden layer.
        dropout: share of the coordinates of the pairs `v_i ∘ v_j` set to 0 while training.
        l2, optimizer: as in `FM`.
        seed: of the initial vectors and weights, and of dropout.

    Returns:
        As `LR`.

    Raises:
        RecoLabError: as `FM`, or fewer than three fields.
    """
    at_least_fields(fields, 3, "AFM", "two fields make one pair, whose weight is always 1")
    inputs, (tables, attention, last) = field_inputs(fields), table_seeds(seed, 3)
    vectors = embedded(inputs, fields, width, l2=l2, seed=tables)
    pooled = PairAttention(units, dropout=dropout, seed=attention, name="pair_attention")(vectors)
    parts = [first_order(inputs, fields, l2=l2), logit_of(pooled, last, bias=False)]
    return click_model("afm", inputs, parts, optimizer)


def AutoInt(
    fields: Fields,
    *,
    width: int = WIDTH,
    layers: int = 3,
    heads: int = 2,
    attention_width: int = 64,
    scaled: bool = False,
    residual: bool = True,
    dropout: float = 0.0,
    widths: Sequence[int] = (),
    deep_dropout: float = 0.0,
    l2: float = 0.0,
    optimizer: Any = "adam",
    seed: int = 0,
) -> Any:
    """AutoInt: self-attention among fields, `logit = w · [e'_1 ; … ; e'_F] + b` (Song et al. 2019, eq. 5 – 9).

    With `widths` it is the paper's AutoInt+: a network on the vectors is trained jointly, and the logits are added.

    Args:
        fields: the fields of the rows to be trained on, at least two.
        width: length of the vectors.
        layers: how many interacting layers stand on each other.
        heads: of each layer.
        attention_width: outputs of a layer for each field, over all heads; the paper has 2 heads of 32.
        scaled: whether scores are divided by the root of a head's width. The paper does not.
        residual: whether a layer adds what it gets, as the paper has it.
        dropout: share of the attention weights set to 0 while training.
        widths: outputs of each layer of the network of AutoInt+; none for AutoInt.
        deep_dropout: share of the outputs of that network's layers set to 0 while training.
        l2, optimizer: as in `FM`.
        seed: of the initial vectors and weights, and of dropout.

    Returns:
        As `LR`.

    Raises:
        RecoLabError: as `FM`, fewer than two fields, no layers, or heads that do not divide `attention_width`.
    """
    at_least_fields(fields, 2, "AutoInt", "a field attends to the others")
    if layers < 1:
        raise RecoLabError(f"AutoInt needs at least one interacting layer, but layers={layers} came.")
    if heads < 1 or attention_width % heads:
        raise RecoLabError(
            f"The heads share the width of a layer equally, but {heads} heads do not divide attention_width="
            f"{attention_width}: choose a multiple."
        )
    inputs, (tables, attention, deep, last, deep_last) = field_inputs(fields), table_seeds(seed, 5)
    vectors = embedded(inputs, fields, width, l2=l2, seed=tables)
    hidden = vectors
    for number, layer_seed in enumerate(table_seeds(attention, layers), start=1):
        hidden = InteractingLayer(
            attention_width,
            heads,
            residual=residual,
            scaled=scaled,
            dropout=dropout,
            seed=layer_seed,
            name=f"interacting_{number}",
        )(hidden)
    parts = [logit_of(flat(hidden), last)]
    if widths:
        network = deep_part(flat(vectors, "flat_vectors"), widths, dropout=deep_dropout, batch_norm=False, seed=deep)
        parts.append(logit_of(network, deep_last, bias=False, name="deep_logit"))
    return click_model("autoint_plus" if widths else "autoint", inputs, parts, optimizer)
