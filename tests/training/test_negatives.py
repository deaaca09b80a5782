"""Negatives: who is drawn, how often, and that training knows nothing of held-out rows."""

import numpy as np
import pandas as pd
import pytest

import recolab as rl
from recolab import fit
from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.models import GMF, NeuMF, RankingMF, Sizes
from recolab.training import Negatives
from recolab.training.negatives import sampled_rows
from recolab.training.rows import order

USERS, ITEMS = 6, 13
POSITIVES = pd.DataFrame(
    # User 0 has the first and the last item, user 1 a run of neighbours, user 2 all but one; user 5 has none.
    [(0, 0), (0, 12), (1, 4), (1, 5), (1, 6), *((2, item) for item in range(12)), (3, 7), (4, 12), (4, 3)],
    columns=["user", "item"],
    dtype=np.int32,
)


@pytest.fixture(scope="module")
def model():
    return GMF(Sizes(USERS, ITEMS), factors=2)


def visited(rows, seed=0, epoch=0):
    """User, item and label of every row of an epoch."""
    x, y = rows.take(order(rows.n, seed, epoch), rows.draws(seed, epoch))
    return x["user"].numpy(), x["item"].numpy(), y.numpy()


def drawn(rows, times):
    """How often each item was drawn for each user when every row is visited so many times, shape (users, items)."""
    visits = np.tile(np.arange(rows.n), times)
    draws = np.random.default_rng(0).integers(0, 2**31, (len(visits), rows.draws_per_row), np.int32)
    x, y = rows.take(visits, draws)
    user, item, label = x["user"].numpy(), x["item"].numpy(), y.numpy()
    counts = np.zeros((USERS, ITEMS), int)
    np.add.at(counts, (user[label == 0], item[label == 0]), 1)
    return counts


@pytest.mark.parametrize("grouped", [False, True])
def test_every_positive_is_visited_once_with_its_number_of_negatives(model, grouped):
    user, item, label = visited(sampled_rows(model, POSITIVES, Negatives(3), grouped=grouped, part="training"))
    assert sorted(zip(user[label == 1], item[label == 1], strict=True)) == sorted(map(tuple, POSITIVES.to_numpy()))
    assert (
        np.bincount(user[label == 0], minlength=USERS).tolist()
        == (3 * np.bincount(POSITIVES.user, minlength=USERS)).tolist()
    )


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("popularity", [0.0, 0.75, 1.0])
def test_negatives_follow_their_distribution_and_are_never_positives(model, popularity, grouped):
    rows = sampled_rows(model, POSITIVES, Negatives(4, popularity), grouped=grouped, part="training")
    counts = drawn(rows, 400)
    count = np.bincount(POSITIVES.item, minlength=ITEMS)
    weight = np.tile(np.where(count > 0, count**popularity, popularity == 0), (USERS, 1)).astype(float)
    weight[POSITIVES.user, POSITIVES.item] = 0
    assert counts[weight == 0].sum() == 0
    users = np.unique(POSITIVES.user)
    expected = weight[users] / weight[users].sum(axis=1, keepdims=True) * counts[users].sum(axis=1, keepdims=True)
    # Pearson's statistic: about one for each free cell, with a spread of sqrt(2 · cells); wrong weights make thousands.
    free = expected > 0
    statistic = ((counts[users] - expected)[free] ** 2 / expected[free]).sum()
    cells = free.sum() - len(users)
    assert statistic < cells + 5 * np.sqrt(2 * cells)


def test_an_item_that_only_one_user_lacks_is_drawn_for_that_user_alone(model):
    rows = sampled_rows(model, POSITIVES, Negatives(2), grouped=False, part="training")
    assert drawn(rows, 3)[2].tolist() == [0] * 12 + [72]  # 12 positives × 2 negatives × 3 visits


def test_each_epoch_draws_anew_and_the_seed_decides(model):
    rows = sampled_rows(model, POSITIVES, Negatives(4), grouped=True, part="training")
    epochs = {visited(rows, seed, epoch)[1].tobytes() for seed in (0, 1) for epoch in (0, 1)}
    assert len(epochs) == 4
    assert (visited(rows, 1, 1)[1] == visited(rows, 1, 1)[1]).all()


class Looks(keras.callbacks.Callback):
    """Keeps what each batch of Keras' own loop holds, by being asked at every batch."""

    def on_train_batch_end(self, batch, logs=None):
        pass


@pytest.mark.slow
def test_training_may_draw_held_out_positives_and_knows_nothing_of_them():
    split = rl.split.leave_last_out(rl.load("synthetic"))
    model = GMF(split, factors=2)
    rows = sampled_rows(model, split.train, Negatives(4), grouped=False, part="training")
    user, item, label = visited(rows)
    negatives = pd.MultiIndex.from_arrays([user[label == 0], item[label == 0]])
    assert not negatives.isin(pd.MultiIndex.from_frame(split.train[["user", "item"]])).any()
    held_out = pd.concat([split.valid, split.test])
    hits = negatives.isin(pd.MultiIndex.from_frame(held_out[["user", "item"]])).sum()
    # Each of a user's draws hits one of the two held-out items with probability 2 / (items not in training).
    seen = np.bincount(split.train.user, minlength=split.n_users)
    expected = (4 * seen * 2 / (split.n_items - seen)).sum()
    assert abs(hits - expected) < 5 * np.sqrt(expected)


