import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recolab import recommend
from recolab.errors import RecoLabError
from recolab.recommend import top


class Table:
    """A model that knows the score of every user for every item."""

    def __init__(self, table):
        self.table = np.array(table, dtype=np.float32)

    def scores(self, user_codes):
        return self.table[user_codes]


@pytest.fixture
def split(make_split):
    return make_split(3, 4, seen=[(0, 1), (1, 0), (1, 2), (1, 3), (2, 2)])


@pytest.fixture
def model():
    return Table([[0.1, 0.9, 0.3, 0.2], [0.4, 0.3, 0.2, 0.1], [0.5, 0.5, 0.9, 0.5]])


def test_the_best_unseen_items_come_ranked_with_raw_ids_and_titles(model, split):
    table = recommend.top_k(model, split, users=["u0"], k=2)
    assert list(table.columns) == ["user_id", "rank", "item_id", "title", "score"]
    assert table.drop(columns="score").values.tolist() == [["u0", 1, 102, "Film 2"], ["u0", 2, 103, "Film 3"]]
    np.testing.assert_allclose(table["score"], [0.3, 0.2])


def test_seen_items_come_back_when_asked_for(model, split):
    assert recommend.top_k(model, split, ["u0"], k=2, exclude_seen=False)["item_id"].tolist() == [101, 102]


def test_of_equal_scores_the_item_further_up_in_the_catalogue_comes_first(model, split):
    assert recommend.top_k(model, split, ["u2"], k=2)["item_id"].tolist() == [100, 101]


def test_a_user_with_fewer_than_k_unseen_items_gets_fewer_rows(model, split):
    table = recommend.top_k(model, split, k=4)
    assert table.groupby("user_id", sort=False).size().to_dict() == {"u0": 3, "u1": 1, "u2": 3}
    assert table.loc[table["user_id"] == "u1", ["rank", "item_id"]].values.tolist() == [[1, 101]]


def test_users_come_in_the_order_asked_for_and_once(model, split):
    assert recommend.top_k(model, split, ["u2", "u0", "u2"], k=1)["user_id"].tolist() == ["u2", "u0"]


def test_working_in_blocks_changes_nothing(model, split, monkeypatch):
    whole, grid = recommend.top_k(model, split, k=3), recommend.predictions(model, split)
    monkeypatch.setattr(top, "CELLS_PER_BLOCK", 5)  # one user a block
    assert recommend.top_k(model, split, k=3).equals(whole)
    assert recommend.predictions(model, split).equals(grid)


def test_asking_leaves_the_scores_of_the_model_alone(model, split):
    before = model.table.copy()
    model.scores = lambda user_codes: model.table
    recommend.top_k(model, split, k=2)
    np.testing.assert_array_equal(model.table, before)


def test_predictions_stand_under_raw_ids(model, split):
    table = recommend.predictions(model, split, users=["u2", "u0"])
    assert table.loc["u2"].tolist() == [0.5, 0.5, pytest.approx(0.9), 0.5]
    assert (table.index.name, table.columns.name, table.shape) == ("user_id", "item_id", (2, 4))
    assert table.loc["u0", 101] == pytest.approx(0.9)


@given(
    arrays(
        np.float32, st.tuples(st.integers(1, 5), st.integers(1, 8)), elements=st.sampled_from([-np.inf, -1, 0, 0.5, 2])
    ),
    st.data(),
)
def test_best_agrees_with_sorting_everything(scores, data):
    k = data.draw(st.integers(1, scores.shape[1]))
    in_order = np.stack([np.lexsort((np.arange(len(row)), -row)) for row in scores])
    np.testing.assert_array_equal(top.best(scores, k), in_order[:, :k])


@pytest.mark.parametrize("k", [0, -1, 5, 2.5, "ten"])
def test_k_out_of_range_is_one_clear_sentence(model, split, k):
    with pytest.raises(RecoLabError, match=r"k must (lie between 1 and 4|be a whole number)"):
        recommend.top_k(model, split, k=k)


def test_an_unknown_user_is_named(model, split):
    with pytest.raises(RecoLabError, match="no user id 'u9'"):
        recommend.top_k(model, split, users=["u0", "u9"], k=1)


@pytest.mark.parametrize("users", ["u0", 7])
def test_a_single_id_in_place_of_a_list_is_explained(model, split, users):
    with pytest.raises(RecoLabError, match=r"users must be a list of user ids"):
        recommend.top_k(model, split, users=users, k=1)


def test_an_empty_list_of_users_is_refused(model, split):
    with pytest.raises(RecoLabError, match="empty list"):
        recommend.top_k(model, split, users=[], k=1)


def test_scores_that_are_nan_are_refused(model, split):
    model.table[2, 1] = np.nan
    for ask in (lambda: recommend.top_k(model, split, k=2), lambda: recommend.predictions(model, split)):
        with pytest.raises(RecoLabError, match="NaN"):
            ask()
