"""The networks for ratings against their formulas in NumPy, and what all of them must do alike."""

import numpy as np
import pytest

import recolab as rl
from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.models import DMF, DeepMF, MixedBiasMF, MixedTowersMF, NeuralCF, RatingMLP, Sizes, load_model

SIZES = Sizes(3, 4, mean=3.25, scale=(1, 5))
MOVIELENS = Sizes(943, 1682, mean=3.53)
PAIRS = {"user": np.array([0, 1, 2]), "item": np.array([0, 3, 1])}
Y = np.array([4.0, 2.0, 3.0])

BUILDERS = {
    "linear": lambda data, **more: RatingMLP(data, factors=2, l2=0.1, **more),
    "deep, all options": lambda data, **more: RatingMLP(
        data, factors=2, widths=(4, 3), batch_norm=True, dropout=0.3, residual=True, **more
    ),
    "DeepMF": lambda data, **more: DeepMF(data, factors=2, widths=(3,), **more),
    "NeuralCF paper": lambda data, **more: NeuralCF(data, factors=2, widths=(3, 2), **more),
    "NeuralCF source": lambda data, **more: NeuralCF(data, factors=2, widths=(3, 2), variant="source", **more),
    "mixed 1": lambda data, **more: MixedBiasMF(data, factors=2, bias_factors=2, widths=(3,), sigmoid=True, **more),
    "mixed 2": lambda data, **more: MixedTowersMF(data, factors=2, widths=(3,), dropout=0.3, **more),
}
every_builder = pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)


def given(model):
    return np.asarray(model(PAIRS)).ravel()


def with_drawn_weights(model):
    """The model with all weights drawn anew, so that no zero hides a part that is missing; and the weights by name."""
    rng = np.random.default_rng(5)
    for weight in model.weights:
        drawn = rng.normal(size=weight.shape)
        weight.assign(np.abs(drawn) if "variance" in weight.path else drawn)
    return {layer.name: layer.get_weights() for layer in model.layers if layer.weights}


def rows(weights, kind):
    """The rows of the user's and of the item's table that the pairs look up."""
    return weights[f"user_{kind}"][0][PAIRS["user"]], weights[f"item_{kind}"][0][PAIRS["item"]]


def dense(weights, name, x, *, relu=True):
    kernel, bias = weights[name]
    return np.maximum(x @ kernel + bias, 0) if relu else x @ kernel + bias


def on_scale(total):
    return 1 + 4 / (1 + np.exp(-(np.log(2.25 / 1.75) + total.ravel())))


def test_the_linear_model_weighs_both_embeddings():
    model = RatingMLP(SIZES, factors=2)
    weights = with_drawn_weights(model)
    both = np.hstack(rows(weights, "embedding"))
    assert given(model) == pytest.approx(3.25 + dense(weights, "weigh", both, relu=False).ravel(), rel=1e-5)


def test_a_deep_model_puts_relu_layers_in_between():
    model = RatingMLP(SIZES, factors=2, widths=(4, 3), dropout=0.5)
    weights = with_drawn_weights(model)
    top = dense(weights, "dense_2", dense(weights, "dense_1", np.hstack(rows(weights, "embedding"))))
    assert given(model) == pytest.approx(3.25 + dense(weights, "weigh", top, relu=False).ravel(), rel=1e-5)


def test_deep_mf_adds_biases_and_stays_on_the_scale():
    model = DeepMF(SIZES, factors=2, widths=(3,))
    weights = with_drawn_weights(model)
    top = dense(weights, "dense_1", np.hstack(rows(weights, "embedding")))
    total = dense(weights, "weigh", top, relu=False) + sum(rows(weights, "bias"))
    assert given(model) == pytest.approx(on_scale(total), rel=1e-5)


@pytest.mark.parametrize("variant", ["paper", "source"])
def test_neural_cf_weighs_a_product_and_a_network(variant):
    paper = variant == "paper"
    model = NeuralCF(SIZES, factors=2, widths=(3, 2), variant=variant)
    weights = with_drawn_weights(model)
    g_user, g_item = rows(weights, "product_embedding")
    product = g_user * g_item if paper else (g_user * g_item).sum(axis=1, keepdims=True)
    network = np.hstack(rows(weights, "network_embedding"))
    for name in ("dense_1", "dense_2"):
        network = dense(weights, name, network, relu=paper)
    total = dense(weights, "weigh", np.hstack([product, network]), relu=False) + sum(rows(weights, "bias"))
    assert given(model) == pytest.approx(on_scale(total), rel=1e-5)


