"""The models of fields: what their logits are made of, worked out again from their weights."""

import numpy as np
import pandas as pd
import pytest

import recolab as rl
from recolab.backend import keras
from recolab.features import Fields
from recolab.models.wide_and_deep import JointOptimizer

pytestmark = pytest.mark.slow  # every model is traced

NETWORK = {"widths": (8, 4)}
BUILDERS = {
    "LR": lambda fields, **more: rl.models.LR(fields, **{k: v for k, v in more.items() if k != "seed"}),
    "FM": rl.models.FM,
    "AFM": rl.models.AFM,
    "DNN": lambda fields, **more: rl.models.DNN(fields, **NETWORK, **more),
    "DeepFM": lambda fields, **more: rl.models.DeepFM(fields, **NETWORK, **more),
    "IPNN": lambda fields, **more: rl.models.IPNN(fields, **NETWORK, **more),
    "OPNN": lambda fields, **more: rl.models.OPNN(fields, **NETWORK, **more),
    "KPNN": lambda fields, **more: rl.models.KPNN(fields, **NETWORK, **more),
    "WideAndDeep": lambda fields, **more: rl.models.WideAndDeep(fields, crosses=[("a", "b")], **NETWORK, **more),
    "AutoInt": lambda fields, **more: rl.models.AutoInt(fields, layers=2, attention_width=8, **more),
    "AutoInt+": lambda fields, **more: rl.models.AutoInt(fields, layers=2, attention_width=8, **NETWORK, **more),
    "DCN": lambda fields, **more: rl.models.DCN(fields, **NETWORK, **more),
    "DCN-v2": lambda fields, **more: rl.models.DCNv2(fields, **NETWORK, **more),
    "DCN-v2 of low rank, stacked": lambda fields, **more: rl.models.DCNv2(
        fields, rank=2, structure="stacked", **NETWORK, **more
    ),
    "xDeepFM": lambda fields, **more: rl.models.XDeepFM(fields, sizes=(5, 3), **NETWORK, **more),
}


@pytest.fixture(scope="module")
def frame():
    """Rows of five fields; a click needs a certain value of `a` together with a certain one of `b`: a pair."""
    rng, rows = np.random.default_rng(0), 4_000
    frame = pd.DataFrame({"a": rng.integers(0, 2, rows), "b": rng.integers(0, 2, rows), "c": rng.integers(0, 9, rows)})
    frame["tags"] = [("x", "y") if odd else ("z",) for odd in rng.integers(0, 2, rows)]
    frame["number"] = rng.random(rows)
    frame["click"] = (rng.random(rows) < np.where(frame["a"] == frame["b"], 0.8, 0.2)).astype(np.int32)
    return frame


@pytest.fixture(scope="module")
def fields(frame):
    kinds = {"a": "categorical", "b": "categorical", "c": "categorical", "tags": "multi-valued", "number": "numeric"}
    return Fields.learn(frame, kinds)


@pytest.fixture(params=BUILDERS)
def build(request):
    return BUILDERS[request.param]


def scrambled(model, seed=0):
    """The model with random weights all over, so that no part of the logit is 0."""
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(0, 0.4, weight.shape) for weight in model.get_weights()])
    return model


def parts(model, fields, frame):
    """First-order weights and the vectors of some rows, of fields or (FM) of features, by NumPy."""
    encoded = fields.encode(frame)
    x = np.concatenate([np.ones((len(frame), fields.n_slots - fields.n_weighted)), encoded["weights"]], axis=1)
    names = {layer.name for layer in model.layers}
    linear = vectors = None
    if "first_order" in names:
        table, bias = model.get_layer("first_order").get_weights()
        linear = (table[encoded["indices"], 0] * x).sum(axis=1) + bias
    for name in names & {"field_embedding", "feature_embedding"}:
        vectors = model.get_layer(name).get_weights()[0][encoded["indices"]] * x[:, :, None]
        if name == "field_embedding":
            vectors = np.stack([vectors[:, first:past].sum(axis=1) for first, past in fields.slots], axis=1)
    return linear, vectors


