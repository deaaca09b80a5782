"""The graph of a Keras model: its layers, what each gives, and what feeds it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from recolab.errors import RecoLabError


@dataclass
class Box:
    """One call of a layer (or operation) in a model.

    Attributes:
        name: the layer's own name.
        kind: its class, for example `"Embedding"`.
        shapes: the shapes it gives, one an output, as Keras writes them: `"(None, 40)"`.
        parameters: how many numbers its trainable weights hold; None when an earlier call of the same layer has
            counted them.
        fixed: how many numbers its other weights hold, which training leaves alone.
        is_output: whether an answer of the model comes out here.
        sources: the places, in the list of boxes, of those that feed it; none for an input of the model.
    """

    name: str
    kind: str
    shapes: list[str]
    parameters: int | None
    fixed: int
    is_output: bool
    sources: list[int]


def boxes(model: Any) -> list[Box]:
    """The layers of a functional or sequential Keras model, every one after those that feed it.

    A layer called several times is several boxes, which share its weights.

    Raises:
        RecoLabError: `model` is no Keras model, is subclassed, or has not been built.
    """
    _check(model)
    given: list[Box] = []
    place: dict[tuple[int, int], int] = {}
    counted: set[int] = set()

    def visit(tensor: Any) -> int:
        operation, node_index = _origin(tensor)
        key = (id(operation), node_index)
        if key not in place:
            call = operation._inbound_nodes[node_index]
            sources = list(dict.fromkeys(visit(source) for source in call.input_tensors))
            place[key] = len(given)
            given.append(_box(model, operation, call, sources, again=id(operation) in counted))
            counted.add(id(operation))
        return place[key]

    for output in model.outputs:
        visit(output)
    return given


def _origin(tensor: Any) -> tuple[Any, int]:
    """Which operation made a symbolic tensor, and in which of its calls: Keras' own record."""
    record = tensor._keras_history
    return record.operation, record.node_index


def _check(model: Any) -> None:
    from recolab.backend import keras

    if not isinstance(model, keras.Model):
        raise RecoLabError(
            f"charts.architecture draws Keras models, but received a value of type {type(model).__name__}."
        )
    if isinstance(model, keras.Sequential) and not model.built:
        raise RecoLabError(
            f"The model {model.name!r} has no shapes yet: give it a keras.Input first, or call its build()."
        )
    if not isinstance(model, keras.Sequential) and not hasattr(model, "operations"):
        raise RecoLabError(
            f"charts.architecture draws functional and sequential models, but {type(model).__name__} is a subclass of "
            "keras.Model, whose call() only Python can follow: build it with keras.Input and "
            "keras.Model(inputs, outputs)."
        )


def _box(model: Any, operation: Any, call: Any, sources: list[int], *, again: bool) -> Box:
    answers = {id(tensor) for tensor in model.outputs}
    parameters = _numbers(getattr(operation, "trainable_weights", []))
    fixed = _numbers(getattr(operation, "non_trainable_weights", []))
    return Box(
        name=operation.name,
        kind=type(operation).__name__,
        shapes=[str(tuple(tensor.shape)) for tensor in call.output_tensors],
        parameters=None if again and parameters else parameters,
        fixed=0 if again else fixed,
        is_output=any(id(tensor) in answers for tensor in call.output_tensors),
        sources=sources,
    )


def _numbers(weights: list[Any]) -> int:
    return sum(math.prod(weight.shape) for weight in weights)
