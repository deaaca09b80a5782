"""The penalty on looked-up rows."""

import numpy as np
import pytest

from recolab.backend import keras, tf
from recolab.layers import PenalisedEmbedding


@pytest.fixture
def table():
    layer = PenalisedEmbedding(3, 2, l2=0.5)
    layer.build()
    layer.set_weights([np.array([[1, 2], [3, 0], [9, 9]], np.float32)])  # squared lengths 5, 9 and 162
    return layer


def test_the_penalty_is_the_mean_over_the_batch_of_squared_lengths_times_l2(table):
    rows = table(np.array([0, 1]))
    assert rows.numpy().tolist() == [[1, 2], [3, 0]]
    assert [float(loss) for loss in table.losses] == [0.5 * (5 + 9) / 2]


def test_several_codes_a_row_are_summed_and_averaged_over_the_rows(table):
    table(np.array([[0, 1], [0, 0]]))
    assert float(table.losses[0]) == 0.5 * (5 + 9 + 5 + 5) / 2


def test_a_row_looked_up_twice_is_held_back_twice_and_one_not_looked_up_not_at_all(table):
    with tf.GradientTape() as tape:
        table(np.array([0, 0, 1, 0]))
        penalty = table.losses[0]
    gradient = tf.convert_to_tensor(tape.gradient(penalty, table.embeddings.value)).numpy()
    # d/de of 0.5 · count · |e|² / 4 rows
    assert gradient.tolist() == [[3 * 1 / 4, 3 * 2 / 4], [3 / 4, 0], [0, 0]]


def test_the_layer_has_one_weight_of_rows_times_width(table):
    assert [weight.shape for weight in table.weights] == [(3, 2)]


def test_the_strength_survives_config_and_file(table, tmp_path):
    assert PenalisedEmbedding.from_config(table.get_config()).l2 == 0.5
    codes = keras.Input((), dtype="int32")
    keras.Model(codes, table(codes)).save(tmp_path / "model.keras")
    back = keras.saving.load_model(tmp_path / "model.keras").layers[-1]
    assert back.l2 == 0.5
    assert back.get_weights()[0].tolist() == table.get_weights()[0].tolist()


@pytest.mark.parametrize("l2", [-1, float("nan")])
def test_an_impossible_strength_is_refused(l2):
    with pytest.raises(ValueError, match="Received: l2="):
        PenalisedEmbedding(3, 2, l2=l2)
