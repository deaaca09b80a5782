"""Choose on validation, refit, test once."""

from dataclasses import replace

import numpy as np
import pytest

from recolab import evaluate
from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.training import fit


def build(split, *, rate=0.1, metrics=None):
    """A mean and a bias an item, learnt by gradient descent: what it finds depends on the data and the epochs alone."""
    user, item = (keras.Input((), name=name, dtype="int32") for name in ("user", "item"))
    bias = keras.layers.Embedding(split.n_items, 1, embeddings_initializer="zeros", name="item_bias")(item)
    nobody = keras.layers.Embedding(split.n_users, 1, embeddings_initializer="zeros", trainable=False)(user)
    output = keras.layers.Add()([bias, nobody])
    model = keras.Model({"user": user, "item": item}, keras.layers.Rescaling(1.0, offset=split.mean)(output))
    metrics = [keras.metrics.RootMeanSquaredError(name="rmse")] if metrics is None else metrics
    model.compile(optimizer=keras.optimizers.SGD(rate), loss="mse", metrics=metrics)
    return model


SETTINGS = [{"rate": 0.01}, {"rate": 1.0}]


def run(split, **changes):
    arguments = {"settings": SETTINGS, "max_epochs": 2, "patience": 1, "batch_size": 16, "progress": False}
    return evaluate.choose_refit_test(build, split, **(arguments | changes))


@pytest.fixture(scope="module")
def outcome(little_split):
    return run(little_split, max_epochs=8)


def curve(split, epochs, **setting):
    history = fit(
        build(split, **setting), split.train, validation=split.valid, epochs=epochs, batch_size=16, progress=False
    )
    return history.history["val_rmse"]


def test_each_trial_reports_its_lowest_validation_error_and_when_it_had_it(little_split, outcome):
    for setting, trial in zip(SETTINGS, outcome.trials.to_dict("records"), strict=True):
        by_hand = curve(little_split, trial["epochs_run"], **setting)
        assert trial["rate"] == setting["rate"]
        assert trial["val_rmse"] == min(by_hand)
        assert trial["best_epoch"] == 1 + by_hand.index(min(by_hand))
        assert trial["epochs_run"] == min(8, trial["best_epoch"] + 1)  # patience


def test_the_setting_and_the_epoch_with_the_lowest_validation_error_are_chosen(outcome):
    best = outcome.trials.loc[outcome.trials["val_rmse"].idxmin()]
    assert outcome.setting == {"rate": best["rate"]}
    assert outcome.epochs == best["best_epoch"]


def test_the_tested_model_was_fitted_on_train_and_validation_for_the_chosen_epochs(little_split, outcome):
    by_hand = build(little_split.refit(), **outcome.setting)
    fit(by_hand, little_split.refit().train, epochs=outcome.epochs, batch_size=16, seed=0, progress=False)
    for ours, theirs in zip(outcome.model.get_weights(), by_hand.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert outcome.report.metrics == evaluate.ratings(by_hand, little_split.test).metrics


def test_the_report_says_that_the_model_was_refitted_and_what_was_chosen(outcome):
    assert outcome.report.protocol["refitted"] is True
    assert outcome.report.protocol["part"] == "test"
    assert outcome.report.details == {
        "chosen_on": "validation rmse",
        "setting": f"rate={outcome.setting['rate']}",
        "epochs": outcome.epochs,
        "batch_size": 16,
        "seed": 0,
    }


def test_other_test_ratings_change_the_report_and_neither_setting_nor_epoch_nor_weights(little_split, outcome):
    test = little_split.test.assign(rating=6 - little_split.test["rating"])
    other = run(replace(little_split, test=test), max_epochs=8)
    assert outcome.report.metrics != other.report.metrics
    assert (outcome.setting, outcome.epochs) == (other.setting, other.epochs)
    assert outcome.trials.equals(other.trials)
    for ours, theirs in zip(outcome.model.get_weights(), other.model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_builder_is_never_shown_a_test_row(little_split):
    shown = []

    def watched(split, **setting):
        shown.append((len(split.train), len(split.valid), len(split.test)))
        return build(split, **setting)

    evaluate.choose_refit_test(watched, little_split, settings=[{}, {"rate": 0.5}], max_epochs=2, progress=False)
    assert shown == [(240, 80, 0), (240, 80, 0), (320, 0, 0)]


def test_of_equal_trials_the_first_wins(little_split):
    outcome = run(little_split, settings=[{"rate": 0.5}, {"rate": 0.5, "metrics": None}])
    assert outcome.trials["val_rmse"].nunique() == 1
    assert outcome.setting == {"rate": 0.5}


def test_without_settings_the_builders_defaults_are_used(little_split):
    outcome = evaluate.choose_refit_test(build, little_split, max_epochs=2, progress=False)
    assert outcome.setting == {}
    assert outcome.report.details["setting"] == "the builder's defaults"


def test_predictions_are_left_as_they_are_when_told_so(little_split):
    not_clipped = run(little_split, settings=[{}], max_epochs=1, clip=False)
    assert not_clipped.report.protocol["predictions"] == "not clipped"


def test_a_split_without_validation_rows_is_an_error(little_split):
    with pytest.raises(RecoLabError, match=r"has no validation rows left after refit\(\)"):
        run(little_split.refit())
    with pytest.raises(RecoLabError, match=r"has no validation rows; make it with valid > 0"):
        run(replace(little_split, valid=little_split.valid.iloc[:0]))


@pytest.mark.parametrize("changes", [{"settings": []}, {"max_epochs": 0}])
def test_nothing_to_choose_from_is_an_error(little_split, changes):
    with pytest.raises(RecoLabError, match="nothing to choose from"):
        run(little_split, **changes)


def test_a_model_that_does_not_measure_rmse_is_an_error(little_split):
    with pytest.raises(
        RecoLabError, match=r'compile it with metrics=\[keras.metrics.RootMeanSquaredError\(name="rmse"\)'
    ):
        run(little_split, settings=[{"metrics": ["mae"]}])
