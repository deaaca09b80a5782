"""Wide & Deep: a linear model with crossed features and a network, trained jointly by an optimizer each.

Cheng et al. (2016), "Wide & deep learning for recommender systems", DLRS.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.features import Fields
from recolab.layers import CrossedFields
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

WIDE = ("first_order", "crossed_fields")
"""Names of the layers of the wide part."""


def WideAndDeep(
    fields: Fields,
    *,
    crosses: Sequence[Sequence[str]] = (),
    width: int = WIDTH,
    widths: Sequence[int] = (400, 400, 400),
    dropout: float = 0.0,
    batch_norm: bool = False,
    l2: float = 0.0,
    optimizer: Any = None,
    seed: int = 0,
) -> Any:
    """Wide & Deep: `logit = w_wide · [x, φ(x)] + w_deep · a_L + b` (eq. 3).

    Args:
        fields: the fields of the rows to be trained on.
        crosses: pairs of names of categorical fields whose combinations get weights of their own, φ(x).
        width: length of the vectors that the network reads; the wide part has a table of its own.
        widths, dropout, batch_norm: of the network, as in `DeepFM`.
        l2: penalty of the squared weights and vectors of a row, added to its cross entropy.
        optimizer: one for all, or None for the paper's two: FTRL with an l1 penalty for the wide part, AdaGrad for the
            deep one, both told of the same loss (`JointOptimizer`).
        seed: of the initial vectors and weights, and of dropout.

    Returns:
        As `LR`.

    Raises:
        RecoLabError: as `DeepFM`, or a crossed field that is unknown or not categorical.
    """
    inputs, (tables, deep, last) = field_inputs(fields), table_seeds(seed, 3)
    hidden = deep_part(
        flat(embedded(inputs, fields, width, l2=l2, seed=tables)),
        widths,
        dropout=dropout,
        batch_norm=batch_norm,
        seed=deep,
    )
    parts = [first_order(inputs, fields, l2=l2), logit_of(hidden, last, bias=False)]
    if crosses:
        parts.append(CrossedFields(fields, crosses, l2=l2, name="crossed_fields")(inputs["indices"]))
    if optimizer is None:
        # Keras lets both start from a sum of squares of .1, which gradients that are means over a batch never reach.
        start = {"initial_accumulator_value": 1e-6}
        wide = keras.optimizers.Ftrl(0.1, l1_regularization_strength=1e-3, **start)
        optimizer = JointOptimizer(wide, keras.optimizers.Adagrad(0.03, **start), WIDE)
    return click_model("wide_and_deep", inputs, parts, optimizer)


@keras.saving.register_keras_serializable(package="recolab")
class JointOptimizer(keras.optimizers.Optimizer):  # type: ignore[misc]  # Keras ships no types
    """Two optimizers for two parts of one model: each step moves both, by gradients of the same loss.

    Args:
        wide: moves the weights of the layers named.
        deep: moves all others.
        layers: names of layers.
    """

    def __init__(self, wide: Any, deep: Any, layers: Sequence[str], name: str = "joint_optimizer") -> None:
        # The rate is nobody's: every part has its own. Keras wants one.
        super().__init__(learning_rate=0.0, name=name)
        self.wide, self.deep, self.layers = keras.optimizers.get(wide), keras.optimizers.get(deep), tuple(layers)

    def build(self, variables: Sequence[Any]) -> None:
        """Make the state of both optimizers.

        Raises:
            RecoLabError: one of them would have nothing to move.
        """
        super().build(variables)
        for optimizer, part in self._parts(variables):
            if not part:
                raise RecoLabError(
                    f"One of the two optimizers has no weights to move: no layer, or every one, is named {self.layers}."
                )
            optimizer.build(part)

    @property
    def variables(self) -> list[Any]:
        """The state of this optimizer and of both parts."""
        return [*super().variables, *self.wide.variables, *self.deep.variables]

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Any] | None = None) -> None:
        """Move every weight by its gradient, each part with its own optimizer."""
        variables = list(trainable_variables if trainable_variables is not None else self._trainable_variables)
        if not self.built:
            self.build(variables)
        gradient_of = {id(variable): gradient for variable, gradient in zip(variables, grads, strict=True)}
        for optimizer, part in self._parts(variables):
            optimizer.apply([gradient_of[id(variable)] for variable in part], part)
        self._iterations.assign_add(1)

    def finalize_variable_values(self, var_list: Sequence[Any]) -> None:
        """Give averaged weights their place, where a part keeps any."""
        for optimizer, part in self._parts(var_list):
            optimizer.finalize_variable_values(part)

    def get_config(self) -> dict[str, Any]:
        """The configuration of both optimizers, for saving."""
        parts = {name: keras.saving.serialize_keras_object(getattr(self, name)) for name in ("wide", "deep")}
        return {**parts, "layers": self.layers, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> JointOptimizer:
        """The optimizer of a saved configuration."""
        parts = {name: keras.saving.deserialize_keras_object(config[name]) for name in ("wide", "deep")}
        return cls(**{**config, **parts})

    def _parts(self, variables: Sequence[Any]) -> list[tuple[Any, list[Any]]]:
        def is_wide(variable: Any) -> bool:
            return variable.path.split("/")[0] in self.layers

        wide = [variable for variable in variables if is_wide(variable)]
        return [(self.wide, wide), (self.deep, [variable for variable in variables if not is_wide(variable)])]
