"""What holds for every layer that reads fields: configs, files, XLA, gradients, seeds, and one clear sentence."""

import numpy as np
import pytest

from recolab.backend import keras, tf
from recolab.errors import RecoLabError
from recolab.features import Fields
from recolab.layers import (
    CIN,
    Cross,
    CrossedFields,
    CrossV2,
    FieldEmbedding,
    FirstOrder,
    FMSecondOrder,
    InnerProducts,
    InteractingLayer,
    KernelProducts,
    OuterProduct,
    PairAttention,
)

FIELDS = Fields.of_sizes({"user": 4, "item": 6, "hour": 3})

# What it is made with (nothing left at its default where there is a choice), and the shapes of weights and output for
# embeddings of shape (5, 4, 3).
OF_FIELDS = {
    FMSecondOrder: ({}, [], (5, 1)),
    InnerProducts: ({}, [], (5, 6)),
    OuterProduct: ({}, [], (5, 9)),
    KernelProducts: ({"seed": 1}, [(6, 3, 3)], (5, 6)),
    PairAttention: ({"units": 7, "dropout": 0.25, "seed": 1}, [(3, 7), (7,), (7, 1)], (5, 3)),
    InteractingLayer: (
        {"width": 8, "heads": 2, "activation": "tanh", "scaled": True, "dropout": 0.25, "seed": 1},
        [(3, 8)] * 4,
        (5, 4, 8),
    ),
    CIN: ({"sizes": [6, 2], "activation": "tanh", "seed": 1}, [(16, 6), (24, 2)], (5, 8)),
}
CROSSES = {
    Cross: ({"seed": 1}, [(3, 1), (3,)], (5, 3)),
    CrossV2: ({"rank": 2, "seed": 1}, [(3, 2), (3, 2), (3,)], (5, 3)),
}
EMBEDDING = {
    FieldEmbedding: (
        {"fields": FIELDS, "width": 2, "initial": 0.5, "seed": 1, "l2": 0.1, "pooled": False},
        [(17, 2)],
        (5, 3, 2),
    ),
    FirstOrder: ({"fields": FIELDS, "l2": 0.1}, [(17, 1), (1,)], (5, 1)),
    # Four users and unknown, three hours and unknown; of the other pair's 35 combinations some share a weight.
    CrossedFields: (
        {"fields": FIELDS, "crosses": (("user", "hour"), ("user", "item")), "most": 30, "l2": 0.1},
        [(20 + 30, 1)],
        (5, 1),
    ),
}
ALL = {**OF_FIELDS, **CROSSES, **EMBEDDING}
SEEDED = [kind for kind, (settings, _, _) in ALL.items() if "seed" in settings]

every_layer = pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
every_seeded_layer = pytest.mark.parametrize("kind", SEEDED, ids=lambda kind: kind.__name__)


def made(kind, **others):
    return kind(**{**ALL[kind][0], **others})


def given(kind):
    """Something to call it on: five rows."""
    rng = np.random.default_rng(3)
    if kind in EMBEDDING:
        return rng.integers(1, FIELDS.n_features, (5, 3))
    if kind in CROSSES:
        return list(rng.normal(size=(2, 5, 3)).astype(np.float32))
    return rng.normal(size=(5, 4, 3)).astype(np.float32)


def inside_a_model(layer):
    """A functional model of nothing but the layer."""
    example = given(type(layer))
    if isinstance(example, list):
        inputs = [keras.Input(each.shape[1:]) for each in example]
    else:
        inputs = keras.Input(example.shape[1:], dtype=str(example.dtype))
    return keras.Model(inputs, layer(inputs))


@every_layer
def test_its_weights_and_output_have_the_shapes_of_the_formula(kind):
    _, weights, output = ALL[kind]
    layer = made(kind)
    assert layer(given(kind)).shape == output
    assert [weight.shape for weight in layer.weights] == weights


@every_layer
def test_its_config_makes_it_again(kind):
    config = made(kind, name="mine").get_config()
    assert {*ALL[kind][0], "name"} <= {*config}
    assert kind.from_config(config).get_config() == config


@every_layer
def test_a_saved_model_loads_in_safe_mode_and_says_the_same(kind, tmp_path):
    model = inside_a_model(made(kind))
    model.save(tmp_path / "model.keras")
    back = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    assert type(back.layers[-1]) is kind
    assert back.layers[-1].get_config() == model.layers[-1].get_config()
    np.testing.assert_array_equal(back(given(kind)), model(given(kind)))


@every_layer
def test_xla_compiles_it_and_its_gradient(kind):
    model, x = inside_a_model(made(kind)), given(kind)

    @tf.function(jit_compile=True)
    def compiled(inputs):
        with tf.GradientTape() as tape:
            output = model(inputs)
            loss = tf.reduce_sum((output - 1) ** 2)  # some layers start at 0
        return output, [tf.convert_to_tensor(each) for each in tape.gradient(loss, model.trainable_variables)]

    output, gradients = compiled(x)
    np.testing.assert_allclose(output, model(x), rtol=1e-4, atol=1e-6)
    assert [each.shape for each in gradients] == ALL[kind][1]
    assert all(np.isfinite(each).all() and np.any(each) for each in gradients)


@every_layer
def test_it_serves_any_number_of_rows_after_being_built_for_some(kind):
    layer, x = made(kind), given(kind)
    all_rows = layer(x).numpy()
    two_rows = layer([each[:2] for each in x] if isinstance(x, list) else x[:2])
    np.testing.assert_allclose(two_rows, all_rows[:2], rtol=1e-5, atol=1e-7)


@every_seeded_layer
def test_its_seed_decides_how_it_starts(kind):
    def start(seed):
        layer = made(kind, seed=seed)
        layer(given(kind))
        return np.concatenate([weight.ravel() for weight in layer.get_weights()])

    assert start(1).tolist() == start(1).tolist()
    assert start(1).tolist() != start(2).tolist()


@every_seeded_layer
def test_none_of_its_matrices_starts_as_another_one_or_at_zero(kind):
    layer = made(kind)
    layer(given(kind))
    starts = [weight.ravel()[:6].tolist() for weight in layer.get_weights() if weight.ndim > 1]
    assert all(any(start) for start in starts)
    assert len({tuple(start) for start in starts}) == len(starts)


@pytest.mark.parametrize("kind", OF_FIELDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("shape", [(5, 12), (5, 1, 3), (5, 4, 3, 1)])
def test_anything_but_the_embeddings_of_some_fields_is_refused_in_a_sentence(kind, shape):
    with pytest.raises(RecoLabError, match=rf"{kind.__name__} reads the embeddings of . fields or more, .* came"):
        made(kind)(np.ones(shape, np.float32))


@pytest.mark.parametrize("kind", CROSSES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("shapes", [[(5, 3), (5, 4)], [(5, 2, 3), (5, 2, 3)], [(5, 3)]])
def test_a_cross_layer_refuses_anything_but_two_tensors_of_one_shape(kind, shapes):
    with pytest.raises(RecoLabError, match=rf"{kind.__name__} is called on \[x0, x\]"):
        made(kind)([np.ones(shape, np.float32) for shape in shapes])


def test_a_cross_layer_refuses_a_single_tensor():
    with pytest.raises(RecoLabError, match=r"Cross is called on \[x0, x\]"):
        Cross()(np.ones((5, 3), np.float32))


def test_two_fields_are_too_few_for_attention_over_pairs():
    with pytest.raises(RecoLabError, match="embeddings of 3 fields or more"):
        PairAttention(4)(np.ones((5, 2, 3), np.float32))
