"""One table for all fields, and how each kind of field becomes a vector."""

import numpy as np
import pandas as pd
import pytest

from recolab.backend import keras, tf
from recolab.errors import RecoLabError
from recolab.features import Fields
from recolab.layers import FieldEmbedding

FRAME = pd.DataFrame({"sex": ["F", "M"], "genres": [("War", "Drama"), ("War",)], "age": [20, 40]})
KINDS = {"sex": "categorical", "genres": "multi-valued", "age": "numeric"}
# sex: unknown 1, F 2, M 3; genres: unknown 4, Drama 5, War 6; age: 7, as 0 and 1.


def learnt(pooling="mean"):
    return Fields.learn(FRAME, KINDS, pooling=pooling)


def counting(fields, **settings):
    """A layer whose row i is (i, 10 i)."""
    layer = FieldEmbedding(fields, 2, **settings)
    layer.build((None, fields.n_slots), (None, fields.n_weighted) if fields.n_weighted else None)
    layer.set_weights([np.arange(fields.n_features)[:, None] * np.array([[1.0, 10.0]])])
    return layer


def test_a_category_is_a_row_several_values_are_averaged_and_a_number_scales_its_row():
    fields = learnt()
    vectors = counting(fields)(**fields.encode(FRAME)).numpy()
    assert vectors[0].tolist() == [[2, 20], [(5 + 6) / 2, 55], [0, 0]]
    assert vectors[1].tolist() == [[3, 30], [6, 60], [7, 70]]


def test_several_values_are_summed_when_the_fields_say_so():
    fields = learnt(pooling="sum")
    vectors = counting(fields)(**fields.encode(FRAME)).numpy()
    assert vectors[:, 1].tolist() == [[11, 110], [6, 60]]


def test_slots_stay_apart_where_nothing_is_pooled():
    fields = learnt()
    vectors = counting(fields, pooled=False)(**fields.encode(FRAME)).numpy()
    assert vectors[:, :, 0].tolist() == [[2, 6 / 2, 5 / 2, 0], [3, 6, 0, 7]]  # War, Drama; War and an unused slot


def test_it_is_the_weighted_sum_over_the_slots_of_each_field():
    rng = np.random.default_rng(0)
    names = [f"genre {number}" for number in range(9)]
    frame = pd.DataFrame(
        {
            "hour": rng.integers(0, 24, 50),
            "city": rng.integers(0, 5, 50),
            "genres": [tuple(rng.choice(names, rng.integers(1, 6), replace=False)) for _ in range(50)],
            "tags": [tuple(rng.choice(names, rng.integers(1, 3), replace=False)) for _ in range(50)],
            "price": rng.normal(size=50),
            "age": rng.normal(size=50),
        }
    )
    kinds = dict(zip(frame, ["categorical"] * 2 + ["multi-valued"] * 2 + ["numeric"] * 2, strict=True))
    fields = Fields.learn(frame, kinds)
    layer, rows = FieldEmbedding(fields, 4, initial=1, seed=0), fields.encode(frame)
    vectors, table = layer(**rows), layer.get_weights()[0]
    x = np.concatenate([np.ones((50, 2)), rows["weights"]], axis=1)
    by_hand = [
        [sum(x[row, slot] * table[rows["indices"][row, slot]] for slot in range(*span)) for span in fields.slots]
        for row in range(50)
    ]
    assert vectors.shape == (50, 6, 4)
    np.testing.assert_allclose(vectors, by_hand, rtol=1e-4, atol=1e-5)


def test_fields_without_weights_are_rows_of_the_table():
    fields = Fields.of_sizes({"user": 3, "item": 4})
    layer = FieldEmbedding(fields, 2, seed=0)
    vectors = layer(np.array([[1, 5], [3, 8]]))
    table = layer.get_weights()[0]
    assert [weight.shape for weight in layer.weights] == [(fields.n_features, 2)]
    np.testing.assert_array_equal(vectors, table[[[1, 5], [3, 8]]])


def test_rows_start_around_0_with_the_spread_asked_for():
    fields = Fields.of_sizes({"user": 5_000})
    for initial in (0.01, 0.5):
        layer = FieldEmbedding(fields, 4, initial=initial, seed=0)
        layer.build((None, 1))
        table = layer.get_weights()[0]
        assert np.std(table) == pytest.approx(initial, rel=0.02)
        assert abs(np.mean(table)) < 0.03 * initial
    still = FieldEmbedding(fields, 1, initial=0)
    still.build((None, 1))
    assert not np.any(still.get_weights()[0])


def test_what_nobodys_row_holds_does_not_matter():
    fields = learnt()
    layer, rows = counting(fields), fields.encode(FRAME)
    before = layer(**rows).numpy()
    table = layer.get_weights()[0]
    table[0] = 99
    layer.set_weights([table])
    assert layer(**rows).numpy().tolist() == before.tolist()