def dense(model, tensor, name, activation=None):
    weights = model.get_layer(name).get_weights()
    out = tensor @ weights[0] + (weights[1] if len(weights) > 1 else 0)
    return np.maximum(out, 0) if activation == "relu" else out


def network(model, tensor):
    return dense(model, dense(model, tensor, "deep_1", "relu"), "deep_2", "relu")


def pair_sum(vectors):
    n = vectors.shape[1]
    return sum((vectors[:, i] * vectors[:, j]).sum(axis=1) for i in range(n) for j in range(i + 1, n))


def test_every_builder_learns_what_a_pair_of_fields_says(build, fields, frame):
    """Clicks depend on `a == b` and on nothing else: knowing one field is worth nothing, knowing both gives .8."""
    model = build(fields, optimizer=keras.optimizers.Adam(0.02), seed=1)
    rl.fit(model, frame, target="click", epochs=12, batch_size=256, progress=False)
    auc = rl.evaluate.clicks(model, frame).metrics["auc"]
    if model.name == "lr":
        assert auc < 0.6  # a sum of single features cannot say it
    else:
        assert auc > 0.75


def test_it_is_saved_and_loaded_with_its_fields(build, fields, frame, tmp_path):
    model = scrambled(build(fields, seed=1))
    model.save(tmp_path / "model.keras")
    loaded = rl.load_model(tmp_path / "model.keras")
    before, after = (rl.models.predict(each, frame[:50], probabilities=True) for each in (model, loaded))
    np.testing.assert_allclose(before, after, rtol=1e-5)
    assert np.ptp(before) > 0.01


def test_the_seed_decides_every_digit(build, fields, frame):
    def trained(seed):
        model = build(fields, seed=seed)
        rl.fit(model, frame, target="click", epochs=1, batch_size=1024, progress=False)
        return rl.models.predict(model, frame[:20])

    first = trained(1)
    assert (first == trained(1)).all()
    if build is not BUILDERS["LR"]:
        assert (first != trained(2)).any()


def test_lr_by_numpy(fields, frame):
    model = scrambled(rl.models.LR(fields))
    linear, _ = parts(model, fields, frame[:40])
    np.testing.assert_allclose(rl.models.predict(model, frame[:40]), linear, rtol=1e-4, atol=1e-5)
    assert model.count_params() == fields.n_features + 1


def test_fm_by_numpy(fields, frame):
    model = scrambled(rl.models.FM(fields, width=3))
    linear, vectors = parts(model, fields, frame[:40])
    np.testing.assert_allclose(rl.models.predict(model, frame[:40]), linear + pair_sum(vectors), rtol=1e-4, atol=1e-5)
    assert model.count_params() == 1 + fields.n_features * (1 + 3)


def test_two_values_of_one_field_are_a_pair_of_the_fm(fields, frame):
    """Rendle's sum goes over features: x and y of a row meet, each with x = 1/2."""
    model = rl.models.FM(fields, width=1)
    index = dict(zip(fields.feature_names["value"], fields.feature_names["index"], strict=True))
    table = np.zeros((fields.n_features, 1))
    table[[index["x"], index["y"]]] = [[3], [5]]
    model.get_layer("feature_embedding").set_weights([table])
    logits = rl.models.predict(model, frame).ravel()
    np.testing.assert_allclose(logits, [0.5 * 3 * 0.5 * 5 if len(tags) == 2 else 0 for tags in frame["tags"]])


def test_deepfm_is_fm_plus_a_network_on_the_same_table(fields, frame):
    model = scrambled(rl.models.DeepFM(fields, width=3, **NETWORK))
    linear, vectors = parts(model, fields, frame[:40])
    deep = dense(model, network(model, vectors.reshape(40, -1)), "logit")[:, 0]
    expected = linear + pair_sum(vectors) + deep
    np.testing.assert_allclose(rl.models.predict(model, frame[:40]), expected, rtol=1e-4, atol=1e-5)
    assert model.count_params() == 1 + fields.n_features * (1 + 3) + (5 * 3 * 8 + 8) + (8 * 4 + 4) + 4


