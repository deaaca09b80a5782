"""Logistic regression, the factorisation machine and DeepFM: weights for features, for pairs of them, and a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from recolab.features import Fields
from recolab.layers import FMSecondOrder
from recolab.models.building import table_seeds
from recolab.models.click_building import (
    WIDTH,
    click_model,
    deep_part,
    embedded,
    field_inputs,
    first_order,
    flat,
    logit_of,
)


def LR(fields: Fields, *, l2: float = 0.0, optimizer: Any = "adam") -> Any:
    """Logistic regression: `logit = w_0 + Σ_i w_i x_i`. All weights start at 0, so that there is no seed.

    Args:
        fields: the fields of the rows to be trained on.
        l2: penalty of the squared weights of a row, added to its cross entropy.
        optimizer: as Keras' `compile` takes it: a name, or an optimizer that no other model has been given. With
            hundreds of thousands of features or more take `LazyAdam()`, which moves the rows a batch looked up alone.

    Returns:
        A compiled `keras.Model` with the inputs `indices` and, for multi-valued and numeric fields, `weights` (see
        `recolab.features.Fields`), and the logit as output, shape (batch, 1). `fit(model, frame, target="click")`
        and `predict(model, frame, probabilities=True)` encode a data frame by themselves.

    Raises:
        RecoLabError: `l2` below 0, or an optimizer of another model.
    """
    inputs = field_inputs(fields)
    return click_model("lr", inputs, [first_order(inputs, fields, l2=l2)], optimizer)


def FM(fields: Fields, *, width: int = WIDTH, l2: float = 0.0, optimizer: Any = "adam", seed: int = 0) -> Any:
    """Factorisation machine of order 2: `logit = w_0 + Σ_i w_i x_i + Σ_{i<j} v_i · v_j x_i x_j` (Rendle 2010, eq. 1).

    The pairs are those of features: two genres of one film are a pair as well. The models that build on it, from DeepFM
    on, take one vector a field and know pairs of fields alone.

    Args:
        fields: the fields of the rows to be trained on.
        width: length k of the vectors v.
        l2: penalty of the squared weights and vectors of a row, added to its cross entropy.
        optimizer: as in `LR`.
        seed: of the initial vectors.

    Returns:
        As `LR`.

    Raises:
        RecoLabError: as `LR`, or `width` below 1.
    """
    inputs = field_inputs(fields)
    pairs = FMSecondOrder(name="second_order")(embedded(inputs, fields, width, l2=l2, seed=seed, pooled=False))
    return click_model("fm", inputs, [first_order(inputs, fields, l2=l2), pairs], optimizer)


def DeepFM(
    fields: Fields,
    *,
    width: int = WIDTH,
    widths: Sequence[int] = (400, 400, 400),
    dropout: float = 0.0,
    batch_norm: bool = False,
    l2: float = 0.0,
    optimizer: Any = "adam",
    seed: int = 0,
) -> Any:
    """DeepFM: `logit = y_FM + y_DNN`, on one shared table of vectors (Guo et al. 2017, eq. 1 – 4).

    Args:
        fields, width, l2, optimizer: as in `FM`.
        widths: outputs of each layer of the network; the paper's are 400, 400, 400.
        dropout: share of each layer's outputs set to 0 while training.
        batch_norm: whether each layer is normalised over the batch.
        seed: of the initial vectors and weights, and of dropout.

    Returns:
        As `LR`.

    Raises:
        RecoLabError: as `FM`, a width below 1, or `dropout` outside 0 to 1.
    """
    inputs, (tables, deep, last) = field_inputs(fields), table_seeds(seed, 3)
    vectors = embedded(inputs, fields, width, l2=l2, seed=tables)
    pairs = FMSecondOrder(name="second_order")(vectors)
    hidden = deep_part(flat(vectors), widths, dropout=dropout, batch_norm=batch_norm, seed=deep)
    parts = [first_order(inputs, fields, l2=l2), pairs, logit_of(hidden, last, bias=False)]
    return click_model("deepfm", inputs, parts, optimizer)


def DNN(
    fields: Fields,
    *,
    width: int = WIDTH,
    widths: Sequence[int] = (400, 400, 400),
    dropout: float = 0.0,
    batch_norm: bool = False,
    l2: float = 0.0,
    optimizer: Any = "adam",
    seed: int = 0,
) -> Any:
    """A plain network on the vectors of all fields, the yardstick of the models that add something to it.

    Takes, gives and raises what `DeepFM` does.
    """
    inputs, (tables, deep, last) = field_inputs(fields), table_seeds(seed, 3)
    vectors = embedded(inputs, fields, width, l2=l2, seed=tables)
    hidden = deep_part(flat(vectors), widths, dropout=dropout, batch_norm=batch_norm, seed=deep)
    return click_model("dnn", inputs, [logit_of(hidden, last)], optimizer)
