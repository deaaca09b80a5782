"""The three factorisations against numbers worked out by hand."""

import numpy as np
import pytest

from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.models import BiasedMF, ExplicitMF, SigmoidMF, Sizes, load_model

BUILDERS = (ExplicitMF, BiasedMF, SigmoidMF)
SIZES = Sizes(3, 4, mean=3.25, scale=(1, 5))
PAIRS = {"user": np.array([0, 1, 2]), "item": np.array([0, 3, 1])}
# e_u · e_i = 1·0.5 + 2·1, 0·2 + 1·(-1), -1·1 + 0·0
DOTS = np.array([2.5, -1.0, -1.0])
# b_u + b_i = 0.5 + 0, 0 - 1, -0.25 + 0.25
BIASES = np.array([0.5, -1.0, 0.0])


def given(model):
    return np.asarray(model(PAIRS)).ravel()


def test_explicit_mf_is_the_dot_product(with_weights):
    assert given(with_weights(ExplicitMF(SIZES, factors=2))).tolist() == DOTS.tolist()


def test_biased_mf_adds_the_mean_and_both_biases(with_weights):
    assert given(with_weights(BiasedMF(SIZES, factors=2))) == pytest.approx(3.25 + BIASES + DOTS, rel=1e-6)


def test_sigmoid_mf_squeezes_the_same_sum_into_the_scale(with_weights):
    logit_of_mean = np.log(2.25 / 1.75)  # the mean stands 2.25 above the lowest and 1.75 below the highest rating
    expected = 1 + 4 / (1 + np.exp(-(logit_of_mean + BIASES + DOTS)))
    assert given(with_weights(SigmoidMF(SIZES, factors=2))) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("build", [BiasedMF, SigmoidMF])
def test_without_biases_and_embeddings_the_mean_is_predicted(build):
    model = build(SIZES, factors=2)
    for layer in model.layers:
        layer.set_weights([np.zeros_like(weight) for weight in layer.get_weights()])
    assert given(model) == pytest.approx([3.25] * 3, rel=1e-6)


@pytest.mark.parametrize(("build", "parameters"), [(ExplicitMF, 105_000), (BiasedMF, 107_625), (SigmoidMF, 107_625)])
def test_parameters_are_those_of_the_source_notebook(build, parameters):
    model = build(Sizes(943, 1682, mean=3.53))
    assert sum(int(np.prod(weight.shape)) for weight in model.trainable_weights) == parameters
    assert model.count_params() == parameters


@pytest.mark.parametrize("build", BUILDERS)
def test_the_loss_is_the_squared_error_plus_the_penalty_of_each_rating(build, with_weights):
    y = np.array([4.0, 2.0, 3.0])
    model = with_weights(build(SIZES, factors=2, l2=0.1))
    loss = model.evaluate(PAIRS, y, verbose=0, return_dict=True)["loss"]
    # |e_u|² = 5, 1, 1; |e_i|² = 1.25, 5, 1; b_u² = 0.25, 0, 0.0625; b_i² = 0, 1, 0.0625
    embeddings, biases = (5 + 1 + 1) + (1.25 + 5 + 1), (0.25 + 0.0625) + (1 + 0.0625)
    penalty = 0.1 * (embeddings + (biases if build is not ExplicitMF else 0)) / 3
    assert loss == pytest.approx(np.mean((given(model) - y) ** 2) + penalty, rel=1e-5)


@pytest.mark.parametrize("build", BUILDERS)
def test_a_saved_model_comes_back_in_safe_mode_with_its_predictions(build, tmp_path, with_weights):
    model = with_weights(build(SIZES, factors=2, l2=0.1))
    model.save(tmp_path / "model.keras")
    back = load_model(tmp_path / "model.keras")
    assert given(back).tolist() == given(model).tolist()
    assert [type(layer) for layer in back.layers] == [type(layer) for layer in model.layers]
    assert back.evaluate(PAIRS, DOTS, verbose=0) == model.evaluate(PAIRS, DOTS, verbose=0)


@pytest.mark.parametrize("build", BUILDERS)
def test_the_seed_decides_the_initial_embeddings(build):
    def first(seed):
        return build(SIZES, factors=2, seed=seed).get_layer("item_embedding").get_weights()[0]

    assert (first(1) == first(1)).all()
    assert (first(1) != first(2)).any()
    user = build(SIZES, factors=2, seed=1).get_layer("user_embedding").get_weights()[0]
    assert not np.isin(user, first(1)).any()


def test_no_layer_needs_code_to_be_loaded():
    names = {type(layer).__name__ for build in BUILDERS for layer in build(SIZES, factors=2, l2=0.1).layers}
    assert "Lambda" not in names


def test_a_builder_takes_a_split(split):
    model = BiasedMF(split, factors=2)
    assert model.get_layer("user_embedding").input_dim == 3
    assert model.get_layer("item_embedding").input_dim == 4
    assert model.get_layer("add_mean").offset == 3.25


def test_keras_trains_the_model_without_us():
    model = ExplicitMF(Sizes(3, 4), factors=2, optimizer=keras.optimizers.SGD(0.3, momentum=0.9))
    losses = model.fit(PAIRS, np.array([4.0, 2.0, 3.0]), epochs=60, verbose=0).history["loss"]
    assert losses[-1] < 0.1 * losses[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"factors": 0}, "`factors` must be at least 1, but 0 came"),
        ({"l2": -1.0}, "`l2` must be at least 0"),
        ({"l2": float("nan")}, "`l2` must be at least 0"),
    ],
)
@pytest.mark.parametrize("build", BUILDERS)
def test_impossible_arguments_are_refused(build, arguments, message):
    with pytest.raises(RecoLabError, match=message):
        build(SIZES, **arguments)


def test_an_optimizer_of_another_model_is_refused():
    optimizer = keras.optimizers.SGD()
    ExplicitMF(SIZES, optimizer=optimizer)
    with pytest.raises(RecoLabError, match="belongs to another model"):
        ExplicitMF(SIZES, optimizer=optimizer)


def test_a_mean_off_the_scale_is_refused():
    with pytest.raises(RecoLabError, match="must lie inside the scale"):
        SigmoidMF(Sizes(3, 4, mean=0.0))


@pytest.mark.parametrize("sizes", [{"n_users": 0, "n_items": 4}, {"n_users": 3, "n_items": 4, "scale": (5.0, 1.0)}])
def test_impossible_sizes_are_refused(sizes):
    with pytest.raises(RecoLabError):
        Sizes(**sizes)


def test_loading_what_is_not_there_says_so(tmp_path):
    with pytest.raises(RecoLabError, match="no saved model"):
        load_model(tmp_path / "nothing.keras")
