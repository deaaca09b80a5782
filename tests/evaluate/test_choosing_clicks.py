"""Choose a model of clicks on validation, refit, test once; and the training that keeps its best epoch."""

import dataclasses

import numpy as np
import pytest

import recolab as rl
from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.evaluate import ClickCallback, choose_refit_test, fit_to_best_epoch

SETTINGS = [{"rate": 1e-5}, {"rate": 0.03}]
RUN = {"settings": SETTINGS, "max_epochs": 6, "patience": 2, "batch_size": 256, "progress": False}
SHOWN = []


def build(task, rate=0.03):
    SHOWN.append((len(task.train), len(task.valid), len(task.test), len(task.cut.test)))
    return rl.models.FM(task.fields, width=2, optimizer=keras.optimizers.Adam(rate), seed=1)


@pytest.fixture(scope="module")
def task():
    ratings = rl.load("synthetic")
    few = dataclasses.replace(ratings, frame=ratings.frame.sample(6_000, random_state=0))
    return rl.features.click_task(few, "autoint")


@pytest.fixture(scope="module")
def outcome(task):
    SHOWN.clear()
    return choose_refit_test(build, task, **RUN)


def curves(task, epochs, **setting):
    watch = ClickCallback(task.valid)
    how = {"target": "click", "epochs": epochs, "batch_size": 256, "callbacks": [watch], "progress": False}
    return rl.fit(build(task, **setting), task.train, **how).history


def test_the_setting_and_the_epoch_with_the_highest_auc_are_chosen(task, outcome):
    for setting, trial in zip(SETTINGS, outcome.trials.to_dict("records"), strict=True):
        auc = curves(task, trial["epochs_run"], **setting)["val_auc"]
        assert trial["val_auc"] == max(auc)
        assert trial["best_epoch"] == 1 + int(np.argmax(auc))
        assert trial["epochs_run"] == min(6, trial["best_epoch"] + 2)
    best = outcome.trials.loc[outcome.trials["val_auc"].idxmax()]
    assert (outcome.setting, outcome.epochs) == ({"rate": best["rate"]}, best["best_epoch"])


def test_a_builder_is_never_shown_a_test_row(task, outcome):
    train, valid = len(task.train), len(task.valid)
    assert SHOWN[:3] == [(train, valid, 0, 0), (train, valid, 0, 0), (train + valid, 0, 0, 0)]


def test_the_tested_model_was_fitted_on_train_and_validation_with_their_fields(task, outcome):
    final = task.refit()
    by_hand = build(final, **outcome.setting)
    how = {"target": "click", "epochs": outcome.epochs, "batch_size": 256, "progress": False}
    rl.fit(by_hand, final.train, **how)
    for ours, theirs in zip(outcome.model.get_weights(), by_hand.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert outcome.report.metrics == rl.evaluate.clicks(by_hand, final.test).metrics
    assert outcome.report.protocol["refitted"] is True
    assert outcome.report.details["chosen_on"] == "validation AUC"


def test_log_loss_can_be_chosen_by_and_then_the_lowest_wins(task):
    outcome = choose_refit_test(build, task, **{**RUN, "watch": "val_log_loss"})
    losses = outcome.trials["val_log_loss"]
    assert outcome.setting == SETTINGS[int(losses.argmin())]
    assert losses.iloc[1] == min(curves(task, outcome.trials["epochs_run"].iloc[1], **SETTINGS[1])["val_log_loss"])


def test_a_model_of_clicks_is_not_chosen_by_a_metric_of_others(task):
    with pytest.raises(RecoLabError, match=r"take 'val_auc' or 'val_log_loss'"):
        choose_refit_test(build, task, **{**RUN, "watch": "val_rmse"})


def test_a_refitted_task_has_nothing_left_to_choose_on(task):
    with pytest.raises(RecoLabError, match=r"has no validation rows left after refit\(\)"):
        fit_to_best_epoch(build(task), task.refit(), epochs=1)


def test_the_weights_of_the_best_epoch_are_kept(task):
    """A rate at which the model learns the training rows by heart: its best epoch is not its last."""
    model = build(task, rate=0.3)
    history = fit_to_best_epoch(model, task, epochs=6, batch_size=256, progress=False).history
    assert len(history["val_auc"]) == 6
    assert max(history["val_auc"]) > history["val_auc"][-1]
    assert rl.evaluate.clicks(model, task.valid).metrics["auc"] == max(history["val_auc"])


def test_patience_ends_the_training(task):
    history = fit_to_best_epoch(build(task, rate=0.3), task, epochs=20, patience=1, progress=False).history
    assert len(history["val_auc"]) == 2 + int(np.argmax(history["val_auc"]))


def test_ratings_and_rankings_are_kept_at_their_best_too(little_split):
    of_ratings = rl.models.BiasedMF(little_split, factors=8, l2=0.0, optimizer=keras.optimizers.Adam(0.3), seed=0)
    history = fit_to_best_epoch(of_ratings, little_split, epochs=12, batch_size=16, progress=False).history
    assert min(history["val_rmse"]) < history["val_rmse"][-1]
    kept = rl.evaluate.ratings(of_ratings, little_split.valid, clip=False).metrics["rmse"]
    assert kept == pytest.approx(min(history["val_rmse"]), rel=1e-5)

    ranking = rl.models.RankingMF(little_split, factors=4, optimizer=keras.optimizers.Adam(0.1), seed=0)
    how = {"watch": "val_ndcg@5", "valid_ranking": {"candidates": "all"}, "batch_size": 32, "progress": False}
    history = fit_to_best_epoch(ranking, little_split, epochs=12, **how).history
    assert max(history["val_ndcg@5"]) > history["val_ndcg@5"][-1]
    kept = rl.evaluate.rankings(ranking, little_split, part="valid", k=5).metrics["ndcg@5"]
    assert kept == pytest.approx(max(history["val_ndcg@5"]))


def test_other_callbacks_come_last_and_see_what_was_measured(task):
    seen = []
    watch = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(logs["val_auc"]))
    history = fit_to_best_epoch(build(task), task, epochs=2, progress=False, callbacks=[watch]).history
    assert seen == history["val_auc"]
