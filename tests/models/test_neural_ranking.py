"""GMF, MLP and NeuMF against their formulas in NumPy, and their pre-training."""

import numpy as np
import pandas as pd
import pytest

import recolab as rl
from recolab.errors import RecoLabError
from recolab.models import GMF, MLP, NeuMF, Sizes, load_model
from recolab.training import pretrain

SIZES = Sizes(5, 7)
USER, ITEM = np.array([0, 3, 4, 1]), np.array([6, 0, 2, 2])
PAIRS = {"user": USER, "item": ITEM}


def weights(model):
    return {layer.name: layer.get_weights() for layer in model.layers if layer.weights}


def relu(x):
    return np.maximum(x, 0)


def shaken(model):
    """The model with larger weights than it starts with, biases included."""
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(0, 0.5, weight.shape) for weight in model.get_weights()])
    return model


def test_gmf_is_equation_9():
    model = shaken(GMF(SIZES, factors=3))
    w = weights(model)
    h, bias = w["logit"]
    expected = (w["user_embedding"][0][USER] * w["item_embedding"][0][ITEM]) @ h + bias
    np.testing.assert_allclose(model(PAIRS), expected, rtol=1e-5)


def tower(w):
    z = np.concatenate([w["user_tower_embedding"][0][USER], w["item_tower_embedding"][0][ITEM]], axis=1)
    for name in ("tower_1", "tower_2", "tower_3"):
        kernel, bias = w[name]
        z = relu(z @ kernel + bias)
    return z


def test_mlp_is_equation_10():
    model = shaken(MLP(SIZES, factors=2))
    w = weights(model)
    h, bias = w["logit"]
    np.testing.assert_allclose(model(PAIRS), tower(w) @ h + bias, rtol=1e-5)


def test_neumf_is_equation_12():
    model = shaken(NeuMF(SIZES, factors=2))
    w = weights(model)
    h, bias = w["logit"]
    product = w["user_embedding"][0][USER] * w["item_embedding"][0][ITEM]
    np.testing.assert_allclose(model(PAIRS), np.concatenate([product, tower(w)], axis=1) @ h + bias, rtol=1e-5)


def test_the_tower_halves_as_in_the_paper():
    shapes = {name: [w.shape for w in both] for name, both in weights(NeuMF(Sizes(943, 1682), factors=8)).items()}
    assert shapes["user_tower_embedding"] == [(943, 32)]
    assert shapes["tower_1"] == [(64, 32), (32,)]
    assert shapes["tower_2"] == [(32, 16), (16,)]
    assert shapes["tower_3"] == [(16, 8), (8,)]
    assert shapes["logit"] == [(16, 1), (1,)]


def test_parameters_are_those_of_the_formulas():
    assert GMF(Sizes(943, 1682), factors=16).count_params() == (943 + 1682) * 16 + 16 + 1
    layers = 128 * 64 + 64 + 64 * 32 + 32 + 32 * 16 + 16
    assert MLP(Sizes(943, 1682), factors=16).count_params() == (943 + 1682) * 64 + layers + 16 + 1
    assert NeuMF(Sizes(943, 1682), factors=16).count_params() == (943 + 1682) * (16 + 64) + layers + 32 + 1


@pytest.mark.parametrize("build", [GMF, MLP, NeuMF])
def test_a_saved_model_comes_back_whole(build, tmp_path):
    model = build(SIZES, factors=2, l2=0.1, seed=3)
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(load_model(tmp_path / "model.keras")(PAIRS), model(PAIRS))


@pytest.mark.parametrize("build", [GMF, MLP, NeuMF])
def test_the_seed_decides_where_a_model_starts_and_no_two_tables_start_alike(build):
    first, again, other = (build(SIZES, factors=2, seed=seed) for seed in (1, 1, 2))
    assert all((a == b).all() for a, b in zip(first.get_weights(), again.get_weights(), strict=True))
    assert (first.get_weights()[0] != other.get_weights()[0]).any()
    tables = [layer.get_weights()[0][:5] for layer in first.layers if "embedding" in layer.name]
    assert len({table.tobytes() for table in tables}) == len(tables)


@pytest.fixture(scope="module")
def clicks():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"user": rng.integers(0, 5, 16), "item": rng.integers(0, 7, 16)}, dtype=np.int32)
    return frame.drop_duplicates()


@pytest.mark.slow
def test_pretraining_starts_neumf_from_a_gmf_and_an_mlp(clicks):
    model = NeuMF(SIZES, factors=2, widths=(6, 2), seed=0)
    halves = pretrain(model, clicks, epochs=2, batch_size=16, alpha=0.25, progress=False)
    gmf, mlp = halves["gmf"], halves["mlp"]
    assert len(gmf.history.history["loss"]) == len(mlp.history.history["loss"]) == 2
    # The logit of the mixture is the mixture of the logits: no other h has this property for these weights.
    mixture = 0.25 * np.asarray(gmf(PAIRS)) + 0.75 * np.asarray(mlp(PAIRS))
    np.testing.assert_allclose(model(PAIRS), mixture, rtol=1e-4, atol=1e-7)
    assert (gmf.get_layer("user_embedding").get_weights()[0] != GMF(SIZES, factors=2).get_weights()[0]).any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": GMF(SIZES)}, "starts a NeuMF .*, but 'gmf' came"),
        ({"alpha": 1.5}, "`alpha` must lie between 0 and 1, but 1.5"),
    ],
)
def test_what_cannot_be_pretrained_is_refused(change, message, clicks):
    given = {"model": NeuMF(SIZES, factors=2), "x": clicks, "epochs": 1, **change}
    with pytest.raises(RecoLabError, match=message):
        pretrain(**given)


def test_a_tower_without_layers_is_refused():
    with pytest.raises(RecoLabError, match="at least one layer"):
        MLP(SIZES, widths=())
    with pytest.raises(RecoLabError, match="must be at least 1"):
        NeuMF(SIZES, widths=(4, 0))


@pytest.mark.slow
@pytest.mark.parametrize("build", [GMF, MLP, NeuMF])
def test_each_model_learns_to_rank_better_than_popularity(build):
    split = rl.split.leave_last_out(rl.load("synthetic"))
    model = build(split, factors=8, seed=0)
    rl.fit(model, split.train, negatives=4, epochs=8, batch_size=1024, progress=False)
    by = {
        name: rl.evaluate.rankings(each, split, part="valid", k=10).metrics["ndcg@10"]
        for name, each in {"model": model, "popularity": rl.models.Popularity(split)}.items()
    }
    assert by["model"] > by["popularity"]
