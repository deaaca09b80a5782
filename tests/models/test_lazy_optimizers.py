"""Optimizers that move the rows of a table that a batch looked up, and no others."""

import numpy as np
import pandas as pd
import pytest

import recolab as rl
from recolab.backend import keras, tf
from recolab.errors import RecoLabError
from recolab.features import Fields
from recolab.models import FM, DeepFM, LazyAdagrad, LazyAdam
from recolab.training import compiled

ROWS, WIDTH, STEPS = 7, 3, 6
RATE = 0.1


@pytest.fixture
def batches():
    """Row and gradient of the look-ups of some batches. Row 2 is met several times a batch, row 6 never."""
    rng = np.random.default_rng(0)
    return [
        (np.array([2, *rng.integers(0, 6, 5), 2], np.int32), rng.normal(size=(7, WIDTH)).astype(np.float32))
        for _ in range(STEPS)
    ]


def start():
    return np.random.default_rng(1).normal(size=(ROWS, WIDTH)).astype(np.float32)


def trained(optimizer, batches, *, in_xla=False, dense=False):
    """The table after some steps of an optimizer, which gets the rows alone or a gradient of the whole table."""
    table = keras.Variable(start())
    optimizer.build([table])

    @tf.function(jit_compile=in_xla)
    def step(rows, gradients):
        slices = tf.IndexedSlices(gradients, rows, tf.constant([ROWS, WIDTH]))
        optimizer.apply([tf.convert_to_tensor(slices) if dense else slices], [table])

    for rows, gradients in batches:
        step(tf.constant(rows), tf.constant(gradients))
    return table.numpy()


def totals(rows, gradients):
    """The sum of the gradients of each row that was looked up."""
    return {row: gradients[rows == row].astype(float).sum(axis=0) for row in np.unique(rows)}


