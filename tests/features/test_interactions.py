"""Wide matrix and long table: one from the other and back, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from recolab.errors import RecoLabError
from recolab.features import long_table, user_item_matrix


@pytest.fixture
def table():
    return pd.DataFrame({"user": [2, 0, 2, 0], "item": [1, 3, 0, 0], "rating": [4.0, 2.0, 5.0, 1.0]})


def test_the_matrix_has_a_one_for_every_pair(table):
    matrix = user_item_matrix(table, 3, 4)
    assert isinstance(matrix, sparse.csr_array)
    assert matrix.dtype == np.float32
    assert matrix.toarray().tolist() == [[1, 0, 0, 1], [0, 0, 0, 0], [1, 1, 0, 0]]


def test_the_matrix_holds_the_values_of_a_column(table):
    matrix = user_item_matrix(table, 3, 4, values="rating")
    assert matrix.toarray().tolist() == [[1, 0, 0, 2], [0, 0, 0, 0], [5, 4, 0, 0]]


def test_column_indices_are_sorted_within_each_row(table):
    matrix = user_item_matrix(table, 3, 4)
    assert matrix.indices.tolist() == [0, 3, 0, 1]
    assert matrix.indptr.tolist() == [0, 2, 2, 4]


def test_a_pair_that_occurs_twice_is_one_cell_and_its_last_row_counts():
    table = pd.DataFrame({"user": [0, 0, 0], "item": [1, 0, 1], "rating": [5.0, 2.0, 3.0]})
    assert user_item_matrix(table, 1, 2).toarray().tolist() == [[1, 1]]
    assert user_item_matrix(table, 1, 2, values="rating").toarray().tolist() == [[2, 3]]


def test_an_empty_table_gives_an_empty_matrix(table):
    matrix = user_item_matrix(table.iloc[:0], 2, 3)
    assert matrix.shape == (2, 3)
    assert matrix.nnz == 0


def test_a_value_of_zero_keeps_its_cell(table):
    matrix = user_item_matrix(table.assign(rating=0.0), 3, 4, values="rating")
    assert matrix.nnz == 4
    assert long_table(matrix)["value"].tolist() == [0, 0, 0, 0]


def test_the_long_table_has_a_row_for_every_stored_cell(table):
    rows = long_table(user_item_matrix(table, 3, 4, values="rating"))
    assert rows.to_dict("list") == {"user": [0, 0, 2, 2], "item": [0, 3, 0, 1], "value": [1, 2, 5, 4]}
    assert rows[["user", "item"]].dtypes.eq("int32").all()


def test_the_dense_long_table_has_every_cell_of_the_grid(table):
    rows = long_table(user_item_matrix(table, 3, 4), dense=True)
    assert rows["user"].tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert rows["item"].tolist() == [0, 1, 2, 3] * 3
    assert rows["value"].tolist() == [1, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0]


def test_an_array_may_be_made_long_as_well():
    wide = np.array([[0, 7], [8, 0]])
    assert long_table(wide).to_dict("list") == {"user": [0, 1], "item": [1, 0], "value": [7, 8]}
    assert long_table(wide, dense=True)["value"].tolist() == [0, 7, 8, 0]


def test_unsorted_cells_come_out_sorted_and_the_matrix_is_left_alone():
    matrix = sparse.csr_array((np.array([1.0, 2.0]), np.array([2, 0]), np.array([0, 2])), shape=(1, 3))
    assert long_table(matrix)["item"].tolist() == [0, 2]
    assert matrix.indices.tolist() == [2, 0]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 6), st.integers(1, 5)), max_size=60), st.booleans())
def test_there_and_back_is_the_same_matrix(cells, dense):
    table = pd.DataFrame(cells, columns=["user", "item", "rating"], dtype="int64")
    matrix = user_item_matrix(table, 6, 7, values="rating")
    rows = long_table(matrix, dense=dense)
    again = user_item_matrix(rows[rows["value"] > 0], 6, 7, values="value")
    assert (matrix != again).nnz == 0


@pytest.mark.parametrize(("column", "code"), [("user", 3), ("user", -1), ("item", 4)])
def test_a_code_out_of_range_is_refused(table, column, code):
    table.loc[1, column] = code
    with pytest.raises(RecoLabError, match=rf"'{column}' must lie between 0 and \d, .* but {code} came"):
        user_item_matrix(table, 3, 4)


def test_codes_that_are_no_whole_numbers_are_refused(table):
    with pytest.raises(RecoLabError, match=r"'item' must be whole numbers.*float64"):
        user_item_matrix(table.assign(item=0.5), 3, 4)


def test_a_missing_column_is_refused(table):
    with pytest.raises(RecoLabError, match=r"no column 'ratings'.*did you mean 'rating'"):
        user_item_matrix(table, 3, 4, values="ratings")


def test_a_matrix_of_one_axis_is_refused():
    with pytest.raises(RecoLabError, match=r"two axes.*\(3,\)"):
        long_table(np.ones(3))
