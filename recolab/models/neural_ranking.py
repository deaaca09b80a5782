"""GMF, MLP and NeuMF: neural collaborative filtering as its paper has it, for clicks.

He, Liao, Zhang, Nie, Hu & Chua (2017), "Neural collaborative filtering", WWW. Each output is the logit of the paper's
ŷ: what stands inside its last sigmoid. Rankings by one and by the other are the same, except where σ rounds to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.models.building import code_inputs, compiled_for_clicks, dense_stack, look_up_both, table_seeds
from recolab.models.sizes import Sizes
from recolab.split import Split


def GMF(data: Split | Sizes, *, factors: int = 16, l2: float = 0.0, optimizer: Any = "adam", seed: int = 0) -> Any:
    """Generalised matrix factorisation: `ŷ = σ(h · (p_u ∘ q_i))` (eq. 9).

    Train it with `fit(…, negatives=4)`. The last layer has a bias beside h, as the authors' code has.

    Args:
        data: the split to be trained on, or `Sizes`.
        factors: length of the embeddings p and q.
        l2: penalty of the squared lengths of the embeddings looked up for a row, added to its cross entropy.
        optimizer: as Keras' `compile` takes it: a name, or an optimizer that no other model has been given.
        seed: of the initial embeddings and weights.

    Returns:
        A compiled `keras.Model` with the inputs `user` and `item`, codes of shape (batch,), and the logit as output,
        shape (batch, 1); (users + items) × factors + factors + 1 parameters.

    Raises:
        RecoLabError: `factors` below 1, `l2` below 0, or a split without training rows.
    """
    inputs, (tables, last) = code_inputs(), table_seeds(seed, 2)
    product = _product(inputs, Sizes.of(data), factors, l2, tables)
    return compiled_for_clicks("gmf", inputs, _logit(product, last), optimizer)


def MLP(
    data: Split | Sizes,
    *,
    factors: int = 16,
    widths: Sequence[int] | None = None,
    l2: float = 0.0,
    optimizer: Any = "adam",
    seed: int = 0,
) -> Any:
    """A tower on two embeddings: `ŷ = σ(h · a_L(… a_1(W_1 [p_u ; q_i] + b_1)))`, a = relu (eq. 10).

    The widths halve from layer to layer. For 8 predictive factors the paper has the layers 32, 16 and 8 on embeddings
    of 16; we follow its authors' code, where the same layers stand on two embeddings of 32. Train it with
    `fit(…, negatives=4)`.

    Args:
        data: the split to be trained on, or `Sizes`.
        factors: width of the last layer, the paper's "predictive factors".
        widths: outputs of each layer instead; None means 4, 2 and 1 times `factors`. The embeddings have the length of
            the first.
        l2, optimizer, seed: as in `GMF`.

    Returns:
        A compiled `keras.Model` as from `GMF`.

    Raises:
        RecoLabError: a width below 1, no width, `l2` below 0, or a split without training rows.
    """
    inputs, (tables, tower, last) = code_inputs(), table_seeds(seed, 3)
    hidden = _tower(inputs, Sizes.of(data), _widths(factors, widths), l2, tables, tower)
    return compiled_for_clicks("mlp", inputs, _logit(hidden, last), optimizer)


def NeuMF(
    data: Split | Sizes,
    *,
    factors: int = 16,
    widths: Sequence[int] | None = None,
    l2: float = 0.0,
    optimizer: Any = "adam",
    seed: int = 0,
) -> Any:
    """Neural matrix factorisation: GMF and MLP side by side, `ŷ = σ(h · [p^G_u ∘ q^G_i ; z_L])` (eq. 12).

    The two paths have embeddings of their own. `recolab.training.pretrain` starts it from a trained GMF and a trained
    MLP; without that it starts from scratch. Train it with `fit(…, negatives=4)`.

    Args:
        data: the split to be trained on, or `Sizes`.
        factors: length of GMF's embeddings and, unless `widths` say otherwise, width of the tower's last layer.
        widths: as in `MLP`.
        l2, optimizer, seed: as in `GMF`.

    Returns:
        A compiled `keras.Model` as from `GMF`.

    Raises:
        RecoLabError: as from `GMF` and `MLP`.
    """
    inputs, sizes = code_inputs(), Sizes.of(data)
    product_tables, tower_tables, tower, last = table_seeds(seed, 4)
    product = _product(inputs, sizes, factors, l2, product_tables)
    hidden = _tower(inputs, sizes, _widths(factors, widths), l2, tower_tables, tower)
    joined = keras.layers.Concatenate(name="concatenate")([product, hidden])
    return compiled_for_clicks("neumf", inputs, _logit(joined, last), optimizer)


def _product(inputs: dict[str, Any], sizes: Sizes, factors: int, l2: float, seed: int) -> Any:
    embeddings = look_up_both(inputs, sizes, factors, "embedding", l2=l2, seed=seed)
    return keras.layers.Multiply(name="product")(embeddings)


def _tower(
    inputs: dict[str, Any], sizes: Sizes, widths: Sequence[int], l2: float, table_seed: int, tower_seed: int
) -> Any:
    embeddings = look_up_both(inputs, sizes, widths[0], "tower_embedding", l2=l2, seed=table_seed)
    pair = keras.layers.Concatenate(name="pair")(embeddings)
    return dense_stack(pair, widths, name="tower", seed=tower_seed)


def _logit(tensor: Any, seed: int) -> Any:
    start = keras.initializers.LecunUniform(seed)  # the authors' choice
    return keras.layers.Dense(1, kernel_initializer=start, name="logit")(tensor)


def _widths(factors: int, widths: Sequence[int] | None) -> Sequence[int]:
    if widths is not None and not len(widths):
        raise RecoLabError("The tower needs at least one layer, but `widths` is empty: leave it out, or use GMF.")
    return (4 * factors, 2 * factors, factors) if widths is None else widths
