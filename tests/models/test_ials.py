"""iALS against one dense alternating solve written out, and against its own objective."""

import numpy as np
import pytest

from recolab.errors import RecoLabError
from recolab.models import IALS, ials

SETTING = {"factors": 3, "weight": 0.2, "l2": 0.05, "nu": 0.5, "seed": 4, "progress": False}


def dense_solve(taken, others, weight, l2, nu):
    """Every row's vector, one at a time, with the weight of every cell written out: 1 + weight or weight."""
    vectors = []
    for row in taken:
        penalty = l2 * (row.sum() + weight * len(others)) ** nu
        system = others.T @ np.diag(row + weight) @ others + penalty * np.eye(others.shape[1])
        vectors.append(np.linalg.solve(system, others.T @ row))
    return np.array(vectors)


def objective(taken, model, weight, l2, nu):
    users, items = (vectors.astype(np.float64) for vectors in (model.user_vectors, model.item_vectors))
    scores = users @ items.T
    penalties = sum(
        (counts + weight * n_others) ** nu @ (vectors**2).sum(axis=1)
        for counts, n_others, vectors in (
            (taken.sum(axis=1), len(items), users),
            (taken.sum(axis=0), len(users), items),
        )
    )
    return (taken * (scores - 1) ** 2).sum() + weight * (scores**2).sum() + l2 * penalties


@pytest.mark.parametrize(("cells", "piece"), [(1, 64), (60, 3), (60, 4), (10**6, 2), (10**6, 64)])
def test_a_round_solves_the_users_and_then_the_items(drawn, taken, monkeypatch, cells, piece):
    monkeypatch.setattr(ials, "CELLS_PER_BLOCK", cells)  # one row a block, several, all
    monkeypatch.setattr(ials, "PIECE", piece)
    known = {name: SETTING[name] for name in ("weight", "l2", "nu")}
    once, twice = (IALS(drawn, rounds=rounds, **SETTING) for rounds in (1, 2))
    users = dense_solve(taken, once.item_vectors.astype(np.float64), **known)
    assert twice.user_vectors == pytest.approx(users, abs=1e-4)
    assert twice.item_vectors == pytest.approx(dense_solve(taken.T, users, **known), abs=1e-4)


def test_the_objective_falls_in_every_round(drawn, taken):
    values = [
        objective(taken, IALS(drawn, rounds=rounds, **SETTING), SETTING["weight"], SETTING["l2"], SETTING["nu"])
        for rounds in range(1, 8)
    ]
    assert np.all(np.diff(values) < 0)
    assert values[-1] < 0.8 * taken.sum()  # what vectors of zeros cost


def test_no_number_of_the_last_side_solved_can_be_improved(drawn, taken):
    model = IALS(drawn, rounds=3, **SETTING)
    known = (SETTING["weight"], SETTING["l2"], SETTING["nu"])
    best = objective(taken, model, *known)
    for step in (-0.01, 0.01):
        model.item_vectors[2, 1] += step
        assert objective(taken, model, *known) > best
        model.item_vectors[2, 1] -= step


def test_scores_are_dot_products(drawn):
    model = IALS(drawn, rounds=1, **SETTING)
    scores = model.scores(np.array([3, 0]))
    assert scores == pytest.approx(model.user_vectors[[3, 0]] @ model.item_vectors.T)
    assert scores.dtype == np.float32


def test_an_item_that_nobody_took_is_scored_zero(split_of):
    model = IALS(split_of([[1, 1, 0], [1, 0, 0]]), rounds=2, **SETTING)
    assert model.scores(np.arange(2))[:, 2].tolist() == [0, 0]


def test_the_seed_decides_where_it_starts(drawn):
    first, again, other = (IALS(drawn, rounds=1, **SETTING | {"seed": seed}).user_vectors for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)


@pytest.mark.parametrize("setting", [{"factors": 0}, {"rounds": 0}, {"weight": 0.0}, {"l2": 0.0}, {"l2": float("nan")}])
def test_a_setting_out_of_range_is_refused(drawn, setting):
    with pytest.raises(RecoLabError, match=f"`{next(iter(setting))}`"):
        IALS(drawn, **SETTING | setting)
