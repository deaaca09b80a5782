"""Figures on the NCF authors' test items and candidates, which closed forms must repeat exactly."""

import pytest

from recolab import evaluate, load, split
from recolab.models import EASE, Popularity

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ncf(real_data):
    return split.published(load("ml-1m", folder=real_data), "ncf", folder=real_data).refit()


def hr_and_ndcg(model, ncf, candidates):
    report = evaluate.rankings(model, ncf, candidates=candidates)
    assert report.protocol["users"] == 6_040
    return report.metrics["hr@10"], report.metrics["ndcg@10"]


def test_popularity(ncf):
    model = Popularity(ncf)
    assert hr_and_ndcg(model, ncf, "published") == pytest.approx((0.4538, 0.2545), abs=0.001)
    assert hr_and_ndcg(model, ncf, "all")[0] == pytest.approx(0.041, abs=0.001)


def test_ease(ncf):
    model = EASE(ncf, l2=1_000)
    assert hr_and_ndcg(model, ncf, "published") == pytest.approx((0.718, 0.451), abs=0.001)
    assert hr_and_ndcg(model, ncf, "all")[0] == pytest.approx(0.109, abs=0.001)
