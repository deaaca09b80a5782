import numpy as np
import pytest

from recolab import recommend
from recolab.backend import keras
from recolab.errors import RecoLabError

ITEMS = [[1, 0], [2, 2], [0, 3], [-1, 0], [0, 0], [5, 0]]


def dot_model(users, items):
    """A plain dot product whose tables are given."""
    user = keras.Input((), name="user", dtype="int32")
    item = keras.Input((), name="item", dtype="int32")
    tables = [
        keras.layers.Embedding(len(rows), len(rows[0]), name=name)
        for rows, name in ((users, "user_embedding"), (items, "item_embedding"))
    ]
    model = keras.Model([user, item], keras.layers.Dot(1)([tables[0](user), tables[1](item)]))
    for table, rows in zip(tables, (users, items), strict=True):
        table.set_weights([np.array(rows, np.float32)])
    return model


@pytest.fixture
def split(make_split):
    return make_split(2, 6, seen=[(0, 0), (0, 1), (0, 2), (1, 3), (1, 4)])  # item 5 has no training row


@pytest.fixture
def model():
    return dot_model([[1, 2], [3, 4]], ITEMS)


@pytest.mark.parametrize("item", [100, "Film 0"])
def test_similar_items_come_by_cosine_without_the_item_itself(model, split, item):
    table = recommend.similar_items(model, split, item, k=4)
    assert list(table.columns) == ["rank", "item_id", "title", "similarity"]
    # From (1, 0): (2, 2) at 45 degrees, (0, 3) at 90, zeros nowhere, (-1, 0) at 180. Item 105 was never trained.
    assert table["item_id"].tolist() == [101, 102, 104, 103]
    np.testing.assert_allclose(table["similarity"], [np.sqrt(0.5), 0, 0, -1], atol=1e-6)
    assert table["rank"].tolist() == [1, 2, 3, 4]


def test_fewer_rows_come_when_fewer_items_were_trained(model, split):
    assert len(recommend.similar_items(model, split, 100, k=5)) == 4


@pytest.mark.parametrize("item", [104, 105])
def test_an_item_without_a_vector_of_its_own_is_refused(model, split, item):
    with pytest.raises(RecoLabError, match=f"item {item} cannot be compared"):
        recommend.similar_items(model, split, item, k=2)


def test_embeddings_stand_under_raw_ids(model, split):
    items = recommend.embeddings(model, split)
    users = recommend.embeddings(model, split, "user_embedding")
    assert items.loc[101].tolist() == [2, 2]
    assert users.loc["u1"].tolist() == [3, 4]
    assert (items.index.name, users.index.name, list(items.columns)) == ("item_id", "user_id", [0, 1])


def test_a_wrong_layer_name_lists_those_there_are(model, split):
    with pytest.raises(RecoLabError, match=r"no embedding layer 'film'.*'user_embedding', 'item_embedding'"):
        recommend.embeddings(model, split, "film")


def test_a_layer_of_users_has_no_similar_items(model, split):
    with pytest.raises(RecoLabError, match=r"holds users, not items: name one of 'item_embedding'"):
        recommend.similar_items(model, split, 100, k=2, layer="user_embedding")


def test_a_split_of_another_catalogue_is_refused(model, make_split):
    with pytest.raises(RecoLabError, match=r"has 6 rows, but the split has 7 items"):
        recommend.embeddings(model, make_split(2, 7, seen=[(0, 0)]))


@pytest.mark.parametrize("k", [0, 6])
def test_k_counts_the_other_items(model, split, k):
    with pytest.raises(RecoLabError, match="k must lie between 1 and 5"):
        recommend.similar_items(model, split, 100, k=k)


def test_a_near_title_is_suggested(model, split):
    with pytest.raises(RecoLabError, match="Near: 'Film 3'"):
        recommend.similar_items(model, split, "Film 33", k=2)


def test_a_model_without_layers_is_refused(split):
    with pytest.raises(RecoLabError, match=r"a functional keras\.Model"):
        recommend.embeddings(object(), split)
