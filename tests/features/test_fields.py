"""Fields: what each slot holds, what unknown, rare and missing values become, and what is refused."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recolab.errors import RecoLabError
from recolab.features import Fields

KINDS = {"time": "numeric", "genres": "multi-valued", "gender": "categorical", "age": "categorical"}


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "gender": ["M", "F", "M", "M"],
            "age": [35, 18, 18, 35],
            "genres": [("War",), ("Drama", "War", "Crime"), ("Drama", "War"), ("War",)],
            "time": [100, 300, 200, 150],
        }
    )


@pytest.fixture
def fields(table):
    return Fields.learn(table, KINDS)


def test_fields_are_categorical_then_multi_valued_then_numeric_as_given_within_a_kind(fields):
    assert fields.names == ("gender", "age", "genres", "time")
    assert fields.kinds == ("categorical", "categorical", "multi-valued", "numeric")


def test_every_field_has_a_run_of_indices_and_of_slots(fields):
    assert fields.runs == ((1, 4), (4, 7), (7, 11), (11, 12))
    assert fields.slots == ((0, 1), (1, 2), (2, 5), (5, 6))
    assert (fields.n_features, fields.n_slots, fields.n_weighted) == (12, 6, 4)


def test_indices_and_weights_are_those_worked_out_by_hand(fields, table):
    # gender: unknown 1, F 2, M 3; age: unknown 4, 18 5, 35 6; genres: unknown 7, Crime 8, Drama 9, War 10; time: 11.
    encoded = fields.encode(table)
    assert encoded["indices"].tolist() == [
        [3, 6, 10, 0, 0, 11],
        [2, 5, 9, 10, 8, 11],
        [3, 5, 9, 10, 0, 11],
        [3, 6, 10, 0, 0, 11],
    ]
    third = pytest.approx([1 / 3, 1 / 3, 1 / 3, 1])
    assert encoded["weights"].tolist() == [[1, 0, 0, 0], third, [0.5, 0.5, 0, 0.5], [1, 0, 0, 0.25]]
    assert (encoded["indices"].dtype, encoded["weights"].dtype) == (np.int32, np.float32)


def test_feature_names_say_what_each_index_stands_for(fields):
    names = fields.feature_names
    assert names["index"].tolist() == list(range(12))
    assert names["field"].tolist() == ["(none)"] + ["gender"] * 3 + ["age"] * 3 + ["genres"] * 4 + ["time"]
    values = ["(none)", "(unknown)", "F", "M", "(unknown)", 18, 35, "(unknown)", "Crime", "Drama", "War", "100 to 300"]
    assert names["value"].tolist() == values


def test_values_unseen_in_training_and_missing_ones_get_the_unknown_index_of_their_field(fields, table):
    new = table.assign(gender=["X", None, "F", "M"], age=[99, 18, np.nan, 35])
    assert fields.encode(new)["indices"][:, :2].tolist() == [[1, 4], [1, 5], [2, 4], [3, 6]]


def test_an_unseen_value_among_several_counts_as_one_of_them(fields, table):
    new = table.assign(genres=[("Opera", "War")] * 4)
    encoded = fields.encode(new)
    assert encoded["indices"][0, 2:5].tolist() == [7, 10, 0]
    assert encoded["weights"][0, :3].tolist() == [0.5, 0.5, 0]


def test_summed_values_weigh_one_each(table):
    weights = Fields.learn(table, KINDS, pooling="sum").encode(table)["weights"][:, :3]
    assert weights.tolist() == [[1, 0, 0], [1, 1, 1], [1, 1, 0], [1, 0, 0]]


def test_rare_values_share_the_unknown_index(table):
    fields = Fields.learn(table, KINDS, min_count=2)
    values = ["(unknown)", "M", "(unknown)", 18, 35, "(unknown)", "Drama", "War"]
    assert fields.feature_names["value"].tolist()[1:-1] == values
    assert fields.encode(table)["indices"][1].tolist() == [1, 4, 7, 8, 6, 9]


def test_a_field_of_rare_values_only_is_all_unknown(table):
    fields = Fields.learn(table, {"gender": "categorical"}, min_count=9)
    assert fields.n_features == 2
    assert fields.encode(table)["indices"].tolist() == [[1], [1], [1], [1]]


@pytest.mark.parametrize(
    "genres",
    [
        ["War", "Drama|War|Crime", " Drama | War ", "War"],
        ["War", "Drama|War|Crime", ("Drama", "War"), "War"],
        [["War"], ["Drama", "War", "Crime"], ["Drama", "War"], ["War"]],
        [np.array(["War"]), np.array(["Drama", "War", "Crime"]), np.array(["Drama", "War"]), np.array(["War"])],
    ],
    ids=["text", "text and tuples", "lists", "arrays"],
)
def test_several_values_may_be_text_with_bars_lists_or_arrays(fields, table, genres):
    written = table.assign(genres=genres)
    assert Fields.learn(written, KINDS) == fields
    assert np.array_equal(fields.encode(written)["indices"], fields.encode(table)["indices"])
    assert np.array_equal(fields.encode(written)["weights"], fields.encode(table)["weights"])


@pytest.mark.parametrize("none", [(), [], None, np.nan, "", "|"])
def test_a_row_without_any_value_has_no_slot_in_use(fields, table, none):
    new = table.assign(genres=pd.Series([none, ("War",), ("War",), none], dtype=object))
    encoded = fields.encode(new)
    assert encoded["indices"][:, 2:5].tolist() == [[0, 0, 0], [10, 0, 0], [10, 0, 0], [0, 0, 0]]
    assert encoded["weights"][:, :3].tolist() == [[0, 0, 0], [1, 0, 0], [1, 0, 0], [0, 0, 0]]


def test_more_values_than_any_training_row_are_cut_with_a_warning(fields, table):
    new = table.assign(genres=[("War", "Drama", "Opera", "Crime")] * 4)
    with pytest.warns(UserWarning, match=r"more values of 'genres' than any training row \(3\)"):
        encoded = fields.encode(new)
    assert encoded["indices"][0, 2:5].tolist() == [10, 9, 7]
    assert encoded["weights"][0, :3].sum() == pytest.approx(1)


def test_numbers_outside_the_training_rows_are_clipped(fields, table):
    assert fields.encode(table.assign(time=[0, 100, 300, 900]))["weights"][:, 3].tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize("unit", ["s", "ms", "ns"])
def test_moments_are_read_as_seconds(fields, table, unit):
    moments = pd.to_datetime(table["time"], unit="s")
    in_unit = table.assign(time=moments.astype(f"datetime64[{unit}]"))
    assert Fields.learn(in_unit, KINDS) == fields
    abroad = table.assign(time=moments.dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo"))
    assert fields.encode(abroad)["weights"][:, 3].tolist() == [0, 1, 0.5, 0.25]


def test_without_weighted_slots_there_are_no_weights(table):
    encoded = Fields.learn(table, {"gender": "categorical"}).encode(table)
    assert list(encoded) == ["indices"]


def test_an_empty_table_is_encoded_as_no_rows(fields, table):
    shapes = {name: array.shape for name, array in fields.encode(table.iloc[:0]).items()}
    assert shapes == {"indices": (0, 6), "weights": (0, 4)}


def test_the_config_is_plain_json_and_gives_the_same_fields(fields, table):
    again = Fields.from_config(json.loads(json.dumps(fields.to_config())))
    assert again == fields
    assert again.encode(table)["indices"].tolist() == fields.encode(table)["indices"].tolist()


def test_values_of_numpy_and_pandas_kinds_are_plain_in_the_config():
    table = pd.DataFrame(
        {
            "year": pd.array([1999, None, 1970], dtype="Int64"),
            "decade": [1990.0, np.nan, 1970.0],
            "half": [0.5, 1.0, 0.5],
            "liked": [True, False, True],
            "sex": pd.Categorical(["F", "M", "F"]),
            "region": pd.array(["9", None, "T"], dtype="string"),
        }
    )
    fields = Fields.learn(table, dict.fromkeys(table, "categorical"))
    values = {each["name"]: each["values"] for each in json.loads(json.dumps(fields.to_config()))["fields"]}
    assert values == {
        "year": [1970, 1999],
        "decade": [1970, 1990],
        "half": [0.5, 1.0],
        "liked": [0, 1],
        "sex": ["F", "M"],
        "region": ["9", "T"],
    }
    assert [type(value) for value in values["decade"]] == [int, int]
    assert fields.encode(table)["indices"].tolist() == [
        [3, 6, 8, 12, 14, 17],
        [1, 4, 9, 11, 15, 16],
        [2, 5, 8, 12, 14, 18],
    ]


def test_the_fields_do_not_depend_on_the_order_of_the_rows(fields, table):
    assert Fields.learn(table.iloc[::-1], KINDS) == fields


def test_fields_of_sizes_read_codes_and_keep_no_vocabulary():
    fields = Fields.of_sizes({"user": 10_000_000, "item": 3})
    assert fields.n_features == 1 + 10_000_001 + 4
    assert fields.kinds == ("categorical", "categorical")
    table = pd.DataFrame({"user": [0, 9_999_999, -1], "item": [2, 0, 1]})
    assert fields.encode(table)["indices"].tolist() == [[2, 10_000_005], [10_000_001, 10_000_003], [1, 10_000_004]]
    assert len(json.dumps(fields.to_config())) < 200
    assert Fields.from_config(fields.to_config()) == fields


def test_fields_of_sizes_name_their_features():
    names = Fields.of_sizes({"user": 2, "item": 1}).feature_names
    assert names["value"].tolist() == ["(none)", "(unknown)", 0, 1, "(unknown)", 0]


@pytest.mark.parametrize(("code", "words"), [(3, "but 3 came"), (-2, "but -2 came"), (0.5, "whole numbers")])
def test_fields_of_sizes_refuse_what_is_no_code_of_theirs(code, words):
    fields = Fields.of_sizes({"item": 3})
    with pytest.raises(RecoLabError, match=rf"'item'.*{words}"):
        fields.encode(pd.DataFrame({"item": [0, code]}))


@pytest.mark.parametrize("sizes", [{}, {"user": 0}])
def test_fields_of_no_size_are_refused(sizes):
    with pytest.raises(RecoLabError, match="at least one"):
        Fields.of_sizes(sizes)


cells = st.lists(st.sampled_from("abcdefg"), max_size=4)
rows = st.lists(st.tuples(st.sampled_from("xyz"), cells, st.integers(-5, 5)), min_size=1, max_size=30)


@given(rows, rows, st.integers(1, 3), st.sampled_from(["mean", "sum"]))
@pytest.mark.filterwarnings("ignore:Some rows have more values")
def test_encoding_is_that_of_a_plain_loop(known, new, min_count, pooling):
    known = [*known, ("x", ["a"], 9)]
    kinds = {"word": "categorical", "words": "multi-valued", "number": "numeric"}
    known, new = (pd.DataFrame(each, columns=list(kinds)) for each in (known, new))
    if known["number"].nunique() == 1:
        return
    encoded = Fields.learn(known, kinds, min_count=min_count, pooling=pooling).encode(new)
    indices, weights = plainly(known, new, min_count, pooling)
    assert encoded["indices"].tolist() == indices
    assert np.allclose(encoded["weights"], weights)


def plainly(known, new, min_count, pooling):
    """Indices and weights by loops over rows and values."""
    words = [value for value in sorted(set(known["word"])) if list(known["word"]).count(value) >= min_count]
    every = [value for cell in known["words"] for value in cell]
    several = [value for value in sorted(set(every)) if every.count(value) >= min_count]
    slots = max(len(cell) for cell in known["words"])
    first, last = 2 + len(words), 3 + len(words) + len(several)
    low, high = min(known["number"]), max(known["number"])
    indices, weights = [], []
    for word, cell, number in new.itertuples(index=False):
        cell = cell[:slots]
        of_cell = [first + 1 + several.index(value) if value in several else first for value in cell]
        unused = [0] * (slots - len(cell))
        indices.append([2 + words.index(word) if word in words else 1, *of_cell, *unused, last])
        share = 1 / len(cell) if pooling == "mean" and cell else 1
        weights.append([share] * len(cell) + unused + [min(max((number - low) / (high - low), 0), 1)])
    return indices, weights


def test_the_words_for_people_name_every_field(fields):
    assert repr(fields) == (
        "Fields(4 fields, 12 features, 6 slots a row)\n"
        "  gender: categorical, 2 values and unknown\n"
        "  age: categorical, 2 values and unknown\n"
        "  genres: multi-valued (mean), 3 values and unknown, up to 3 a row\n"
        "  time: numeric, 100 to 300 becomes 0 to 1"
    )


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ({}, "names no field"),
        ({"gender": "categoricl"}, "'gender' has the kind 'categoricl'.*did you mean 'categorical'"),
        ({"gender": "x"}, "the kinds are categorical, multi-valued, numeric: choose"),
        ({"sex": "categorical"}, "no column 'sex'"),
        ({"genders": "categorical"}, "no column 'genders'.*did you mean 'gender'"),
        ({"gender": "numeric"}, "numeric field 'gender' must hold numbers.*such as 'M'"),
        ({"genres": "categorical"}, r"'genres' must be all text or all numbers.*tuple.*has the kind 'multi-valued'"),
    ],
)
def test_kinds_that_do_not_fit_the_table_are_refused(table, kinds, words):
    with pytest.raises(RecoLabError, match=words):
        Fields.learn(table, kinds)


def test_values_of_two_kinds_are_refused(table):
    with pytest.raises(RecoLabError, match=r"'age' must be all text or all numbers.*int, str.*astype"):
        Fields.learn(table.assign(age=[1, "1", 2, "2"]), {"age": "categorical"})


def test_text_where_numbers_were_learnt_from_is_refused(fields, table):
    with pytest.raises(
        RecoLabError, match=r"'age' was learnt from numbers, such as 18, .* now holds text, such as '35'"
    ):
        fields.encode(table.assign(age=table["age"].astype(str)))
    with pytest.raises(RecoLabError, match=r"'genres' was learnt from text.* now holds numbers"):
        fields.encode(table.assign(genres=[(1, 2)] * 4))


@pytest.mark.parametrize("kind", ["categorical", "multi-valued"])
def test_a_column_without_any_value_is_refused(table, kind):
    with pytest.raises(RecoLabError, match="'nothing' is empty: no training row has a value"):
        Fields.learn(table.assign(nothing=None), {"nothing": kind})


def test_a_multi_valued_column_of_empty_lists_is_refused(table):
    with pytest.raises(RecoLabError, match="'genres' is empty: no training row has a value"):
        Fields.learn(table.assign(genres=[()] * 4), {"genres": "multi-valued"})


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_gaps_in_a_numeric_field_are_refused_when_learning_and_when_encoding(fields, table, value):
    gappy = table.assign(time=[100, 200, value, 300])
    for use in (lambda: Fields.learn(gappy, KINDS), lambda: fields.encode(gappy)):
        with pytest.raises(RecoLabError, match=r"numeric field 'time' .* finite.*1 of 4 rows.*row 2"):
            use()


def test_a_missing_moment_is_a_gap(table):
    gappy = table.assign(time=pd.to_datetime(["2000-01-01", None, "2000-01-02", "2000-01-03"]))
    with pytest.raises(RecoLabError, match=r"'time' .* finite.*row 1"):
        Fields.learn(gappy, KINDS)


def test_a_numeric_field_of_one_number_is_refused(table):
    with pytest.raises(RecoLabError, match="'time' is 5 in all 4 training rows"):
        Fields.learn(table.assign(time=5), KINDS)


def test_no_training_row_is_refused(table):
    with pytest.raises(RecoLabError, match="the table has none"):
        Fields.learn(table.iloc[:0], KINDS)


@pytest.mark.parametrize(("name", "value"), [("min_count", 0), ("pooling", "max")])
def test_settings_that_do_not_exist_are_refused(table, name, value):
    with pytest.raises(RecoLabError, match=rf"`{name}` must be .* but {value!r} came"):
        Fields.learn(table, KINDS, **{name: value})


def test_a_missing_column_is_named_when_encoding(fields, table):
    with pytest.raises(RecoLabError, match=r"no column 'gender'.*did you mean 'genders'"):
        fields.encode(table.rename(columns={"gender": "genders"}))
