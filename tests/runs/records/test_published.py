"""Published results are shown for the real data they were made on, and for nothing else."""

import pandas as pd
import pytest

import recolab as rl
from recolab import runs
from recolab.data.ratings import Provenance, Ratings
from recolab.errors import RecoLabError

COLUMNS = ["model", "metric", "value", "protocol", "source"]


@pytest.fixture
def as_if_real():
    """Three ratings that call themselves ML-1M, read from a file."""

    def named(name, files):
        frame = pd.DataFrame({"user": [1, 1, 2], "item": [1, 2, 1], "rating": [1, 2, 3]})
        ratings = Ratings.from_frame(frame, scale=(1, 5))
        return Ratings(ratings.frame, ratings.users, ratings.items, ratings.scale, Provenance(name, "", "", files))

    return named


def test_rows_are_those_of_the_data_the_metric_and_the_protocol(as_if_real, tmp_path):
    (tmp_path / "published.csv").write_text(
        "data,protocol,model,metric,value,source\n"
        "ml-1m,99 negatives (a),A,hr@10,.7,x\nml-1m,99 negatives (a),A,ndcg@10,.4,x\n"
        "ml-1m,full,A,hr@10,.1,x\nml-100k,full,A,hr@10,.2,x\n"
    )
    ratings = as_if_real("ml-1m", {"ratings.dat": "…"})
    assert runs.published(ratings, folder=tmp_path)["value"].tolist() == [0.7, 0.4, 0.1]
    assert runs.published(ratings, metric="hr@10", folder=tmp_path)["value"].tolist() == [0.7, 0.1]
    chosen = runs.published(ratings, metric="hr@10", protocol="negatives (a)", folder=tmp_path)
    assert chosen["value"].tolist() == [0.7]
    assert chosen.columns.tolist() == COLUMNS


def test_what_the_package_brings_has_rankings_of_both_protocols_on_ml_1m(as_if_real):
    rows = runs.published(as_if_real("ml-1m", {"ratings.dat": "…"}), metric="hr@10")
    best = rows.groupby("protocol")["value"].max()
    assert best["NCF leave-one-out 99 negatives"] == 0.731
    assert best["NCF leave-one-out full ranking"] == 0.1121


def test_a_public_set_is_reached_by_its_name_to_stand_beside_recorded_runs():
    rows = runs.published("ml-1m", metric="mse")
    assert rows.set_index("model")["value"]["linear k=50 (a public study notebook)"] == 0.8327
    assert runs.published("synthetic").empty


def test_nothing_compares_with_made_up_ratings_or_with_a_table_of_the_same_name(as_if_real):
    assert runs.published(rl.load("synthetic")).empty
    assert runs.published(as_if_real("ml-1m", {})).empty


def test_what_the_package_brings_has_the_click_models_of_the_autoint_paper(as_if_real):
    ratings = as_if_real("ml-1m", {"ratings.dat": "…"})
    auc = runs.published(ratings, metric="auc", protocol="AutoInt CTR").set_index("model")["value"]
    assert auc["LR"] == 0.7716
    assert auc["AutoInt+"] == auc.max() == 0.8488
    assert runs.published(ratings, metric="log_loss", protocol="AutoInt CTR")["value"].tolist() == [0.3753]


def test_results_of_ones_own_stand_beside_what_the_course_has(tmp_path, monkeypatch):
    assert runs.published("ml-1m", folder=tmp_path).equals(runs.published("ml-1m"))
    monkeypatch.setattr("recolab.runs.records.published.course_results", lambda: None)
    with pytest.raises(RecoLabError, match=r"no published\.csv in .*: copy the course's own"):
        runs.published("ml-1m", folder=tmp_path)
