"""Choose a model that ranks on validation, refit, test once."""

from dataclasses import replace

import numpy as np
import pytest

from recolab import evaluate
from recolab.backend import keras
from recolab.errors import RecoLabError
from recolab.evaluate import RankingCallback
from recolab.models import RankingMF
from recolab.training import fit

SETTINGS = [{"factors": 2}, {"factors": 8}]
RUN = {
    "settings": SETTINGS,
    "max_epochs": 6,
    "patience": 2,
    "batch_size": 32,
    "progress": False,
    "watch": "val_ndcg@5",
    "valid_ranking": {"candidates": 9},
    "test_ranking": {"candidates": 7, "relevant": 3},
    "negatives": 2,
}


def build(split, factors=4):
    return RankingMF(split, factors=factors, loss="logistic", optimizer=keras.optimizers.Adam(0.05), seed=1)


SHOWN = []


def watched(split, **setting):
    SHOWN.append((len(split.train), len(split.test), split.candidates))
    return build(split, **setting)


@pytest.fixture(scope="module")
def outcome(little_split):
    with_candidates = replace(little_split, candidates=little_split.test[["user", "item"]])
    return evaluate.choose_refit_test(watched, with_candidates, **RUN)


def test_the_setting_and_the_epoch_with_the_highest_validation_metric_are_chosen(little_split, outcome):
    for setting, trial in zip(SETTINGS, outcome.trials.to_dict("records"), strict=True):
        watch = RankingCallback(little_split, k=5, candidates=9)
        curve = fit(
            build(little_split, **setting),
            little_split.train,
            negatives=2,
            epochs=trial["epochs_run"],
            batch_size=32,
            callbacks=[watch],
            progress=False,
        ).history["val_ndcg@5"]
        assert trial["val_ndcg@5"] == max(curve)
        assert trial["best_epoch"] == 1 + int(np.argmax(curve))
        assert trial["epochs_run"] == min(6, trial["best_epoch"] + 2)
    best = outcome.trials.loc[outcome.trials["val_ndcg@5"].idxmax()]
    assert outcome.setting == {"factors": best["factors"]}
    assert outcome.epochs == best["best_epoch"]


def test_the_report_ranks_with_the_refitted_model(little_split, outcome):
    refitted = little_split.refit()
    by_hand = build(refitted, **outcome.setting)
    fit(by_hand, refitted.train, negatives=2, epochs=outcome.epochs, batch_size=32, progress=False)
    expected = evaluate.rankings(by_hand, refitted, k=5, candidates=7, relevant=3)
    assert outcome.report.metrics == expected.metrics
    assert outcome.report.protocol == expected.protocol
    assert outcome.report.intervals == expected.intervals
    assert outcome.report.details["chosen_on"] == "validation ndcg@5, 9 sampled items the user never rated, seed 0"


def test_a_builder_is_shown_neither_test_rows_nor_published_candidates(outcome):
    assert SHOWN == [(240, 0, None), (240, 0, None), (320, 0, None)]


@pytest.mark.parametrize("watch", ["val_loss", "ndcg@10", "val_ndcg", "val_coverage@10"])
def test_what_is_not_measured_cannot_be_watched(little_split, watch):
    with pytest.raises(RecoLabError, match="is nothing to choose by: take 'val_rmse', or one of hr, ndcg"):
        evaluate.choose_refit_test(build, little_split, watch=watch)