@pytest.mark.parametrize("sigmoid", [False, True])
def test_mixed_1_has_a_network_in_place_of_biases(sigmoid):
    model = MixedBiasMF(SIZES, factors=2, bias_factors=3, widths=(4,), sigmoid=sigmoid)
    weights = with_drawn_weights(model)
    e_user, e_item = rows(weights, "embedding")
    bias = dense(weights, "weigh", dense(weights, "dense_1", np.hstack(rows(weights, "bias_embedding"))), relu=False)
    total = (e_user * e_item).sum(axis=1) + bias.ravel()
    assert given(model) == pytest.approx(on_scale(total) if sigmoid else 3.25 + total, rel=1e-5)


def test_mixed_2_compares_what_two_towers_make_of_the_embeddings():
    model = MixedTowersMF(SIZES, factors=2, widths=(3,))
    weights = with_drawn_weights(model)
    t_user, t_item = (
        dense(weights, f"{side}_tower", dense(weights, f"{side}_dense_1", rows_of_side), relu=False)
        for side, rows_of_side in zip(("user", "item"), rows(weights, "embedding"), strict=True)
    )
    total = (t_user * t_item).sum(axis=1) + sum(rows(weights, "bias")).ravel()
    assert given(model) == pytest.approx(3.25 + total, rel=1e-5)


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        (lambda: RatingMLP(MOVIELENS, factors=40), 2625 * 40 + 80 + 1),
        (lambda: RatingMLP(MOVIELENS, factors=40, widths=(60,)), 2625 * 40 + (80 + 1) * 60 + 60 + 1),
        # DeepMF and NeuralCF as in the source notebook.
        (lambda: DeepMF(MOVIELENS), 110_250),
        (lambda: NeuralCF(MOVIELENS, variant="source"), 217_717),
        # A product of 40 entries in place of one number: 39 weights more.
        (lambda: NeuralCF(MOVIELENS, variant="paper"), 217_717 + 39),
        (lambda: MixedBiasMF(MOVIELENS, factors=40, bias_factors=10), 2625 * 50 + 20 + 1),
        (lambda: MixedTowersMF(MOVIELENS, factors=40), 2625 * 41 + 2 * (40 + 1) * 40),
    ],
)
def test_the_number_of_parameters_is_what_the_formula_says(model, parameters):
    assert model().count_params() == parameters


def test_a_linear_model_of_any_size_is_a_number_a_user_plus_a_number_an_item():
    for model in (RatingMLP(SIZES, factors=7), MixedBiasMF(SIZES, factors=1, bias_factors=7)):
        weights = with_drawn_weights(model)
        if "user_embedding" in weights and "user_bias_embedding" in weights:  # the dot product is not under test
            model.get_layer("user_embedding").set_weights([np.zeros((3, 1))])
        grid = rl.models.scores(model, np.arange(3))
        interaction = grid - grid.mean(axis=0) - grid.mean(axis=1, keepdims=True) + grid.mean()
        assert interaction == pytest.approx(np.zeros((3, 4)), abs=1e-5)


def test_the_network_of_the_source_is_linear_and_that_of_the_paper_is_not():
    def interaction(variant):
        model = NeuralCF(SIZES, factors=2, widths=(3, 2), variant=variant)
        weights = with_drawn_weights(model)
        model.get_layer("user_product_embedding").set_weights([np.zeros_like(weights["user_product_embedding"][0])])
        logit = keras.Model(model.inputs, model.get_layer("add_biases").output)
        grid = rl.models.scores(logit, np.arange(3))
        return np.abs(grid - grid.mean(axis=0) - grid.mean(axis=1, keepdims=True) + grid.mean()).max()

    assert interaction("source") < 1e-5
    assert interaction("paper") > 0.01


@every_builder
def test_a_saved_model_comes_back_in_safe_mode_with_its_predictions(build, tmp_path):
    model = build(SIZES)
    with_drawn_weights(model)
    model.save(tmp_path / "model.keras")
    back = load_model(tmp_path / "model.keras")
    assert given(back).tolist() == given(model).tolist()
    assert back.evaluate(PAIRS, Y, verbose=0) == model.evaluate(PAIRS, Y, verbose=0)


