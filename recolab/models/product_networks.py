"""Product-based networks: inner, outer and kernel products of the fields' vectors in front of a network.

Qu et al. (2016), "Product-based neural networks for user response prediction", ICDM, and Qu et al. (2018), its
extension with kernels, TOIS. The first layer reads the vectors themselves and their products:
`l_1 = relu(W_z z + W_p p + b_1)` (2016, eq. 2).
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

from recolab.backend import keras
from recolab.features import Fields
from recolab.layers import InnerProducts, KernelProducts, OuterProduct
from recolab.models.building import table_seeds
from recolab.models.click_building import (
    WIDTH,
    at_least_fields,
    click_model,
    deep_part,
    embedded,
    field_inputs,
    flat,
    logit_of,
)


def IPNN(fields: Fields, **settings: Any) -> Any:
    """Inner products `p_ij = f_i · f_j` of all pairs of fields (2016, section III-A).

    Args:
        fields: the fields of the rows to be trained on, at least two.
        **settings: `width`, `widths` (of the paper: 400, 400, 400), `dropout`, `batch_norm`, `l2`, `optimizer` and
            `seed`, as in `DeepFM`.

    Returns:
        As `LR`.

    Raises:
        RecoLabError: as `DeepFM`, or fewer than two fields.
    """
    return _pnn("ipnn", fields, lambda _: InnerProducts(name="inner_products"), **settings)


def OPNN(fields: Fields, **settings: Any) -> Any:
    """The outer product `p = f_Σ f_Σᵀ` of the sum of all vectors with itself (2016, eq. 11 – 12).

    What other code calls "outer" is often the kernel product: `KPNN`. Takes, gives and raises what `IPNN` does.
    """
    return _pnn("opnn", fields, lambda _: OuterProduct(name="outer_product"), **settings)


def KPNN(fields: Fields, **settings: Any) -> Any:
    """Kernel products `p_ij = f_iᵀ W_ij f_j` of all pairs of fields (2018).

    Takes, gives and raises what `IPNN` does.
    """
    return _pnn("kpnn", fields, lambda seed: KernelProducts(seed=seed, name="kernel_products"), **settings)


def _pnn(
    name: str,
    fields: Fields,
    products: Any,
    *,
    width: int = WIDTH,
    widths: Sequence[int] = (400, 400, 400),
    dropout: float = 0.0,
    batch_norm: bool = False,
    l2: float = 0.0,
    optimizer: Any = "adam",
    seed: int = 0,
) -> Any:
    at_least_fields(fields, 2, name.upper(), "a product is one of two fields")
    inputs, (tables, kernels, deep, last) = field_inputs(fields), table_seeds(seed, 4)
    vectors = embedded(inputs, fields, width, l2=l2, seed=tables)
    both = keras.layers.Concatenate(name="vectors_and_products")([flat(vectors), products(kernels)(vectors)])
    hidden = deep_part(both, widths, dropout=dropout, batch_norm=batch_norm, seed=deep)
    return click_model(name, inputs, [logit_of(hidden, last)], optimizer)


def _say_what_they_take(*builders: Any) -> None:
    """Let editors and `inspect` see the arguments behind `**settings`."""
    shared = list(inspect.signature(_pnn).parameters.values())
    fields, settings = shared[1], [each for each in shared if each.kind is each.KEYWORD_ONLY]
    for build in builders:
        build.__signature__ = inspect.Signature([fields, *settings])


_say_what_they_take(IPNN, OPNN, KPNN)
