"""The start of NeuMF from a trained GMF and a trained MLP (He et al. 2017, section 3.4.1)."""

from __future__ import annotations

from typing import Any

import numpy as np

from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.models import GMF, MLP, Sizes
from recolab.training.fitting import fit


def pretrain(
    model: Any,
    x: Any,
    *,
    epochs: int,
    alpha: float = 0.5,
    learning_rate: Any = 0.001,
    l2: float = 0.0,
    seed: int = 0,
    **training: Any,
) -> dict[str, Any]:
    """Give a NeuMF the weights of a GMF and an MLP that are trained for it, in place.

    Both are built in the NeuMF's own sizes and trained with Adam, each on the same rows. Their embeddings and the tower
    are copied; the last layer becomes `h = [alpha · h_GMF ; (1 - alpha) · h_MLP]` (eq. 13), and its bias is mixed
    alike. Go on with `fit` and plain SGD, as the paper does: Adam's memory of the two trainings is not carried over.

    Args:
        model: a compiled `NeuMF`.
        x: the positives to train on, such as `split.train`.
        epochs: how long each of the two is trained.
        alpha: weight of GMF, from 0 to 1; .5 in the paper.
        learning_rate: of Adam, in both trainings: a number, or a Keras schedule.
        l2: penalty of the embeddings of both.
        seed: of both trainings.
        **training: what `fit` takes besides, such as `negatives`, `batch_size` or `callbacks`. Callbacks are used by
            one training after the other.

    Returns:
        The trained models by name: `"gmf"` and `"mlp"`. Their `history` tells how it went.

    Raises:
        RecoLabError: the model is no NeuMF, or `alpha` lies outside its range.
    """
    if not 0 <= alpha <= 1:
        raise RecoLabError(f"`alpha` must lie between 0 and 1, but {alpha} came.")
    gmf, mlp = _halves(model, learning_rate, l2, seed)
    training.setdefault("negatives", 4)
    for half in (gmf, mlp):
        fit(half, x, epochs=epochs, seed=seed, **training)
        for layer in half.layers:
            if layer.weights and layer.name != "logit":
                model.get_layer(layer.name).set_weights(layer.get_weights())
    (of_gmf, bias_of_gmf), (of_mlp, bias_of_mlp) = (half.get_layer("logit").get_weights() for half in (gmf, mlp))
    kernel = np.concatenate([alpha * of_gmf, (1 - alpha) * of_mlp])
    model.get_layer("logit").set_weights([kernel, alpha * bias_of_gmf + (1 - alpha) * bias_of_mlp])
    return {"gmf": gmf, "mlp": mlp}


def _halves(model: Any, learning_rate: float, l2: float, seed: int) -> tuple[Any, Any]:
    """A GMF and an MLP of the sizes of a NeuMF."""
    if getattr(model, "name", None) != "neumf":
        raise RecoLabError(
            f"Pre-training starts a NeuMF (recolab.models.NeuMF), but {getattr(model, 'name', model)!r} came."
        )
    tables = {side: model.get_layer(f"{side}_embedding") for side in ("user", "item")}
    sizes = Sizes(tables["user"].input_dim, tables["item"].input_dim)
    layers = [layer for layer in model.layers if layer.name.startswith("tower_") and hasattr(layer, "units")]
    adams = [keras.optimizers.Adam(learning_rate) for _ in range(2)]
    gmf = GMF(sizes, factors=tables["user"].output_dim, l2=l2, optimizer=adams[0], seed=seed)
    mlp = MLP(sizes, widths=[layer.units for layer in layers], l2=l2, optimizer=adams[1], seed=seed + 1)
    return gmf, mlp