def test_afm_with_equal_attention_is_the_mean_over_pairs(fields, frame):
    model = scrambled(rl.models.AFM(fields, width=3, units=2))
    attention = model.get_layer("pair_attention")
    attention.set_weights([np.zeros_like(weight) for weight in attention.get_weights()])
    model.get_layer("logit").set_weights([np.ones((3, 1))])
    linear, vectors = parts(model, fields, frame[:40])
    np.testing.assert_allclose(
        rl.models.predict(model, frame[:40]), linear + pair_sum(vectors) / 10, rtol=1e-4, atol=1e-5
    )


def test_ipnn_by_numpy(fields, frame):
    model = scrambled(rl.models.IPNN(fields, width=3, **NETWORK))
    _, vectors = parts(model, fields, frame[:40])
    products = [(vectors[:, i] * vectors[:, j]).sum(axis=1) for i in range(5) for j in range(i + 1, 5)]
    z = np.column_stack([vectors.reshape(40, -1), *products])
    expected = dense(model, network(model, z), "logit")[:, 0]
    np.testing.assert_allclose(rl.models.predict(model, frame[:40]), expected, rtol=1e-4, atol=1e-5)


def test_dcn_by_numpy(fields, frame):
    model = scrambled(rl.models.DCN(fields, width=3, layers=2, **NETWORK))
    _, vectors = parts(model, fields, frame[:40])
    x0 = x = vectors.reshape(40, -1)
    for number in (1, 2):
        w, b = model.get_layer(f"cross_{number}").get_weights()
        x = x0 * (x @ w) + b + x
    expected = dense(model, np.concatenate([x, network(model, x0)], axis=1), "logit")[:, 0]
    np.testing.assert_allclose(rl.models.predict(model, frame[:40]), expected, rtol=1e-3, atol=1e-4)


def test_wide_and_deep_by_numpy(fields, frame):
    model = scrambled(rl.models.WideAndDeep(fields, width=3, crosses=[("a", "b"), ("c", "a")], **NETWORK))
    linear, vectors = parts(model, fields, frame[:40])
    table = model.get_layer("crossed_fields").get_weights()[0][:, 0]
    indices = fields.encode(frame[:40])["indices"]
    starts = [first for first, _ in fields.runs]
    a, b, c = (indices[:, field] - starts[field] for field in range(3))  # 3, 3 and 10 values, unknown among them
    crossed = table[a * 3 + b] + table[9 + c * 3 + a]
    deep = dense(model, network(model, vectors.reshape(40, -1)), "logit")[:, 0]
    np.testing.assert_allclose(rl.models.predict(model, frame[:40]), linear + crossed + deep, rtol=1e-4, atol=1e-5)
    assert len(table) == 3 * 3 + 10 * 3


def test_wide_and_deep_has_two_optimizers_at_work(fields, frame):
    model = rl.models.WideAndDeep(fields, crosses=[("a", "b")], **NETWORK, seed=1)
    optimizer = model.optimizer
    assert isinstance(optimizer, JointOptimizer)
    assert {variable.path.split("/")[0] for variable in optimizer.wide._trainable_variables} == {
        "first_order",
        "crossed_fields",
    }
    assert len(optimizer.wide._trainable_variables) + len(optimizer.deep._trainable_variables) == len(
        model.trainable_variables
    )

    def moved_when(wide, deep):
        model = rl.models.WideAndDeep(
            fields,
            crosses=[("a", "b")],
            **NETWORK,
            optimizer=JointOptimizer(
                keras.optimizers.SGD(wide), keras.optimizers.SGD(deep), ("first_order", "crossed_fields")
            ),
            seed=1,
        )
        before = [variable.numpy() for variable in model.trainable_variables]
        rl.fit(model, frame, target="click", epochs=1, batch_size=512, progress=False)
        return {
            variable.path.split("/")[0]
            for variable, was in zip(model.trainable_variables, before, strict=True)
            if (variable.numpy() != was).any()
        }

    assert moved_when(0.1, 0.0) == {"first_order", "crossed_fields"}
    assert moved_when(0.0, 0.1).isdisjoint({"first_order", "crossed_fields"})


