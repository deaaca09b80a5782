"""A Keras model asked for every pair of some users with some items.

The graph of a functional model says what depends on the user alone and what on the item alone. That is worked out once
a user and once an item, and only from where the two sides meet is there a row for every pair. A dot product of the two
is one matrix product.
"""

from __future__ import annotations

import inspect
import math
import weakref
from typing import Any

import numpy as np

from recolab.backend import keras, tf
from recolab.errors import RecoLabError
from recolab.features import inputs_of

USER, ITEM = frozenset({"user"}), frozenset({"item"})

BLOCK_NUMBERS = 2**22
"""Numbers in the widest tensor of a block, 16 MB: a larger one leaves the processor's cache and takes longer."""


class Grid:
    """The predictions of one model for users × items, worked out in blocks.

    Args:
        model: a functional `keras.Model` that reads `user`, `item` or both.

    Raises:
        RecoLabError: the model is not functional, or reads something else.
    """

    def __init__(self, model: Any) -> None:
        if not set(inputs_of(model)) <= USER | ITEM:
            raise RecoLabError(
                f"All items can be scored by models that read 'user' and 'item' alone, not {sorted(inputs_of(model))}: "
                "ask `predict` for rows."
            )
        self._graph = _Graph(model)
        self._item_side = tf.function(self._graph.of_items, autograph=False)
        self._pairs = tf.function(self._graph.of_pairs, autograph=False)

    @classmethod
    def of(cls, model: Any) -> Grid:
        """The grid of a model: that of an earlier call, if there was one."""
        if model not in _known:
            _known[model] = cls(model)
        return _known[model]

    def __call__(self, users: np.ndarray, n_items: int) -> np.ndarray:
        """Predictions for some users (codes) and the first `n_items` items, shape (users, n_items), float32."""
        table = np.empty((len(users), n_items), np.float32)
        at_once = max(1, BLOCK_NUMBERS // self._graph.width)
        items_at_once = min(at_once, n_items)
        users_at_once = max(1, at_once // items_at_once)
        for left in range(0, n_items, items_at_once):
            columns = slice(left, min(left + items_at_once, n_items))
            items = _codes(np.arange(columns.start, columns.stop))
            item_side = _run(self._item_side, items)
            for top in range(0, len(users), users_at_once):
                rows = slice(top, top + users_at_once)
                table[rows, columns] = _run(self._pairs, _codes(users[rows]), items, *item_side)
        return table


_known: weakref.WeakKeyDictionary[Any, Grid] = weakref.WeakKeyDictionary()


class _Graph:
    """The nodes of a model by what they depend on."""

    def __init__(self, model: Any) -> None:
        self._inputs = {name: id(tensor) for name, tensor in inputs_of(model).items()}
        self._output = model.outputs[0]
        by_depth = model._nodes_by_depth
        self._nodes = [
            node for depth in sorted(by_depth, reverse=True) for node in by_depth[depth] if not node.is_input
        ]
        self._side = {tensor: frozenset({name}) for name, tensor in self._inputs.items()}
        for node in self._nodes:
            for tensor in node.outputs:
                self._side[id(tensor)] = self._side_of(node)
        meeting = [node for node in self._nodes if self._side_of(node) == USER | ITEM]
        met = {id(tensor): tensor for node in meeting for tensor in node.input_tensors} | {
            id(self._output): self._output
        }
        # What the pairs need of the items.
        self._handed_on = [tensor for tensor in met if self._side[tensor] == ITEM]
        in_pairs = [
            tensor for node in meeting if not self._is_dot(node) for tensor in [*node.input_tensors, *node.outputs]
        ]
        self.width = max((math.prod(tensor.shape[1:]) for tensor in in_pairs), default=1)

    def of_items(self, items: Any) -> list[Any]:
        """What the pairs need of some items."""
        values = self._start(ITEM, items)
        self._work_out(ITEM, values)
        return [values[tensor] for tensor in self._handed_on]

    def of_pairs(self, users: Any, items: Any, *item_side: Any) -> Any:
        """Predictions of the pairs, shape (users, items)."""
        values = self._start(USER, users) | dict(zip(self._handed_on, item_side, strict=True))
        self._work_out(USER, values)
        sizes = tf.size(users), tf.size(items)
        for node in self._nodes:
            if self._side_of(node) == USER | ITEM:
                if self._is_dot(node):
                    values[id(node.outputs[0])] = self._all_dots(node, values)
                else:
                    paired = {id(tensor): self._paired(tensor, values, sizes) for tensor in node.input_tensors}
                    _call(node, paired, values)
        return tf.reshape(self._paired(self._output, values, sizes), sizes)

    def _start(self, side: frozenset[str], codes: Any) -> dict[int, Any]:
        return {self._inputs[name]: codes for name in side if name in self._inputs}

    def _work_out(self, side: frozenset[str], values: dict[int, Any]) -> None:
        """Add the values of all nodes that depend on one side alone."""
        for node in self._nodes:
            if self._side_of(node) == side:
                _call(node, values, values)

    def _paired(self, tensor: Any, values: dict[int, Any], sizes: tuple[Any, Any]) -> Any:
        """A tensor with a row for every pair: users in turn, each with all items."""
        value, (n_users, n_items) = values[id(tensor)], sizes
        if self._side[id(tensor)] == USER:
            return tf.repeat(value, n_items, axis=0)
        if self._side[id(tensor)] == ITEM:
            return tf.tile(value, [n_users, *[1] * (len(value.shape) - 1)])
        return value

    def _side_of(self, node: Any) -> frozenset[str]:
        return frozenset().union(*(self._side[id(tensor)] for tensor in node.input_tensors))

    def _is_dot(self, node: Any) -> bool:
        """Whether a node is the dot product of a vector of the user and one of the item."""
        return (
            isinstance(node.operation, keras.layers.Dot)
            and all(len(tensor.shape) == 2 for tensor in node.input_tensors)
            and {self._side[id(tensor)] for tensor in node.input_tensors} == {USER, ITEM}
        )

    def _all_dots(self, node: Any, values: dict[int, Any]) -> Any:
        """The dot products of all pairs, shape (pairs, 1)."""
        sides = {self._side[id(tensor)]: values[id(tensor)] for tensor in node.input_tensors}
        if node.operation.normalize:
            sides = {side: keras.ops.normalize(vectors, axis=-1) for side, vectors in sides.items()}
        return tf.reshape(tf.matmul(sides[USER], sides[ITEM], transpose_b=True), [-1, 1])


def _call(node: Any, given: dict[int, Any], values: dict[int, Any]) -> None:
    """Add what a node makes of the given values, which are held by the id of the symbolic tensor, to all values."""
    arguments, options = node.arguments.fill_in(given)
    if "training" in inspect.signature(node.operation.call).parameters:
        options["training"] = False
    made = keras.tree.flatten(node.operation(*arguments, **options))
    values.update(zip(map(id, node.outputs), made, strict=True))


def _run(function: Any, *arguments: Any) -> Any:
    """The function as a graph for any number of users and items.

    It is asked for by name: every model brings a graph of its own, which the usual call takes for a mistake.
    """
    shapes = [tf.TensorSpec([None, *tensor.shape[1:]], tensor.dtype) for tensor in arguments]
    return function.get_concrete_function(*shapes)(*arguments)


def _codes(codes: np.ndarray) -> Any:
    return tf.constant(codes, tf.int32)
