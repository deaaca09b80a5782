import numpy as np
import pytest

from recolab import models, recommend
from recolab.backend import keras
from recolab.errors import RecoLabError

pytestmark = pytest.mark.slow  # each traces a graph

USERS, ITEMS, FACTORS = 60, 40, 4


@pytest.fixture
def split(make_split):
    # The last user has no training row: its row says nothing about what users are like.
    return make_split(USERS, ITEMS, seen=[(user, user % ITEMS) for user in range(USERS - 1)])


def inputs_and_tables(seed):
    """Inputs and looked-up rows of a model with tables drawn from `seed`; their products lie around 3."""
    rng = np.random.default_rng(seed)
    user, item = (keras.Input((), name=name, dtype="int32") for name in ("user", "item"))
    users = keras.layers.Embedding(USERS, FACTORS, name="user_embedding")
    items = keras.layers.Embedding(ITEMS, FACTORS, name="item_embedding")
    rows = users(user), items(item)
    users.set_weights([rng.normal(0.8, 0.4, (USERS, FACTORS))])
    items.set_weights([rng.normal(0.9, 0.4, (ITEMS, FACTORS))])
    return (user, item), rows


@pytest.fixture
def dot_model():
    inputs, rows = inputs_and_tables(seed=1)
    return keras.Model(inputs, keras.layers.Dot(1)(rows))


@pytest.fixture
def deep_model():
    """Biases, dropout and batch norm as well: nothing a closed form could answer."""
    keras.utils.set_random_seed(2)
    (user, item), rows = inputs_and_tables(seed=1)
    bias = keras.layers.Embedding(USERS, 1, name="user_bias")(user)
    hidden = keras.layers.Dense(8, activation="relu")(keras.layers.Concatenate()(rows))
    hidden = keras.layers.Dropout(0.5)(keras.layers.BatchNormalization()(hidden))
    output = keras.layers.Add()([keras.layers.Dense(1)(hidden), bias, keras.layers.Dot(1)(rows)])
    return keras.Model({"user": user, "item": item}, output)


def all_scores(model, split, ratings, **settings):
    """Scores of the items not rated, by raw id."""
    table = recommend.new_user(model, split, ratings, k=split.n_items, **settings)
    return table.set_index("item_id")["score"].sort_index()


@pytest.mark.parametrize("l2", [0.1, 1.0, 10.0])
def test_for_a_dot_product_the_answer_is_ridge_regression(dot_model, split, l2):
    ratings = {100: 5, 103: 1.5, "Film 7": 4, 111: 2}
    codes, values = [0, 3, 7, 11], np.array([5, 1.5, 4, 2])
    users, items = (dot_model.get_layer(name).get_weights()[0] for name in ("user_embedding", "item_embedding"))
    mean, spread = users[:-1].mean(axis=0), users[:-1].std(axis=0)
    seen = items[codes] * spread
    z = np.linalg.solve(seen.T @ seen + l2 * np.eye(FACTORS), seen.T @ (values - items[codes] @ mean))
    expected = np.delete(items @ (mean + spread * z), codes)
    np.testing.assert_allclose(all_scores(dot_model, split, ratings, l2=l2), expected, atol=2e-3)


@pytest.mark.parametrize("which", ["dot_model", "deep_model"])
def test_a_user_of_the_model_is_found_again_from_ratings(which, split, request):
    model = request.getfixturevalue(which)
    grid = recommend.predictions(model, split).clip(1, 5)
    truth = grid.loc["u5"]
    rated = truth.iloc[:30]
    folded = all_scores(model, split, rated.to_dict(), l2=0.01).clip(1, 5)
    hidden = truth.iloc[30:]
    error_of_mean_user = np.sqrt(((grid.mean() - truth).iloc[30:] ** 2).mean())
    assert np.sqrt(((folded - hidden) ** 2).mean()) < 0.15 * error_of_mean_user


def test_ratings_move_a_deep_model_towards_them_and_l2_holds_it_back(deep_model, split):
    low, high = (all_scores(deep_model, split, {100: stars, 101: stars}).mean() for stars in (1, 5))
    held = [all_scores(deep_model, split, {100: stars, 101: stars}, l2=1e6).mean() for stars in (1, 5)]
    assert high - low > 0.5
    assert held[1] - held[0] == pytest.approx(0, abs=1e-3)


def test_recommendations_are_ranked_and_leave_out_what_was_rated(dot_model, split):
    table = recommend.new_user(dot_model, split, {100: 5, "Film 3": 1}, k=5)
    assert list(table.columns) == ["rank", "item_id", "title", "score"]
    assert table["rank"].tolist() == [1, 2, 3, 4, 5]
    assert table["score"].is_monotonic_decreasing
    assert not {100, 103} & set(table["item_id"])


def test_fewer_rows_come_when_few_items_remain(dot_model, split):
    ratings = {100 + code: 3 for code in range(ITEMS - 2)}
    assert set(recommend.new_user(dot_model, split, ratings, k=10)["item_id"]) == {138, 139}


def test_the_model_is_not_changed_and_the_answer_repeats(deep_model, split):
    before = [weight.copy() for weight in deep_model.get_weights()]
    first, second = (recommend.new_user(deep_model, split, {100: 5, 105: 2}) for _ in range(2))
    assert first.equals(second)
    for old, new in zip(before, deep_model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize(
    ("ratings", "sentence"),
    [
        ({}, "at least one rating"),
        ([100, 5], "at least one rating"),
        ({100: 6}, "rating of 100 must lie on the scale from 1 to 5, not 6"),
        ({100: float("nan")}, "must lie on the scale"),
        ({100: "five"}, "must lie on the scale"),
        ({100: 4, 9: 4}, "no item id 9"),
        ({100: 4, "Film 00": 4}, "no item with the id or title 'Film 00'"),
        ({100: 4, "Film 0": 5}, "'Film 0' is rated twice"),
    ],
)
def test_ratings_that_cannot_be_used_are_one_clear_sentence(dot_model, split, ratings, sentence):
    with pytest.raises(RecoLabError, match=sentence):
        recommend.new_user(dot_model, split, ratings)


@pytest.mark.parametrize("l2", [0, -1, float("nan"), "much"])
def test_l2_must_be_positive(dot_model, split, l2):
    with pytest.raises(RecoLabError, match="l2 must be a positive number"):
        recommend.new_user(dot_model, split, {100: 4}, l2=l2)


def test_a_baseline_has_no_row_to_fit(split):
    class Baseline:
        def scores(self, user_codes):
            return np.zeros((len(user_codes), ITEMS))

    with pytest.raises(RecoLabError, match=r"a functional keras\.Model"):
        recommend.new_user(Baseline(), split, {100: 4})


def test_a_model_that_reads_the_user_elsewhere_cannot_fold_in(split):
    (user, item), rows = inputs_and_tables(seed=1)
    number = keras.layers.Rescaling(0.01)(keras.layers.Reshape((1,))(user))
    model = keras.Model([user, item], keras.layers.Add()([keras.layers.Dot(1)(rows), number]))
    with pytest.raises(RecoLabError, match="read by embedding layers alone"):
        recommend.new_user(model, split, {100: 4})


def test_a_table_of_facts_is_not_guessed(split):
    """DMF looks up who rated what; a newcomer's ratings are not numbers to be fitted."""
    with pytest.raises(RecoLabError, match=r"\['user_ratings'\] of this model are not trainable"):
        recommend.new_user(models.DMF(split, seed=0), split, {100: 4})
