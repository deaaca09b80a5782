"""The heat map, against matrices small enough to colour by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import recolab as rl
from recolab.errors import RecoLabError

NAMES = ["user", "film", "hour"]


def luminance(colour: str) -> float:
    parts = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def cells(chart, rows_of) -> pd.DataFrame:
    (table,) = rows_of(chart)
    return table.set_index(["row", "column"])


def test_each_number_stands_in_the_cell_of_its_row_and_column(rows_of):
    table = cells(rl.charts.heat_map([[1, 2, 3], [4, 5, 6]], ["a", "b"], NAMES, form=".1f"), rows_of)
    assert table["value"].to_dict() == {
        ("a", "user"): "1.0",
        ("a", "film"): "2.0",
        ("a", "hour"): "3.0",
        ("b", "user"): "4.0",
        ("b", "film"): "5.0",
        ("b", "hour"): "6.0",
    }


def test_cells_that_are_nan_are_left_out_and_their_names_stay(rows_of):
    lower = np.where(np.tri(3, k=-1, dtype=bool), 0.25, np.nan)
    chart = rl.charts.heat_map(lower, NAMES, form=".0%")
    assert cells(chart, rows_of)["value"].to_dict() == {
        ("film", "user"): "25%",
        ("hour", "user"): "25%",
        ("hour", "film"): "25%",
    }
    for layer in chart.to_dict()["layer"]:
        assert layer["encoding"]["y"]["scale"]["domain"] == layer["encoding"]["x"]["scale"]["domain"] == NAMES


def test_a_larger_size_is_darker_and_the_sign_is_the_hue(rows_of):
    fills = cells(rl.charts.heat_map([[-4, -2, 0, 2, 4]], ["a"], list("vwxyz")), rows_of)["fill"].tolist()
    light = [luminance(fill) for fill in fills]
    assert light[2] > light[1] > light[0]
    assert light[2] > light[3] > light[4]
    red_over_blue = [int(fill[1:3], 16) - int(fill[5:7], 16) for fill in fills]
    assert min(red_over_blue[:2]) > 0 > max(red_over_blue[3:])


def test_values_that_hardly_differ_have_colours_that_hardly_differ(rows_of):
    even, uneven = (
        cells(rl.charts.heat_map([row], ["a"], ["x", "y"]), rows_of)["fill"] for row in ([0.33, 0.34], [0.1, 0.57])
    )
    steps = [abs(luminance(pair.iloc[0]) - luminance(pair.iloc[1])) for pair in (even, uneven)]
    assert steps[0] < 0.02 < 0.3 < steps[1]


def test_every_number_can_be_read_on_its_cell(rows_of):
    values = np.linspace(-1, 1, 201)[None]
    table = cells(rl.charts.heat_map(values, ["a"], [f"{number}" for number in range(201)]), rows_of)
    for fill, ink in zip(table["fill"], table["ink"], strict=True):
        low, high = sorted([luminance(fill), luminance(ink)])
        assert (high + 0.05) / (low + 0.05) >= 4.5


def test_a_matrix_of_zeros_is_pale(rows_of):
    table = cells(rl.charts.heat_map(np.zeros((2, 2)), ["a", "b"]), rows_of)
    assert table["fill"].map(luminance).min() > 0.85


def test_what_is_rounded_away_has_no_sign(rows_of):
    table = cells(rl.charts.heat_map([[-0.001, -1.0]], ["a"], ["x", "y"]), rows_of)
    assert table["value"].tolist() == ["0.00", "-1.00"]


def test_pointing_at_a_cell_names_it():
    for layer in rl.charts.heat_map([[1.0]], ["a"], title="One").to_dict()["layer"]:
        assert [entry["field"] for entry in layer["encoding"]["tooltip"]] == ["row", "column", "value"]


@pytest.mark.parametrize("title", ["", "Attention by pair of fields"])
def test_it_is_drawn_with_and_without_a_title(title):
    vl_convert = pytest.importorskip("vl_convert")
    chart = rl.charts.heat_map([[0.7, 0.3], [0.4, 0.6]], ["user", "film"], title=title)
    picture = vl_convert.vegalite_to_svg(chart.to_dict())
    assert ("Attention" in picture) == bool(title)
    assert all(f">{text}<" in picture for text in ("0.70", "0.30", "user", "film"))


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: rl.charts.heat_map([1, 2], ["a", "b"]), r"shape \(rows, columns\), but received the shape \(2,\)"),
        (lambda: rl.charts.heat_map([[1, 2]], ["a"]), "2 columns, but 1 names came"),
        (lambda: rl.charts.heat_map([[1, 2]], ["a", "b"], ["x", "y"]), "1 rows, but 2 names came"),
        (lambda: rl.charts.heat_map(np.eye(2), ["a", "a"]), "'a' comes more than once"),
        (lambda: rl.charts.heat_map(np.eye(2), "ab"), "the text 'ab' came"),
        (lambda: rl.charts.heat_map([["x"]], ["a"]), "array of numbers"),
        (lambda: rl.charts.heat_map([[1, 2], [3]], ["a", "b"]), "rows of different lengths"),
        (lambda: rl.charts.heat_map([[np.inf]], ["a"]), "finite numbers"),
        (lambda: rl.charts.heat_map([[np.nan]], ["a"]), "finite numbers"),
        (lambda: rl.charts.heat_map(np.zeros((0, 0)), []), "finite numbers"),
        (lambda: rl.charts.heat_map(np.ones((80, 80)), [str(n) for n in range(80)]), "at most 5,000 cells"),
        (lambda: rl.charts.heat_map([[1]], ["a"], form="two digits"), "'.2f' or '.0%', but received 'two digits'"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_sentence(draw, message):
    with pytest.raises(RecoLabError, match=message):
        draw()
