"""Optimizers for tables of millions of rows: a step costs what a batch looks up, not what the table holds."""

from __future__ import annotations

from typing import Any

from recolab.backend import keras, tf
from recolab.errors import RecoLabError


@keras.saving.register_keras_serializable(package="recolab")
class LazyAdam(keras.optimizers.Adam):  # type: ignore[misc]  # Keras ships no types
    """Adam that moves only the rows of a table that a batch looked up.

    For a row r with the gradient g, summed over all its look-ups in the batch, at step t:

        m_r ← β₁ m_r + (1 - β₁) g
        v_r ← β₂ v_r + (1 - β₂) g²
        w_r ← w_r - rate · √(1 - β₂ᵗ) / (1 - β₁ᵗ) · m_r / (√v_r + ε)

    The rule has the name of TensorFlow Addons' `LazyAdam`; PyTorch calls it `SparseAdam`. It deviates from Adam (Kingma
    & Ba 2015), where a row that was not looked up has the gradient 0 and takes part in each step all the same: there
    its moments decay and what is left of m still moves it. Here it stays as it is, moments included, so a rare row
    keeps its momentum until it is looked up again. t counts all steps, not those of the row. Where every row is looked
    up in every batch, and for weights that are no table, both are Adam. Keras' own Adam adds the square of each
    look-up's gradient to v in place of the square of their sum.

    With 10 million rows a step of Adam moves through gigabytes, one of this rule through a few thousand rows. That is
    so for the tables of models of fields, and for any table inside of the compiled loop; in the single steps before it
    TensorFlow copies tables that Keras' `Embedding` looks up.

    Args:
        learning_rate: a number or a schedule of Keras.
        beta_1, beta_2, epsilon: as in Adam.
        name: of the optimizer.

    Raises:
        RecoLabError: a number outside its range.

    Example:
        >>> fields = rl.features.Fields.of_sizes({"user": 9_000_000, "item": 1_000_000})
        >>> model = rl.models.FM(fields, optimizer=rl.models.LazyAdam(0.001))
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        name: str = "lazy_adam",
    ) -> None:
        for label, beta in (("beta_1", beta_1), ("beta_2", beta_2)):
            if not 0 <= beta < 1:
                raise RecoLabError(f"`{label}` must be at least 0 and below 1, but {beta} came.")
        _check(learning_rate, epsilon)
        super().__init__(learning_rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon, name=name)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Move a weight by its gradient, a table by the rows that its gradient holds."""
        if not isinstance(gradient, tf.IndexedSlices):
            super().update_step(gradient, variable, learning_rate)
            return
        rows, total = _totals(gradient, variable.dtype)
        number = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, variable.dtype)
        rate = tf.cast(learning_rate, variable.dtype) * tf.sqrt(1 - self.beta_2**step) / (1 - self.beta_1**step)
        m = self.beta_1 * _rows(self._momentums[number], rows) + (1 - self.beta_1) * total
        v = self.beta_2 * _rows(self._velocities[number], rows) + (1 - self.beta_2) * tf.square(total)
        moved = _rows(variable, rows) - rate * m / (tf.sqrt(v) + self.epsilon)
        for table, values in ((self._momentums[number], m), (self._velocities[number], v), (variable, moved)):
            self.assign(table, tf.IndexedSlices(values, rows))

    def get_config(self) -> dict[str, Any]:
        """What the optimizer was made with, for saving."""
        return _own(super().get_config(), "learning_rate", "beta_1", "beta_2", "epsilon", "name")


@keras.saving.register_keras_serializable(package="recolab")
class LazyAdagrad(keras.optimizers.Adagrad):  # type: ignore[misc]  # Keras ships no types
    """AdaGrad that computes only the rows of a table that a batch looked up (Duchi et al. 2011, sec. 1.1).

    For a row r with the gradient g, summed over all its look-ups in the batch:

        a_r ← a_r + g²
        w_r ← w_r - rate · g / √(a_r + ε)

    This is AdaGrad itself, number for number, at the price of the rows looked up: with the gradient 0 neither a row nor
    its sum of squares would move. Keras' own Adagrad adds the square of each look-up's gradient to a in place of
    the square of their sum, and reads the whole table at each step. (DLRM's "row-wise AdaGrad" has one a for all
    numbers of a row, which this one has not.)

    Args:
        learning_rate: a number or a schedule of Keras.
        initial_accumulator_value: a before the first step. Keras starts at .1, which gradients that are means over a
            batch take long to reach.
        epsilon: as in Keras.
        name: of the optimizer.

    Raises:
        RecoLabError: a number outside its range.
    """

    def __init__(
        self,
        learning_rate: Any = 0.03,
        initial_accumulator_value: float = 1e-6,
        epsilon: float = 1e-7,
        name: str = "lazy_adagrad",
    ) -> None:
        if not initial_accumulator_value >= 0:
            raise RecoLabError(f"`initial_accumulator_value` must be at least 0, but {initial_accumulator_value} came.")
        _check(learning_rate, epsilon)
        super().__init__(learning_rate, initial_accumulator_value, epsilon, name=name)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Move a weight by its gradient, a table by the rows that its gradient holds."""
        if not isinstance(gradient, tf.IndexedSlices):
            super().update_step(gradient, variable, learning_rate)
            return
        rows, total = _totals(gradient, variable.dtype)
        squares = self._accumulators[self._get_variable_index(variable)]
        a = _rows(squares, rows) + tf.square(total)
        moved = _rows(variable, rows) - tf.cast(learning_rate, variable.dtype) * total / tf.sqrt(a + self.epsilon)
        for table, values in ((squares, a), (variable, moved)):
            self.assign(table, tf.IndexedSlices(values, rows))

    def get_config(self) -> dict[str, Any]:
        """What the optimizer was made with, for saving."""
        return _own(super().get_config(), "learning_rate", "initial_accumulator_value", "epsilon", "name")


def _totals(gradient: Any, dtype: Any) -> tuple[Any, Any]:
    """Of every look-up its row, and the sum of the gradients of all look-ups of that row; sorted by row.

    A row that is looked up several times stands there several times, with the same sum: shapes are fixed that way, as
    XLA needs them, and it does not matter which of several equal values is written last.
    """
    order = tf.argsort(gradient.indices, stable=True)
    rows = tf.gather(gradient.indices, order)
    values = tf.gather(tf.cast(gradient.values, dtype), order)
    number = tf.cumsum(tf.concat([[0], tf.cast(rows[1:] != rows[:-1], tf.int32)], axis=0))  # equal rows have one
    return rows, tf.gather(tf.math.unsorted_segment_sum(values, number, tf.size(rows)), number)


def _rows(table: Any, rows: Any) -> Any:
    """Rows of a variable of Keras or TensorFlow, without reading the others."""
    return tf.gather(table.value if isinstance(table, keras.Variable) else table, rows)


def _check(learning_rate: Any, epsilon: float) -> None:
    if isinstance(learning_rate, int | float) and not learning_rate > 0:
        raise RecoLabError(f"`learning_rate` must be above 0, but {learning_rate} came.")
    if not epsilon > 0:
        raise RecoLabError(f"`epsilon` must be above 0, or a gradient of 0 would be divided by 0, but {epsilon} came.")


def _own(config: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: config[name] for name in names}
