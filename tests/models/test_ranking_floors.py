"""What the ranking baselines reach on real data, by protocols that others have measured by."""

import pytest

from recolab import evaluate, load, split
from recolab.models import EASE, IALS, ItemKNN, Popularity

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ua(real_data):
    return split.published(load("ml-100k", folder=real_data), "ua", folder=real_data).refit()


@pytest.mark.parametrize(
    ("build", "expected"), [(Popularity, 0.1215), (lambda part: EASE(part, l2=300), 0.2710)], ids=["popularity", "EASE"]
)
def test_closed_forms_repeat_their_precision_on_ua(ua, build, expected):
    assert evaluate.rankings(build(ua), ua).metrics["precision@10"] == pytest.approx(expected, abs=0.001)


def test_neighbours_lie_between_popularity_and_ease_on_ua(ua):
    assert 0.21 < evaluate.rankings(ItemKNN(ua), ua).metrics["precision@10"] < 0.25


def test_ials_is_at_least_as_good_as_published_on_the_ncf_candidates(real_data):
    ncf = split.published(load("ml-1m", folder=real_data), "ncf", folder=real_data).refit()
    metrics = evaluate.rankings(IALS(ncf, progress=False), ncf, candidates="published").metrics
    # Rendle et al. 2020 print .7111 / .4383 for iALS with 192 factors.
    assert metrics["hr@10"] > 0.718
    assert metrics["ndcg@10"] > 0.438