@pytest.mark.slow
@pytest.mark.parametrize(
    "build",
    [
        lambda sizes: GMF(sizes, factors=2),
        lambda sizes: RankingMF(sizes, loss="bpr", factors=2, negatives=3),
        lambda sizes: RankingMF(sizes, loss="warp", factors=2, negatives=4),
    ],
)
def test_the_compiled_loop_and_keras_own_loop_train_on_the_same_draws(build):
    negatives = 3 if build(Sizes(2, 2)).loss.name == "binary_crossentropy" else None
    histories = []
    for callbacks in ([], [Looks()]):
        model = build(Sizes(USERS, ITEMS))
        given = {"negatives": negatives, "batch_size": 8, "epochs": 4, "seed": 2, "progress": False}
        if callbacks:
            with pytest.warns(UserWarning, match="every batch"):
                log = fit(model, POSITIVES, validation=POSITIVES.head(3), callbacks=callbacks, **given)
        else:
            log = fit(model, POSITIVES, validation=POSITIVES.head(3), **given)
        histories.append(pd.DataFrame(log.history))
    pd.testing.assert_frame_equal(*histories, rtol=1e-4)
    assert histories[0]["loss"].iloc[-1] != histories[0]["loss"].iloc[0]


@pytest.mark.slow
def test_the_seed_decides_every_digit_of_a_training_with_negatives():
    def trained(seed):
        model = NeuMF(Sizes(USERS, ITEMS), factors=2)
        fit(model, POSITIVES, negatives=Negatives(4, popularity=0.5), batch_size=8, epochs=2, seed=seed, progress=False)
        return b"".join(weight.numpy().tobytes() for weight in model.weights)

    first = trained(1)
    assert first == trained(1)
    assert first != trained(2)


def test_memory_follows_the_interactions_and_not_users_times_items():
    rng = np.random.default_rng(0)
    users = items = 1_000_000
    frame = pd.DataFrame({"user": rng.integers(0, users, 2_000_000), "item": rng.integers(0, items, 2_000_000)})
    codes = {name: keras.Input((), dtype="int32", name=name) for name in ("user", "item")}
    tables = [keras.layers.Embedding(users, 1, embeddings_initializer="zeros")(code) for code in codes.values()]
    model = keras.Model(codes, keras.layers.Dot(axes=1)(tables))
    rows = sampled_rows(model, frame, Negatives(4, popularity=0.75), grouped=False, part="training")
    held = sum(tensor.numpy().nbytes for tensor in rows.tensors.values())
    assert held < 60 * (len(frame) + users + items)  # bytes; a mask of users × items would take 125 GB
    positions = np.arange(50_000)
    x, y = rows.take(positions, rows.draws(0, 0)[positions])
    asked = pd.MultiIndex.from_arrays([x["user"].numpy()[y == 0], x["item"].numpy()[y == 0]])
    assert not asked.isin(pd.MultiIndex.from_frame(frame.astype(np.int32))).any()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"negatives": 0}, "`negatives` must be a whole number of at least 1, but 0 came"),
        ({"negatives": 1.5}, "whole number of at least 1, but 1.5"),
        ({"negatives": 2, "y": np.ones(len(POSITIVES))}, "leave out `y`"),
        ({"negatives": 2, "sample_weight": np.ones(len(POSITIVES))}, "leave out `sample_weight`"),
        ({"negatives": 2, "x": POSITIVES.head(0)}, "The training set is empty"),
        ({"negatives": 2, "x": POSITIVES.assign(item=99)}, "'item' must lie between 0 and 12"),
        ({"negatives": 2, "validation": POSITIVES.head(0)}, "The validation set is empty"),
    ],
)
def test_bad_input_is_one_clear_error(model, given, message):
    with pytest.raises(RecoLabError, match=message):
        fit(model, **{"x": POSITIVES, "progress": False, **given})


def test_a_user_without_a_negative_left_is_named(model):
    everything = pd.DataFrame({"user": 3, "item": np.arange(ITEMS)})
    with pytest.raises(RecoLabError, match=r"1 users \(the first has the code 3\) have touched every item"):
        fit(model, everything, negatives=1, progress=False)
    # Others may be left in the catalogue, but drawing by popularity never reaches an item without rows.
    with pytest.raises(RecoLabError, match="code 0"):
        fit(model, POSITIVES.head(2), negatives=Negatives(1, popularity=1.0), progress=False)


@pytest.mark.parametrize("popularity", [-0.5, np.nan, np.inf])
def test_an_exponent_that_is_none_is_refused(popularity):
    with pytest.raises(RecoLabError, match="finite exponent"):
        Negatives(4, popularity)


def test_a_pairwise_loss_keeps_its_own_number_of_negatives():
    bpr = RankingMF(Sizes(USERS, ITEMS), loss="bpr", negatives=2)
    with pytest.raises(RecoLabError, match="compares each positive with 2 negatives, but negatives=4 came"):
        fit(bpr, POSITIVES, negatives=4, progress=False)


def test_a_model_with_further_inputs_is_refused():
    codes = {name: keras.Input((), dtype="int32", name=name) for name in ("user", "item", "hour")}
    tables = [keras.layers.Embedding(20, 1)(code) for code in codes.values()]
    model = keras.Model(codes, keras.layers.Add()(tables))
    model.compile("sgd", "mse")
    with pytest.raises(RecoLabError, match=r"'user' and 'item' alone, and this one reads \['hour', 'item', 'user'\]"):
        fit(model, POSITIVES.assign(hour=0), negatives=1, progress=False)
