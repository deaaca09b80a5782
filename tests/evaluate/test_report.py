"""A `Report` and the comparison of several."""

import io
import json

import numpy as np
import pandas as pd
import pytest

from recolab.errors import RecoLabError
from recolab.evaluate import Report, compare

PROTOCOL = {"data": "ml-100k (official)", "split": "published u1", "rows": 20_000, "refitted": True}


def report(rmse, details=None, **protocol):
    return Report({"rmse": rmse, "mae": rmse - 0.2}, PROTOCOL | protocol, details or {})


def test_it_prints_its_numbers_and_the_protocol_that_made_them():
    assert str(report(0.91234, {"epochs": 7})) == (
        "RMSE 0.9123  MAE 0.7123\n"
        "protocol: data ml-100k (official) · split published u1 · rows 20,000 · refitted yes\n"
        "details: epochs 7"
    )
    assert repr(report(0.9)) == str(report(0.9))


def test_as_html_it_is_one_table_and_the_protocol_with_nothing_unescaped():
    page = report(0.91234, split="mine <b>")._repr_html_()
    assert page.count("<table") == 1
    assert "<td>0.9123</td>" in page
    assert "mine &lt;b&gt; · rows 20,000" in page


def test_its_row_is_flat_and_survives_json():
    made = Report({"rmse": np.float64(0.9)}, {"rows": np.int64(3), "split": "u1"}, {"refits": np.bool_(True)})
    assert json.loads(json.dumps(made.row())) == {"rmse": 0.9, "rows": 3, "split": "u1", "refits": True}


def test_its_frame_is_that_row():
    made = report(0.9, {"epochs": 3})
    assert made.frame.to_dict("records") == [made.row()]


def test_a_name_used_twice_is_an_error():
    with pytest.raises(RecoLabError, match="'rmse' stand in more than one"):
        Report({"rmse": 0.9}, {"rmse": 1})


def test_compare_puts_models_side_by_side_and_keeps_the_protocol():
    table = compare({"mean": report(1.1), "biases": report(0.95, {"epochs": 4})})
    assert table.index.tolist() == ["mean", "biases"]
    assert table.columns.tolist() == ["rmse", "mae"]
    assert table["rmse"].tolist() == [1.1, 0.95]
    assert table.attrs["protocol"] == PROTOCOL


def test_compare_refuses_reports_of_different_protocols_and_says_where_they_differ():
    with pytest.raises(RecoLabError, match=r"do not compare: refitted differ \(refitted: one: True, other: False\)"):
        compare({"one": report(0.9), "other": report(0.8, refitted=False)})


def test_compare_takes_a_part_of_the_protocol_that_only_one_report_has_for_a_difference():
    with pytest.raises(RecoLabError, match="cold_rows differ"):
        compare({"one": report(0.9), "other": report(0.8, cold_rows=0)})


def test_compare_knows_zero_from_no():
    with pytest.raises(RecoLabError, match="rows differ"):
        compare({"one": report(0.9, rows=0), "other": report(0.9, rows=False)})


def test_compare_shows_both_protocols_when_told_to():
    table = compare({"one": report(0.9), "other": report(0.8, split="published u2")}, allow_different=True)
    assert table.columns.tolist() == ["rmse", "mae", "split"]
    assert table["split"].tolist() == ["published u1", "published u2"]
    assert "split" not in table.attrs["protocol"]


def test_comparing_nothing_is_an_error():
    with pytest.raises(RecoLabError, match="nothing to compare"):
        compare({})


RANKED = Report({"hr@10": 0.5, "coverage@10": 0.25}, PROTOCOL, intervals={"hr@10": (0.4, 0.61234)})


def test_intervals_are_printed_beside_the_means():
    assert str(RANKED) == (
        "HR@10 0.5000  COVERAGE@10 0.2500\n"
        "95 % intervals: HR@10 0.4000 – 0.6123\n"
        "protocol: data ml-100k (official) · split published u1 · rows 20,000 · refitted yes"
    )


def test_as_html_the_intervals_stand_below_their_means():
    table = pd.read_html(io.StringIO(RANKED._repr_html_()), index_col=0)[0]
    assert table.columns.tolist() == ["HR@10", "COVERAGE@10"]
    assert table["HR@10"].tolist() == [0.5, 0.4, 0.6123]
    assert table["COVERAGE@10"].isna().tolist() == [False, True, True]
    assert table.index.tolist()[1:] == ["95 % low", "95 % high"]


def test_a_row_has_the_ends_of_the_intervals():
    row = RANKED.row()
    assert (row["hr@10_low"], row["hr@10_high"]) == (0.4, 0.61234)
    assert json.loads(json.dumps(row)) == row
