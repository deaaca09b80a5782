"""DCN, DCN-v2 and xDeepFM: products of growing order beside a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.features import Fields
from recolab.layers import CIN, Cross, CrossV2
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


def DCN(
    fields: Fields,
    *,
    width: int = WIDTH,
    layers: int = 3,
    widths: Sequence[int] = (400, 400, 400),
    dropout: float = 0.0,
    batch_norm: bool = False,
    l2: float = 0.0,
    optimizer: Any = "adam",
    seed: int = 0,
) -> Any:
    """Deep & Cross: `x_{l+1} = x_0 (x_l · w_l) + b_l + x_l` beside a network (Wang et al. 2017, eq. 3).

    Both ends go into one sum, `logit = w · [x_L ; h_deep] + b` (eq. 8).

    Args:
        fields: the fields of the rows to be trained on.
        width: length of the fields' vectors; x_0 is all of them one after the other.
        layers: how many cross layers stand on each other.
        widths, dropout, batch_norm: of the network beside them, as in `DeepFM`; no widths leave the cross layers alone.
        l2, optimizer: as in `FM`.
        seed: of the initial vectors and weights, and of dropout.

    Returns:
        As `LR`.

    Raises:
        RecoLabError: as `DeepFM`, or no cross layer.
    """
    inputs, (tables, crosses, deep, last) = field_inputs(fields), table_seeds(seed, 4)
    x0 = flat(embedded(inputs, fields, width, l2=l2, seed=tables))
    crossed = _crossed(x0, layers, crosses, lambda seed, name: Cross(seed=seed, name=name))
    joined = _beside(x0, crossed, widths, dropout, batch_norm, deep)
    return click_model("dcn", inputs, [logit_of(joined, last)], optimizer)


def DCNv2(
    fields: Fields,
    *,
    width: int = WIDTH,
    layers: int = 3,
    rank: int | None = None,
    structure: Literal["parallel", "stacked"] = "parallel",
    widths: Sequence[int] = (400, 400, 400),
    dropout: float = 0.0,
    batch_norm: bool = False,
    l2: float = 0.0,
    optimizer: Any = "adam",
    seed: int = 0,
) -> Any:
    """DCN-v2: `x_{l+1} = x_0 ∘ (W_l x_l + b_l) + x_l`, or with `W = U Vᵀ` of low rank (Wang et al. 2021, eq. 1, 2).

    Args:
        fields, width, layers, l2, optimizer, seed: as in `DCN`.
        rank: columns of U and V; None has the full matrix.
        structure: whether the network stands beside the cross layers, as in `DCN`, or on top of them.
        widths, dropout, batch_norm: of the network.

    Returns:
        As `LR`.

    Raises:
        RecoLabError: as `DCN`, or an unknown structure.
    """
    if structure not in ("parallel", "stacked"):
        raise RecoLabError(f"`structure` is 'parallel' or 'stacked', but {structure!r} came.")
    inputs, (tables, crosses, deep, last) = field_inputs(fields), table_seeds(seed, 4)
    x0 = flat(embedded(inputs, fields, width, l2=l2, seed=tables))
    crossed = _crossed(x0, layers, crosses, lambda seed, name: CrossV2(rank=rank, seed=seed, name=name))
    if structure == "parallel":
        joined = _beside(x0, crossed, widths, dropout, batch_norm, deep)
    else:
        joined = deep_part(crossed, widths, dropout=dropout, batch_norm=batch_norm, seed=deep)
    return click_model("dcn_v2", inputs, [logit_of(joined, last)], optimizer)


def XDeepFM(
    fields: Fields,
    *,
    width: int = WIDTH,
    sizes: Sequence[int] = (128, 128),
    widths: Sequence[int] = (400, 400, 400),
    dropout: float = 0.0,
    batch_norm: bool = False,
    l2: float = 0.0,
    optimizer: Any = "adam",
    seed: int = 0,
) -> Any:
    """xDeepFM: `logit = linear + w · CIN + w' · DNN` (Lian et al. 2018, eq. 6 – 12).

    Args:
        fields: the fields of the rows to be trained on, at least two.
        width: length of the fields' vectors.
        sizes: feature maps of each layer of the compressed interaction network.
        widths, dropout, batch_norm: of the network, as in `DeepFM`.
        l2, optimizer: as in `FM`.
        seed: of the initial vectors and weights, and of dropout.

    Returns:
        As `LR`.

    Raises:
        RecoLabError: as `DeepFM`, or fewer than two fields.
    """
    at_least_fields(fields, 2, "xDeepFM", "it interacts fields with each other")
    inputs, (tables, cin, deep, last, deep_last) = field_inputs(fields), table_seeds(seed, 5)
    vectors = embedded(inputs, fields, width, l2=l2, seed=tables)
    interactions = CIN(tuple(sizes), seed=cin, name="cin")(vectors)
    parts = [first_order(inputs, fields, l2=l2), logit_of(interactions, last, bias=False)]
    if widths:
        hidden = deep_part(flat(vectors), widths, dropout=dropout, batch_norm=batch_norm, seed=deep)
        parts.append(logit_of(hidden, deep_last, bias=False, name="deep_logit"))
    return click_model("xdeepfm", inputs, parts, optimizer)


def _crossed(x0: Any, layers: int, seed: int, layer: Any) -> Any:
    if layers < 1:
        raise RecoLabError(f"A cross network needs at least one layer, but layers={layers} came.")
    x = x0
    for number, layer_seed in enumerate(table_seeds(seed, layers), start=1):
        x = layer(layer_seed, f"cross_{number}")([x0, x])
    return x


def _beside(x0: Any, crossed: Any, widths: Sequence[int], dropout: float, batch_norm: bool, seed: int) -> Any:
    if not widths:
        return crossed
    hidden = deep_part(x0, widths, dropout=dropout, batch_norm=batch_norm, seed=seed)
    return keras.layers.Concatenate(name="cross_and_deep")([crossed, hidden])