def adam_by_hand(batches, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    table, m, v = start().astype(float), np.zeros((ROWS, WIDTH)), np.zeros((ROWS, WIDTH))
    for t, (rows, gradients) in enumerate(batches, start=1):
        for row, g in totals(rows, gradients).items():
            m[row] = beta_1 * m[row] + (1 - beta_1) * g
            v[row] = beta_2 * v[row] + (1 - beta_2) * g**2
            table[row] -= RATE * np.sqrt(1 - beta_2**t) / (1 - beta_1**t) * m[row] / (np.sqrt(v[row]) + epsilon)
    return table


def adagrad_by_hand(batches, accumulator=0.5, epsilon=1e-7):
    table, a = start().astype(float), np.full((ROWS, WIDTH), accumulator)
    for rows, gradients in batches:
        for row, g in totals(rows, gradients).items():
            a[row] += g**2
            table[row] -= RATE * g / np.sqrt(a[row] + epsilon)
    return table


@pytest.mark.parametrize("in_xla", [False, True])
def test_lazy_adam_by_numpy(batches, in_xla):
    moved = trained(LazyAdam(RATE), batches, in_xla=in_xla)
    np.testing.assert_allclose(moved, adam_by_hand(batches), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("in_xla", [False, True])
def test_lazy_adagrad_by_numpy(batches, in_xla):
    moved = trained(LazyAdagrad(RATE, 0.5), batches, in_xla=in_xla)
    np.testing.assert_allclose(moved, adagrad_by_hand(batches), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("in_xla", [False, True])
def test_lazy_adagrad_is_adagrad(batches, in_xla):
    """A row with the gradient 0 does not move in AdaGrad either, so that leaving it out changes nothing."""
    lazy = trained(LazyAdagrad(RATE, 0.5), batches, in_xla=in_xla)
    dense = trained(keras.optimizers.Adagrad(RATE, 0.5), batches, in_xla=in_xla, dense=True)
    np.testing.assert_allclose(lazy, dense, rtol=1e-6)


def test_lazy_adam_is_adam_where_every_row_is_looked_up(batches):
    everywhere = [(np.concatenate([rows, np.arange(ROWS)]), np.concatenate([g, g])) for rows, g in batches]
    lazy, dense = trained(LazyAdam(RATE), everywhere), trained(keras.optimizers.Adam(RATE), everywhere, dense=True)
    np.testing.assert_allclose(lazy, dense, rtol=1e-5, atol=1e-6)


def test_adam_moves_a_row_after_its_last_look_up_and_lazy_adam_does_not(batches):
    once = [(np.array([3], np.int32), np.ones((1, WIDTH), np.float32))]
    elsewhere = [(np.array([1], np.int32), np.ones((1, WIDTH), np.float32))] * 4
    assert (trained(LazyAdam(RATE), once + elsewhere)[3] == trained(LazyAdam(RATE), once)[3]).all()
    adam = [trained(keras.optimizers.Adam(RATE), steps, dense=True)[3] for steps in (once + elsewhere, once)]
    assert (np.abs(adam[0] - adam[1]) > 0.01).all()


@pytest.mark.parametrize("lazy", [LazyAdam, LazyAdagrad])
def test_the_state_of_a_row_that_is_not_looked_up_stays(lazy, batches):
    optimizer = lazy(RATE)
    table = trained(optimizer, batches)
    assert (table[6] == start()[6]).all()
    fresh = lazy(RATE)
    fresh.build([keras.Variable(start())])
    tables = [
        (mine.numpy(), new.numpy())
        for mine, new in zip(optimizer.variables, fresh.variables, strict=True)
        if mine.shape == (ROWS, WIDTH)
    ]
    assert len(tables) == (2 if lazy is LazyAdam else 1)
    for mine, new in tables:
        assert (mine[6] == new[6]).all()
        assert (mine[2] != new[2]).all()


# Through `fit`: of 50 users and 40 items the first halves alone have rows; tags fill one slot or two.


@pytest.fixture(scope="module")
def fields():
    both = {
        "user": np.arange(50),
        "item": np.arange(50) % 40,
        "tags": [("x", "y") if i % 2 else ("x",) for i in range(50)],
    }
    return Fields.learn(pd.DataFrame(both), {"user": "categorical", "item": "categorical", "tags": "multi-valued"})


@pytest.fixture(scope="module")
def rows(fields):
    rng, n = np.random.default_rng(0), 1_500
    frame = pd.DataFrame({"user": rng.integers(0, 25, n), "item": rng.integers(0, 20, n)})
    frame["tags"] = [("x", "y") if odd else ("x",) for odd in rng.integers(0, 2, n)]
    return frame.assign(click=((frame["user"] % 2) == (frame["item"] % 2)).astype("float32"))


def fitted(fields, rows, optimizer, steps_before, monkeypatch, build=FM, **settings):
    monkeypatch.setattr(compiled, "STEPS_BEFORE_COMPILING", steps_before)
    model = build(fields, width=4, l2=1e-4, optimizer=optimizer, seed=3)
    log = rl.fit(model, rows, target="click", batch_size=64, progress=False, **{"epochs": 3, "seed": 5, **settings})
    return model, log


BY_STEPS, IN_LOOP = 10**6, 0


@pytest.mark.slow
@pytest.mark.parametrize("lazy", [LazyAdam, LazyAdagrad])
def test_the_compiled_loop_and_single_steps_learn_the_same(fields, rows, lazy, monkeypatch):
    (one, log), (other, _) = (fitted(fields, rows, lazy(0.05), before, monkeypatch) for before in (BY_STEPS, IN_LOOP))
    for mine, its in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(mine, its, rtol=1e-3, atol=1e-4)
    assert log.history["loss"][-1] < 0.95 * log.history["loss"][0]


@pytest.mark.slow
@pytest.mark.parametrize("steps_before", [BY_STEPS, IN_LOOP])
def test_rows_that_no_batch_looked_up_stay_where_they_started_and_so_does_nobodys(
    fields, rows, steps_before, monkeypatch
):
    model, _ = fitted(fields, rows, LazyAdam(0.05), steps_before, monkeypatch)
    before = FM(fields, width=4, l2=1e-4, seed=3).get_layer("feature_embedding").get_weights()[0]
    after = model.get_layer("feature_embedding").get_weights()[0]
    seen = np.unique(fields.encode(rows)["indices"])
    assert 0 in seen  # of unused slots; with a number of 0 it has the gradient 0
    moved = (before != after).any(axis=1)
    assert set(np.flatnonzero(moved)) == set(seen) - {0}


@pytest.mark.slow
@pytest.mark.parametrize("steps_before", [BY_STEPS, IN_LOOP])
@pytest.mark.parametrize("lazy", [LazyAdam, LazyAdagrad])
def test_the_seed_decides_every_digit(fields, rows, lazy, steps_before, monkeypatch):
    def digits(seed):
        model, _ = fitted(
            fields, rows, lazy(0.05), steps_before, monkeypatch, lambda *a, **k: DeepFM(*a, widths=(8,), **k), seed=seed
        )
        return b"".join(weight.tobytes() for weight in model.get_weights())

    first = digits(1)
    assert first == digits(1)
    assert first != digits(2)


@pytest.mark.slow
@pytest.mark.parametrize("lazy", [LazyAdam, LazyAdagrad])
def test_a_saved_training_goes_on_where_it_stopped(fields, rows, lazy, monkeypatch, tmp_path):
    model, _ = fitted(fields, rows, lazy(0.05), BY_STEPS, monkeypatch, epochs=1)
    model.save(tmp_path / "model.keras")
    loaded = rl.load_model(tmp_path / "model.keras")
    assert type(loaded.optimizer) is lazy
    assert loaded.optimizer.get_config() == model.optimizer.get_config()
    for each in (model, loaded):
        rl.fit(each, rows, target="click", batch_size=64, initial_epoch=1, epochs=2, progress=False)
    for mine, its in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, its)


def test_a_step_reads_no_whole_table(fields, rows):
    """TensorFlow would copy it each time: rows written singly and whole tables read do not go together."""
    model = FM(fields, width=4, optimizer=LazyAdam(0.05))
    x = {name: tf.constant(values) for name, values in fields.encode(rows[:4]).items()}
    graph = tf.function(model.train_step).get_concrete_function((x, tf.ones((4, 1)))).graph
    whole = [
        operation.name
        for operation in graph.get_operations()
        if operation.type == "ReadVariableOp" and operation.outputs[0].shape.rank == 2
    ]
    assert whole == []
    assert any(operation.type == "ResourceGather" for operation in graph.get_operations())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LazyAdam(beta_1=1.0), "`beta_1` must be at least 0 and below 1, but 1.0 came"),
        (lambda: LazyAdam(beta_2=-0.1), "`beta_2` must be"),
        (lambda: LazyAdam(learning_rate=0.0), "`learning_rate` must be above 0, but 0.0 came"),
        (lambda: LazyAdam(epsilon=0.0), "`epsilon` must be above 0"),
        (lambda: LazyAdagrad(initial_accumulator_value=-1.0), "`initial_accumulator_value` must be at least 0"),
        (lambda: LazyAdagrad(learning_rate=-1), "`learning_rate` must be above 0"),
    ],
)
def test_a_number_outside_its_range_is_refused(make, message):
    with pytest.raises(RecoLabError, match=message):
        make()


def test_a_schedule_is_taken_as_the_rate(batches):
    constant = keras.optimizers.schedules.ExponentialDecay(RATE, 1000, 1.0)
    np.testing.assert_array_equal(trained(LazyAdam(constant), batches), trained(LazyAdam(RATE), batches))
    again = LazyAdam.from_config(LazyAdam(constant).get_config())
    assert (trained(again, batches) == trained(LazyAdam(RATE), batches)).all()
