"""Bootstrap intervals of means over users."""

import numpy as np
import pytest

from recolab.evaluate import intervals
from recolab.evaluate.intervals import bootstrap


def test_it_is_about_as_wide_as_the_normal_approximation_says():
    values = np.random.default_rng(0).normal(3, 2, size=(2_000, 1))
    low, high = bootstrap(values)[:, 0]
    error = values.std() / np.sqrt(2_000)
    assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.15 * error)
    assert high == pytest.approx(values.mean() + 1.96 * error, abs=0.15 * error)


def test_it_is_scipys_percentile_interval():
    import scipy.stats

    values = np.random.default_rng(1).exponential(size=200)
    theirs = scipy.stats.bootstrap((values,), np.mean, n_resamples=20_000, method="percentile", rng=0)
    ours = bootstrap(values[:, None], samples=20_000)[:, 0]
    assert ours == pytest.approx([*theirs.confidence_interval], rel=0.02)


def test_values_that_are_alike_leave_no_doubt():
    np.testing.assert_allclose(bootstrap(np.full((50, 2), 0.25)), 0.25)


def test_a_value_that_is_not_there_counts_into_no_mean():
    values = np.random.default_rng(2).random((300, 1))
    with_gaps = np.vstack([values, np.full((300, 1), np.nan)])
    low, high = bootstrap(with_gaps)[:, 0]
    assert low < values.mean() < high
    assert high - low == pytest.approx(np.diff(bootstrap(values)[:, 0])[0], rel=0.15)


def test_where_only_one_user_counts_the_interval_is_that_value():
    values = np.array([[0.5], [np.nan], [np.nan], [np.nan]])
    np.testing.assert_array_equal(bootstrap(values), [[0.5], [0.5]])


def test_the_seed_decides_and_blocks_do_not(monkeypatch):
    values = np.random.default_rng(3).random((40, 3))
    whole = bootstrap(values, seed=5)
    assert not np.array_equal(bootstrap(values, seed=6), whole)
    monkeypatch.setattr(intervals, "COUNTS_PER_BLOCK", 130)
    np.testing.assert_allclose(bootstrap(values, seed=5), whole, rtol=1e-12)
