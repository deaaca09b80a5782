"""Matrix factorisation for rankings: one dot product, three losses."""

from __future__ import annotations

from typing import Any, Literal

from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.models.building import code_inputs, compiled_for_clicks, look_up_both
from recolab.models.pairwise_losses import BPR, WARP
from recolab.models.sizes import Sizes
from recolab.split import Split


def RankingMF(
    data: Split | Sizes,
    *,
    factors: int = 40,
    loss: Literal["logistic", "bpr", "warp"] = "bpr",
    negatives: int | None = None,
    l2: float = 0.0,
    optimizer: Any = "adam",
    seed: int = 0,
) -> Any:
    """Matrix factorisation that ranks items: `s = b_u + b_i + e_u · e_i`, trained on positives and drawn negatives.

    The losses, with negatives j that `recolab.fit` draws for each positive i:

    - `"logistic"`: the cross entropy of σ(s), a row at a time (He et al. 2017, eq. 7; the model is the MF of Rendle et
      al. 2020, without its constant b, which the biases of the users express too). Train it with
      `fit(…, negatives=4)`.
    - `"bpr"`: `-log σ(s_ui - s_uj)` (Rendle et al. 2009). `fit` draws negatives by itself.
    - `"warp"`: rank-weighted hinge (Weston et al. 2011). `fit` draws negatives by itself.

    In a difference of scores of one user b_u cancels, so the last two models have none.

    Args:
        data: the split to be trained on, or `Sizes`.
        factors: length of the embeddings.
        loss: which of the three.
        negatives: of `"bpr"` (1 by default) and `"warp"` (at most this many are looked at; 10 by default).
        l2: penalty of the squared lengths of all rows looked up for a row, added to its loss.
        optimizer: as Keras' `compile` takes it: a name, or an optimizer that no other model has been given.
        seed: of the initial embeddings; the biases start at 0.

    Returns:
        A compiled `keras.Model` with the inputs `user` and `item`, codes of shape (batch,), and the score as output of
        shape (batch, 1): a logit for `"logistic"`, else of no scale.

    Raises:
        RecoLabError: an unknown loss, `negatives` for `"logistic"`, `factors` or `negatives` below 1, `l2` below 0, or
            a split without training rows.
    """
    inputs, sizes = code_inputs(), Sizes.of(data)
    compared = _loss(loss, negatives, sizes.n_items)
    embeddings = look_up_both(inputs, sizes, factors, "embedding", l2=l2, seed=seed)
    biases = look_up_both(inputs, sizes, 1, "bias", l2=l2)
    parts = [keras.layers.Dot(axes=1, name="dot")(embeddings), *(biases if compared is None else biases[1:])]
    score = keras.layers.Add(name="add_biases")(parts)
    return compiled_for_clicks(f"{loss}_mf", inputs, score, optimizer, compared)


def _loss(name: str, negatives: int | None, n_items: int) -> Any:
    match name:
        case "logistic":
            if negatives is not None:
                raise RecoLabError(
                    "The logistic loss takes rows one at a time, so `fit` is told how many negatives to draw: leave "
                    f"negatives={negatives} out here and give it there."
                )
            return None
        case "bpr":
            return BPR(1 if negatives is None else negatives)
        case "warp":
            return WARP(n_items, 10 if negatives is None else negatives)
    raise RecoLabError(f"`loss` must be 'logistic', 'bpr' or 'warp', but {name!r} came.")
