"""What every builder does: read codes, look them up in tables, stack layers, compile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.layers import PenalisedEmbedding
from recolab.models.sizes import Sizes

START = 0.01
"""Standard deviation of the initial vectors: small, so that the first predictions are the mean and the biases."""


def code_inputs() -> dict[str, Any]:
    """The inputs `user` and `item`: codes, shape (batch,), int32. Tables of ratings have columns of these names."""
    return {name: keras.Input((), dtype="int32", name=name) for name in ("user", "item")}


def table_seeds(seed: int, tables: int) -> list[int]:
    """A seed for each of a model's tables and networks, so that no two start alike."""
    return [int(each) for each in np.random.SeedSequence(seed).generate_state(tables)]


def look_up(codes: Any, rows: int, width: int, name: str, *, l2: float = 0.0, seed: int | None = None) -> Any:
    """The rows of a new embedding table that belong to some codes, shape (batch, width).

    Args:
        codes: one of `code_inputs`.
        rows: rows of the table.
        width: length of a row.
        name: name of the layer: `user_embedding`, `item_embedding`, `user_bias` or `item_bias`, which is where
            `recommend` and `charts` look, or one of your own.
        l2: penalty of each row looked up (`recolab.layers.PenalisedEmbedding`).
        seed: of the initial rows, drawn from N(0, START²); None starts at 0, as biases do.

    Raises:
        RecoLabError: a width (`factors`) below 1, or a penalty below 0.
    """
    if width < 1:
        raise RecoLabError(f"`factors` must be at least 1, but {width} came.")
    if not l2 >= 0:
        raise RecoLabError(f"`l2` must be at least 0, but {l2} came.")
    start = "zeros" if seed is None else keras.initializers.RandomNormal(stddev=START, seed=seed)
    kind, penalty = (PenalisedEmbedding, {"l2": l2}) if l2 else (keras.layers.Embedding, {})
    return kind(rows, width, embeddings_initializer=start, name=name, **penalty)(codes)


def look_up_both(
    inputs: dict[str, Any], sizes: Sizes, width: int, kind: str, *, l2: float = 0.0, seed: int | None = None
) -> list[Any]:
    """The user's and the item's row of two new tables, `user_<kind>` and `item_<kind>`; otherwise as `look_up`."""
    user_seed, item_seed = (None, None) if seed is None else table_seeds(seed, 2)
    return [
        look_up(inputs["user"], sizes.n_users, width, f"user_{kind}", l2=l2, seed=user_seed),
        look_up(inputs["item"], sizes.n_items, width, f"item_{kind}", l2=l2, seed=item_seed),
    ]


def rating_from(total: Any, sizes: Sizes, *, sigmoid: bool) -> Any:
    """The rating that a sum of shape (batch, 1) stands for, such that the sum 0 stands for the mean rating.

    Without the sigmoid `mu + total`; with it `low + (high - low) · sigma(c + total)`, where c is chosen so that 0 gives
    mu. mu and c are constants of the model, not parameters.

    Raises:
        RecoLabError: with the sigmoid, a mean that does not lie inside the scale.
    """
    low, high = sizes.scale
    if not sigmoid:
        return keras.layers.Rescaling(1.0, offset=sizes.mean, name="add_mean")(total)
    if not low < sizes.mean < high:
        raise RecoLabError(f"The mean of the ratings must lie inside the scale {sizes.scale}, but {sizes.mean} came.")
    share = (sizes.mean - low) / (high - low)
    logit = keras.layers.Rescaling(1.0, offset=float(np.log(share / (1 - share))), name="add_mean")(total)
    inside = keras.layers.Activation("sigmoid", name="sigmoid")(logit)
    return keras.layers.Rescaling(high - low, offset=low, name="to_scale")(inside)


def compiled_for_ratings(name: str, inputs: dict[str, Any], output: Any, optimizer: Any, loss: Any = "mse") -> Any:
    """The model, compiled for squared error unless told otherwise, with the metrics `rmse` and `mae`.

    Raises:
        RecoLabError: the optimizer belongs to another model.
    """
    metrics = [keras.metrics.RootMeanSquaredError(name="rmse"), keras.metrics.MeanAbsoluteError(name="mae")]
    return _compiled(keras.Model(inputs, output, name=name), optimizer, loss, metrics)


