import inspect

import pytest

import recolab as rl
from recolab import models
from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.runs.sweeps import experiments
from recolab.runs.sweeps.experiments import NO_MODELS, Experiment
from recolab.runs.sweeps.protocols import PROTOCOLS

MF = {
    "data": "synthetic",
    "protocol": "random fifth",
    "model": "BiasedMF",
    "settings": {"factors": 4},
    "batch_size": 4096,
}
BUILDERS = [name for name in models.__all__ if name[0].isupper() and name not in NO_MODELS]
SGD = {"optimizer": "sgd", "rate": 2.0, "momentum": 0.9, "falling": 4}


def run(**values):
    return experiments.run(Experiment.of(values, "here"), "a model")


def test_a_trained_model_gets_the_digits_that_doing_it_by_hand_gets():
    (result,) = run(**MF, **SGD, epochs=2, seed=3)

    split = rl.split.random(rl.load("synthetic"), test=0.2, valid=0.08, seed=0).refit()
    steps = -(-len(split.train) // 4096)
    optimizer = keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(2.0, 4 * steps), momentum=0.9)
    model = rl.models.BiasedMF(split, factors=4, optimizer=optimizer, seed=3)
    rl.fit(model, split.train, epochs=2, batch_size=4096, seed=3, progress=False)
    by_hand = rl.evaluate.ratings(model, split.test, per_user=True)

    assert result.metrics == by_hand.metrics
    assert result.protocol == by_hand.protocol
    assert result.users.equals(by_hand.users)
    assert result.seeds == {"split": 0, "model": 3, "fit": 3}
    assert result.parameters == {"builder": "BiasedMF", "factors": 4, "epochs": 2, "batch_size": 4096, **SGD}
    assert result.details["model_parameters"] == model.count_params()


def test_on_validation_rows_the_best_epoch_is_found_and_measured():
    (result,) = run(**MF, optimizer="sgd", rate=2.0, momentum=0.9, up_to=3, part="valid")

    split = rl.split.random(rl.load("synthetic"), test=0.2, valid=0.08, seed=0)
    model = rl.models.BiasedMF(split, factors=4, optimizer=keras.optimizers.SGD(2.0, momentum=0.9), seed=0)
    how = {"epochs": 3, "batch_size": 4096, "seed": 0, "progress": False}
    curve = rl.evaluate.fit_to_best_epoch(model, split, **how).history["val_rmse"]

    assert result.protocol["part"] == "valid"
    assert result.metrics["rmse"] == pytest.approx(min(curve), rel=1e-6)
    assert result.details["best_epoch"] == 1 + curve.index(min(curve))
    assert result.details["epochs_run"] == 3


def test_a_model_that_ranks_is_measured_in_every_way_of_its_protocol():
    among, all_items = run(data="synthetic", protocol="last of each user", model="Popularity")
    assert (among.protocol["candidates"], all_items.protocol["candidates"][:3]) == (
        "99 sampled items the user never rated, seed 0",
        "all",
    )
    assert among.metrics["hr@10"] > all_items.metrics["hr@10"]
    assert among.seeds == {"split": 0}  # nothing is drawn for it


def test_a_model_of_clicks_learns_from_negatives_or_from_rows():
    (clicks,) = run(data="synthetic", protocol="autoint", model="LR", rate=0.01, epochs=1, batch_size=4096)
    assert clicks.metrics["auc"] > 0.55
    assert clicks.seeds == {"split": 0, "fit": 0}  # logistic regression starts at 0
    ranking = {"data": "synthetic", "protocol": "last of each user", "model": "NeuMF", "settings": {"factors": 2}}
    (among, _) = run(
        **ranking, rate=0.01, epochs=1, negatives=1, batch_size=8192, pretrained={"epochs": 1, "rate": 0.01}
    )
    assert 0 < among.metrics["hr@10"] < 1


def test_values_that_are_the_defaults_are_not_part_of_what_was_asked():
    experiment = Experiment.of({**MF, "epochs": 2, "seed": 0, "momentum": 0.0}, "here")
    assert experiment.plain() == {**MF, "epochs": 2}
    assert Experiment.of(experiment.plain(), "here") == experiment


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"modle": "FM"}, "has no parameter 'modle': did you mean 'model'"),
        ({"model": "Sizes"}, "unknown model 'Sizes'"),
        ({"settings": {"factor": 3}}, "unknown setting of BiasedMF 'factor': did you mean 'factors'"),
        ({"settings": {"seed": 3}}, "unknown setting of BiasedMF 'seed'"),
        ({"optimizer": "adamw"}, "unknown optimizer 'adamw': did you mean 'adam'"),
        ({"part": "train"}, "unknown part 'train'"),
        ({"protocol": "random third"}, "no protocol 'random third': did you mean 'random fifth'"),
        ({"epochs": 0}, "has epochs=0: give 1 or more"),
        ({"epochs": "2"}, None),
        ({"epochs": "two"}, "'epochs' of here is of type int"),
        ({"up_to": 3}, "give epochs, or up_to with part='valid'"),
        ({"epochs": None}, "has no epochs, and BiasedMF is trained in epochs"),
        ({"model": "GlobalMean", "settings": {}}, "has epochs, but GlobalMean is fitted when it is built"),
        ({"pretrained": {"epochs": 1}}, "`pretrained` has epochs, rate and"),
        ({"optimizer": "sgd"}, "has an optimizer or `falling`, but no rate"),
        ({"falling": 3}, "has an optimizer or `falling`, but no rate"),
        ({"rate": 0.1, "momentum": 0.9}, "which only the optimizer sgd takes"),
        ({"rate": 0.1, "patience": 2}, "has patience=2, which needs `epochs: {up_to: …}`"),
    ],
)
def test_an_experiment_that_cannot_be_meant_is_refused(changes, sentence):
    values = {**MF, "epochs": 2, **changes}
    if sentence is None:  # text is read as on a command line
        assert Experiment.of(values, "here").epochs == 2
        return
    with pytest.raises(RecoLabError, match=sentence):
        Experiment.of(values, "here")


@pytest.mark.parametrize("model", BUILDERS)
def test_every_builder_can_be_an_experiment_with_epochs_if_and_only_if_it_is_trained_in_them(model):
    values = {"data": "synthetic", "protocol": "autoint", "model": model}
    is_trained = "optimizer" in inspect.signature(getattr(models, model)).parameters
    allowed, refused = ({"epochs": 1}, {}) if is_trained else ({}, {"epochs": 1})
    assert Experiment.of(values | allowed, "here").is_trained == is_trained
    with pytest.raises(RecoLabError, match="trained in epochs" if is_trained else "fitted when it is built"):
        Experiment.of(values | refused, "here")


def test_the_protocols_say_by_what_models_are_chosen():
    chosen = {name: (protocol.metric, protocol.lower_is_better) for name, protocol in PROTOCOLS.items()}
    assert chosen["u1"] == ("rmse", True)
    assert chosen["ncf"] == ("ndcg@10", False)
    assert chosen["autoint"] == ("auc", False)
