"""One table for the values of all fields; each field becomes one vector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recolab.backend import keras, tf
from recolab.errors import RecoLabError
from recolab.features import Fields


@keras.saving.register_keras_serializable(package="recolab")
class FieldEmbedding(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """The vector of each field of a row, `e_f = Σ_s x_s v_s`, summed over the slots s of field f.

    A slot holds the index of a value, that is, of a row v of the table, and its number x. A categorical field has one
    slot and x = 1, so its vector is a row of the table. A multi-valued field (genres) has a slot for each value; with
    `x = 1/m` for each of m values its vector is their mean, with `x = 1` their sum. A numeric field has one row, which
    its number scales. This is the input of factorisation machines, `v_i x_i` (Rendle 2010, eq. 1), with what a field
    contributes added up; AutoInt's eq. 2 to 4 (Song et al. 2019) are the same three cases.

    Values are looked up by index: no row of zeros and ones is ever made, and the gradient holds only the rows of the
    table that the batch looked up.

    Args:
        fields: the `recolab.features.Fields` that make the indices, or their config. It is saved with the layer.
        width: length of a row; 1 for first-order weights.
        initial: standard deviation of the initial rows, drawn from N(0, initial²); 0 starts at 0.
        seed: of the initial rows; None draws others each time.
        l2: strength of a penalty of the rows looked up, at least 0: `l2 / B · Σ_b Σ_s |v_s|²`, over the B rows of the
            batch and their slots, slots with x = 0 left out. See `PenalisedEmbedding`.
        pooled: False gives `x_s v_s` of every slot in place of a sum a field, so that the values of a multi-valued
            field stay apart, as Rendle's sum over pairs of features has them.
        **layer: what `keras.layers.Layer` takes besides.

    Called on:
        indices: shape (batch, slots), integers.
        weights: shape (batch, weighted slots): the x of the slots that are not categorical, in the same order. Left
            out if all fields are categorical.

    Returns:
        Shape (batch, fields, width), in the order of `fields.names`; not pooled, shape (batch, slots, width).

    Example:
        >>> fields = rl.features.Fields.of_sizes({"user": 943, "item": 1682})
        >>> FieldEmbedding(fields, 16, seed=0)(np.array([[3, 1000]])).shape
        TensorShape([1, 2, 16])

    Raises:
        ValueError: `width` below 1, or `initial` or `l2` negative or NaN.
        RecoLabError: inputs that have other shapes than `fields` encodes.
    """

    def __init__(
        self,
        fields: Fields | Mapping[str, Any],
        width: int,
        initial: float = 0.01,
        seed: int | None = None,
        l2: float = 0.0,
        pooled: bool = True,
        **layer: Any,
    ) -> None:
        if not width >= 1:
            raise ValueError(f"`width` must be at least 1. Received: width={width}")
        if not initial >= 0:
            raise ValueError(f"`initial` must be a number of at least 0. Received: initial={initial}")
        if not l2 >= 0:
            raise ValueError(f"`l2` must be a number of at least 0. Received: l2={l2}")
        super().__init__(**layer)
        self.fields = fields if isinstance(fields, Fields) else Fields.from_config(fields)
        self.width = int(width)
        self.initial = float(initial)
        self.seed = seed
        self.l2 = float(l2)
        self.pooled = bool(pooled)

    def build(self, indices_shape: Any, weights_shape: Any = None) -> None:
        self._check("indices", indices_shape, self.fields.n_slots)
        self._check("weights", weights_shape, self.fields.n_weighted)
        self.embeddings = self.add_weight(
            shape=(self.fields.n_features, self.width),
            initializer=keras.initializers.RandomNormal(stddev=self.initial, seed=self.seed),
            autocast=False,  # the rows are cast, not the table
            name="embeddings",
        )

    def call(self, indices: Any, weights: Any = None) -> Any:
        # `keras.ops.take` reads the whole table, and TensorFlow copies a table that is read so and written by rows.
        rows = tf.gather(self.embeddings.value, keras.ops.cast(indices, "int32"))
        rows = keras.ops.cast(rows, self.compute_dtype)
        if self.l2:
            self.add_loss(self._penalty(rows, weights))
        if weights is None:
            return rows
        categorical = self._categorical_slots
        weighted = rows[:, categorical:] * keras.ops.expand_dims(weights, -1)
        return keras.ops.concatenate([rows[:, :categorical], *self._pool(weighted, categorical)], axis=1)

    def get_config(self) -> dict[str, Any]:
        own = {"width": self.width, "initial": self.initial, "seed": self.seed, "l2": self.l2, "pooled": self.pooled}
        return {**super().get_config(), "fields": self.fields.to_config(), **own}

    def _pool(self, weighted: Any, categorical: int) -> list[Any]:
        """What the slots behind the categorical ones give: a sum a field, or all of them as they are."""
        if not self.pooled:
            return [weighted]
        return [
            keras.ops.sum(weighted[:, first - categorical : past - categorical], axis=1, keepdims=True)
            for first, past in self.fields.slots
            if first >= categorical
        ]

    @property
    def _categorical_slots(self) -> int:
        return int(self.fields.n_slots - self.fields.n_weighted)

    def _penalty(self, rows: Any, weights: Any) -> Any:
        squares = keras.ops.sum(keras.ops.square(rows), axis=-1)
        if weights is not None:
            categorical = self._categorical_slots
            used = keras.ops.where(keras.ops.equal(weights, 0), 0, squares[:, categorical:])
            squares = keras.ops.concatenate([squares[:, :categorical], used], axis=1)
        return self.l2 * keras.ops.sum(squares) / keras.ops.cast(keras.ops.shape(rows)[0], rows.dtype)

    def _check(self, name: str, shape: Any, slots: int) -> None:
        if shape is None and not slots:
            return
        if shape is None or len(shape) != 2 or shape[1] != slots or not slots:
            came = "nothing" if shape is None else f"the shape {tuple(shape)}"
            wanted = f"`{name}` of shape (batch, {slots})" if slots else f"no `{name}`"
            raise RecoLabError(
                f"FieldEmbedding expected {wanted}, because its fields are {list(self.fields.names)}, but {came} came: "
                "give it what `fields.encode` returns."
            )
