"""Which embedding tables and fields a Keras model has, and which of its inputs each table looks up."""

from __future__ import annotations

from typing import Any

from recolab.errors import RecoLabError
from recolab.features.fields import Fields


def embedding_tables(model: Any) -> dict[str, str]:
    """Names of the embedding layers fed directly by an input, with the name of that input.

    Raises:
        RecoLabError: the model is not a functional Keras model.
    """
    from recolab.backend import keras

    return {
        layer.name: name
        for name in inputs_of(model)
        for layer in fed_by(model, name)
        if isinstance(layer, keras.layers.Embedding)
    }


def fed_by(model: Any, name: str) -> list[Any]:
    """Every layer or operation of a functional model that reads its input `name`."""
    source = inputs_of(model)[name]
    inside = {id(node) for nodes in model._nodes_by_depth.values() for node in nodes}
    return [
        operation
        for operation in model.operations
        for node in operation._inbound_nodes
        if id(node) in inside and any(tensor is source for tensor in node.input_tensors)
    ]


def inputs_of(model: Any) -> dict[str, Any]:
    """The inputs of a functional Keras model by name.

    Raises:
        RecoLabError: the model is not a functional Keras model.
    """
    if not hasattr(model, "_nodes_by_depth"):  # only functional models have a graph
        raise RecoLabError(
            "This needs a functional keras.Model, such as those of recolab.models, whose inputs have names, but a "
            f"{type(model).__name__} came."
        )
    return {tensor.name: tensor for tensor in model.inputs}


def fields_of(model: Any) -> Fields | None:
    """The fields of the rows that a model reads, or None: those of its layers with an attribute `fields`.

    Raises:
        RecoLabError: its layers were built for different fields.
    """
    layers = model._flatten_layers()  # those inside other layers too
    found = [layer.fields for layer in layers if isinstance(getattr(layer, "fields", None), Fields)]
    if any(fields is not found[0] and fields != found[0] for fields in found):
        raise RecoLabError("The layers of a model must be built for the same fields, but here they differ.")
    return found[0] if found else None