def test_the_penalty_is_of_the_rows_looked_up_with_a_weight_averaged_over_the_batch():
    fields = learnt()
    layer = counting(fields, l2=0.5)
    layer(**fields.encode(FRAME))
    # |row i|² is 101 i²; the age of the first row is 0, the second row has one genre.
    looked_up = 101 * ((4 + 25 + 36) + (9 + 36 + 49))
    assert [float(loss) for loss in layer.losses] == [0.5 * looked_up / 2]


def test_the_penalty_of_categories_counts_every_row_looked_up():
    fields = Fields.of_sizes({"user": 3, "item": 4})
    layer = counting(fields, l2=0.5)
    layer(np.array([[1, 5], [3, 5]]))
    assert [float(loss) for loss in layer.losses] == [0.5 * 101 * (1 + 25 + 9 + 25) / 2]


def test_without_l2_there_is_no_penalty():
    fields = learnt()
    layer = counting(fields)
    layer(**fields.encode(FRAME))
    assert layer.losses == []


@pytest.mark.parametrize("l2", [0.0, 0.5])
def test_the_gradient_is_of_the_rows_looked_up_alone(l2):
    """A table of a million rows must not cost a million rows a step."""
    fields = learnt()
    layer, rows = counting(fields, l2=l2), fields.encode(FRAME)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(**rows)) + sum(layer.losses)
    gradient = tape.gradient(loss, layer.embeddings.value)
    assert isinstance(gradient, tf.IndexedSlices)
    assert set(gradient.indices.numpy().tolist()) == {2, 3, 5, 6, 0, 7}
    # d/dv of the sum is the x of each slot; of the penalty 2 · l2 / 2 rows · v for each time it is looked up.
    of_the_sum = np.array([0, 0, 1, 1, 0, 0.5, 1.5, 1])[:, None]
    times = np.array([0, 0, 1, 1, 0, 1, 2, 1])[:, None]
    by_hand = of_the_sum + l2 * times * layer.get_weights()[0]
    np.testing.assert_allclose(tf.convert_to_tensor(gradient), by_hand, rtol=1e-5)


def test_half_precision_casts_the_rows_and_keeps_the_table():
    fields = learnt()
    layer = FieldEmbedding(fields, 2, dtype="mixed_float16", seed=0, l2=0.1)
    assert layer(**fields.encode(FRAME)).dtype == "float16"
    assert layer.embeddings.dtype == "float32"


def test_the_fields_travel_inside_a_saved_model(tmp_path):
    fields = learnt()
    inputs = {
        "indices": keras.Input((fields.n_slots,), dtype="int32", name="indices"),
        "weights": keras.Input((fields.n_weighted,), name="weights"),
    }
    model = keras.Model(inputs, FieldEmbedding(fields, 2, seed=0, l2=0.1)(inputs["indices"], inputs["weights"]))
    model.save(tmp_path / "model.keras")
    back = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    assert back.layers[-1].fields == fields
    np.testing.assert_array_equal(back(fields.encode(FRAME)), model(fields.encode(FRAME)))


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([np.ones((2, 4), int)], r"expected `weights` of shape \(batch, 3\).*'sex', 'genres', 'age'.*but nothing came"),
        ([np.ones((2, 3), int), np.ones((2, 3))], r"expected `indices` of shape \(batch, 4\).*\(2, 3\) came"),
        ([np.ones((2, 4), int), np.ones((2, 4))], r"expected `weights` of shape \(batch, 3\).*\(2, 4\) came"),
        ([np.ones(4, int), np.ones((2, 3))], r"expected `indices` of shape \(batch, 4\).*\(4,\) came"),
    ],
)
def test_inputs_that_the_fields_do_not_encode_are_refused_in_a_sentence(inputs, message):
    with pytest.raises(RecoLabError, match=message):
        FieldEmbedding(learnt(), 2)(*inputs)


def test_weights_for_fields_that_have_none_are_refused():
    fields = Fields.of_sizes({"user": 3})
    with pytest.raises(RecoLabError, match=r"expected no `weights`.*\(2, 1\) came"):
        FieldEmbedding(fields, 2)(np.ones((2, 1), int), np.ones((2, 1)))


@pytest.mark.parametrize("wrong", [{"width": 0}, {"l2": -1}, {"l2": float("nan")}, {"initial": -0.1}])
def test_impossible_settings_are_refused(wrong):
    with pytest.raises(ValueError, match=f"Received: {next(iter(wrong))}="):
        FieldEmbedding(**{"fields": learnt(), "width": 2, **wrong})