@every_builder
def test_the_seed_decides_every_initial_weight(build):
    def start(seed):
        return {weight.path: weight.numpy() for weight in build(SIZES, seed=seed).trainable_weights}

    one, same, other = start(1), start(1), start(2)
    for path, values in one.items():
        assert (values == same[path]).all()
        if "kernel" in path or "embedding" in path.split("/")[0]:
            assert (values != other[path]).any(), path


@every_builder
def test_no_two_weights_start_alike(build):
    drawn = [weight.numpy().ravel() for weight in build(SIZES).trainable_weights if "kernel" in weight.path]
    drawn += [layer.get_weights()[0].ravel() for layer in build(SIZES).layers if "embedding" in layer.name]
    assert len(drawn) > 2
    for place, one in enumerate(drawn):
        for other in drawn[:place]:
            assert not np.isin(one, other).any()


@pytest.mark.parametrize("build", [RatingMLP, DeepMF, NeuralCF, MixedBiasMF, MixedTowersMF])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"factors": 0}, "`factors` must be at least 1, but 0 came"),
        ({"l2": -1.0}, "`l2` must be at least 0, but -1.0 came"),
        ({"widths": (4, 0)}, r"`widths` must be at least 1 each, but \[4, 0\] came"),
    ],
)
def test_impossible_arguments_are_refused(build, arguments, message):
    with pytest.raises(RecoLabError, match=message):
        build(SIZES, **arguments)


def test_empty_bias_vectors_are_refused_by_their_name():
    with pytest.raises(RecoLabError, match="`bias_factors` must be at least 1, but 0 came"):
        MixedBiasMF(SIZES, bias_factors=0)


def test_an_unknown_variant_is_refused():
    with pytest.raises(RecoLabError, match="'paper' or 'source', but 'source-ish' came"):
        NeuralCF(SIZES, variant="source-ish")


@pytest.fixture(scope="module")
def made_up():
    return rl.split.random(rl.load("synthetic", seed=3), test=0.2, valid=0, seed=0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("build", "batch_size"),
    [
        (lambda split, fast: RatingMLP(split, factors=8, l2=0.02, optimizer=fast), 1024),
        (
            lambda split, fast: RatingMLP(
                split, factors=8, widths=(12, 6), batch_norm=True, residual=True, dropout=0.1, optimizer=fast
            ),
            1024,
        ),
        (lambda split, fast: DeepMF(split, factors=8, dropout=0.2, optimizer=fast), 1024),
        (lambda split, fast: NeuralCF(split, factors=8, optimizer=fast), 1024),
        (lambda split, fast: NeuralCF(split, factors=8, variant="source", optimizer=fast), 1024),
        (lambda split, fast: MixedBiasMF(split, factors=8, widths=(8,), sigmoid=True, optimizer=fast), 1024),
        (lambda split, fast: MixedTowersMF(split, factors=8, optimizer=fast), 1024),
        (lambda split, fast: DMF(split, widths=(32, 16), optimizer=fast), 512),  # needs more steps than the others
    ],
    ids=["linear", "deep", "DeepMF", "NeuralCF paper", "NeuralCF source", "mixed 1", "mixed 2", "DMF"],
)
def test_each_model_learns_what_a_user_and_an_item_are_like(build, batch_size, made_up):
    mean = rl.evaluate.ratings(rl.models.GlobalMean(made_up), made_up.test).metrics["rmse"]
    biases = rl.evaluate.ratings(rl.models.BiasBaseline(made_up), made_up.test).metrics["rmse"]
    model = build(made_up, keras.optimizers.Adam(0.005 * batch_size / 512))
    rl.fit(model, made_up.train, epochs=3, batch_size=batch_size, progress=False)
    reached = rl.evaluate.ratings(model, made_up.test).metrics["rmse"]
    assert mean - reached > 0.8 * (mean - biases), f"mean {mean:.3f}, biases {biases:.3f}, reached {reached:.3f}"


@pytest.mark.slow
def test_the_linear_model_learns_biases_whatever_its_size(made_up):
    def learnt(factors):
        model = RatingMLP(made_up, factors=factors, l2=0.01, optimizer=keras.optimizers.Adam(0.01))
        rl.fit(model, made_up.train, epochs=4, batch_size=512, progress=False)
        return model

    errors = [rl.evaluate.ratings(learnt(factors), made_up.test).metrics["rmse"] for factors in (1, 30)]
    biases = rl.evaluate.ratings(rl.models.BiasBaseline(made_up), made_up.test).metrics["rmse"]
    assert errors == pytest.approx([biases] * 2, abs=0.015)