def test_a_joint_step_is_the_two_steps(fields, frame):
    """The same gradients, given to each optimizer on its own, move the weights as the joint step does."""

    def make(optimizer):
        return rl.models.WideAndDeep(fields, crosses=[("a", "b")], **NETWORK, optimizer=optimizer, seed=1)

    joint = make(None)
    alone = make(keras.optimizers.Adagrad(0.05))
    wide = [each for each in joint.trainable_variables if each.path.split("/")[0] in ("first_order", "crossed_fields")]
    for _ in range(2):
        rl.fit(joint, frame[:256], target="click", epochs=1, batch_size=256, progress=False)
    rl.fit(alone, frame[:256], target="click", epochs=1, batch_size=256, progress=False)
    assert joint.optimizer.iterations.numpy() == 2
    assert joint.optimizer.wide.iterations.numpy() == joint.optimizer.deep.iterations.numpy() == 2
    assert any((variable.numpy() != 0).any() for variable in wide)


def test_fm_of_two_fields_is_matrix_factorisation_with_biases(frame):
    sizes = {"user": 7, "item": 11}
    fields = Fields.of_sizes(sizes)
    model = scrambled(rl.models.FM(fields, width=4))
    user, item = (codes.ravel() for codes in np.indices((7, 11)))
    pairs = pd.DataFrame({"user": user, "item": item})
    first, bias = model.get_layer("first_order").get_weights()
    table = model.get_layer("feature_embedding").get_weights()[0]
    (u, _), (i, _) = fields.runs
    expected = (
        bias + first[u + 1 + user, 0] + first[i + 1 + item, 0] + (table[u + 1 + user] * table[i + 1 + item]).sum(axis=1)
    )
    np.testing.assert_allclose(rl.models.predict(model, pairs), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda fields: rl.models.AFM(fields), "AFM needs at least 3 fields, but got 2"),
        (lambda fields: rl.models.AutoInt(fields, heads=3), "3 heads do not divide attention_width=64"),
        (lambda fields: rl.models.AutoInt(fields, layers=0), "at least one interacting layer"),
        (lambda fields: rl.models.DCN(fields, layers=0), "at least one layer"),
        (lambda fields: rl.models.DCNv2(fields, structure="beside"), "'parallel' or 'stacked', but 'beside' came"),
        (lambda fields: rl.models.FM(fields, width=0), "must be at least 1, but 0 came"),
        (lambda fields: rl.models.FM(fields, l2=-1), "`l2` must be at least 0"),
        (lambda fields: rl.models.WideAndDeep(fields, crosses=[("user", "age")]), "no field 'age' to be crossed"),
        (lambda fields: rl.models.DNN(fields, widths=(0,)), "`widths` must be at least 1"),
    ],
)
def test_what_cannot_be_built(build, message):
    with pytest.raises(rl.RecoLabError, match=message):
        build(Fields.of_sizes({"user": 3, "item": 4}))


def test_only_categorical_fields_are_crossed(fields):
    with pytest.raises(rl.RecoLabError, match="'tags' is multi-valued"):
        rl.models.WideAndDeep(fields, crosses=[("a", "tags")])


def test_many_combinations_share_the_rows_there_are(fields, frame):
    layer = rl.layers.CrossedFields(fields, [("c", "a")], most=7)
    layer(fields.encode(frame[:5])["indices"])
    assert layer.table.shape == (7, 1)