def compiled_for_clicks(name: str, inputs: dict[str, Any], logit: Any, optimizer: Any, loss: Any = None) -> Any:
    """The model, compiled for the cross entropy of its logits and targets of 0 and 1, or for another loss.

    Raises:
        RecoLabError: the optimizer belongs to another model.
    """
    loss = loss or keras.losses.BinaryCrossentropy(from_logits=True)
    return _compiled(keras.Model(inputs, logit, name=name), optimizer, loss, [])


def _compiled(model: Any, optimizer: Any, loss: Any, metrics: list[Any]) -> Any:
    if getattr(optimizer, "built", False):
        raise RecoLabError("The optimizer belongs to another model already: make a new one for each model.")
    model.compile(optimizer=optimizer, loss=loss, metrics=metrics)
    model.optimizer.build(model.trainable_variables)  # or a model saved before its training would load with a warning
    return model


def dense_stack(
    tensor: Any,
    widths: Sequence[int],
    *,
    activation: str | None = "relu",
    batch_norm: bool = False,
    dropout: float = 0.0,
    residual: bool = False,
    name: str = "dense",
    seed: int = 0,
) -> Any:
    """A network of dense layers on a tensor: for each width Dense → batch norm → activation → dropout.

    Batch norm comes before the activation, as its paper has it (Ioffe & Szegedy 2015), and dropout last: in front of
    batch norm it would change the variance that batch norm learns, which is another one once dropout is off.

    Args:
        tensor: what goes in, shape (batch, width).
        widths: outputs of each layer; `()` gives the tensor back as it is.
        activation: name of a Keras activation; None leaves the layers linear.
        batch_norm: whether each layer is normalised over the batch. The layers then have no bias of their own: batch
            norm would subtract it, and adds one itself.
        dropout: share of each layer's outputs set to 0 while training, at least 0 and below 1.
        residual: whether each layer adds to what it gets, `y = x + F(x)`, in place of replacing it (He et al. 2016).
            Where the widths of x and F(x) differ, a linear map without bias brings x to the width of F(x).
        name: the layers are called `<name>_1`, `<name>_1_batch_norm`, `<name>_1_activation`, `<name>_1_dropout`,
            `<name>_1_projection` and `<name>_1_add`, those of the next width `<name>_2`, and so on.
        seed: of the initial weights and of the dropout masks.

    Returns:
        A tensor of shape (batch, last width).

    Raises:
        RecoLabError: a width below 1, or `dropout` outside its range.
    """
    if any(width < 1 for width in widths):
        raise RecoLabError(f"`widths` must be at least 1 each, but {list(widths)} came.")
    if not 0 <= dropout < 1:
        raise RecoLabError(f"`dropout` must be at least 0 and below 1, but {dropout} came.")
    layers = keras.layers
    for number, (width, layer_seed) in enumerate(zip(widths, table_seeds(seed, len(widths)), strict=True), start=1):
        label = f"{name}_{number}"
        kernel_seed, mask_seed, projection_seed = table_seeds(layer_seed, 3)
        out = layers.Dense(width, use_bias=not batch_norm, kernel_initializer=glorot(kernel_seed), name=label)(tensor)
        if batch_norm:
            out = layers.BatchNormalization(name=f"{label}_batch_norm")(out)
        if activation is not None:
            out = layers.Activation(activation, name=f"{label}_activation")(out)
        if dropout:
            out = layers.Dropout(dropout, seed=mask_seed, name=f"{label}_dropout")(out)
        if residual:
            beside = _projected(tensor, width, f"{label}_projection", projection_seed)
            out = layers.Add(name=f"{label}_add")([beside, out])
        tensor = out
    return tensor


def glorot(seed: int) -> Any:
    """The initial kernel of a dense layer (Glorot & Bengio 2010), Keras' default with a seed."""
    return keras.initializers.GlorotUniform(seed)


def _projected(tensor: Any, width: int, name: str, seed: int) -> Any:
    """The tensor, brought to a width by a linear map unless it has it already."""
    if tensor.shape[-1] == width:
        return tensor
    return keras.layers.Dense(width, use_bias=False, kernel_initializer=glorot(seed), name=name)(tensor)
