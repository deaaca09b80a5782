"""The reliability curve, against parts small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pytest

import recolab as rl
from recolab.errors import RecoLabError

CLICKS = [0, 1, 1, 1, 0, 1]
SAID = [0.1, 0.3, 0.8, 0.9, 0.7, 0.6]


def test_a_dot_has_what_was_said_what_happened_and_its_share_of_the_rows(rows_of):
    table = rows_of(rl.charts.reliability(CLICKS, SAID, bins=2))[0]
    assert table["predicted"].tolist() == pytest.approx([0.2, 0.75])
    assert table["happened"].tolist() == pytest.approx([1 / 2, 3 / 4])
    assert table["rows"].tolist() == [2, 4]
    assert table["share"].tolist() == pytest.approx([1 / 3, 2 / 3])


def test_the_subtitle_has_the_calibration_error(rows_of):
    subtitle = rl.charts.reliability(CLICKS, SAID, bins=2).to_dict()["title"]["subtitle"]
    assert "0.100" in " ".join(subtitle)  # 2/6 of 0.3 and 4/6 of 0


def test_several_models_have_curves_and_colours_of_their_own(rows_of):
    chart = rl.charts.reliability(np.array(CLICKS), {"said": SAID, "half": np.full(6, 0.5)}, bins=2)
    table = rows_of(chart)[0]
    assert table.groupby("model").size().to_dict() == {"said": 2, "half": 1}
    scales = [layer["encoding"]["color"]["scale"] for layer in chart.to_dict()["layer"] if "color" in layer["encoding"]]
    assert all(scale["domain"] == ["said", "half"] and len(set(scale["range"])) == 2 for scale in scales)


def test_the_diagonal_goes_from_corner_to_corner():
    drawn = rl.charts.reliability(CLICKS, SAID).to_dict()
    (rule,) = [layer for layer in drawn["layer"] if layer["mark"]["type"] == "rule"]
    (ends,) = drawn["datasets"][rule["data"]["name"]]
    assert (ends["predicted"], ends["happened"], ends["to"]) == (0, 0, 1)


@pytest.mark.parametrize(
    ("clicks", "said", "message"),
    [
        (CLICKS, {}, "at least one model"),
        (CLICKS, SAID[:2], "2"),
        (CLICKS, [*SAID[:5], 1.2], "0 and 1"),
    ],
)
def test_what_cannot_be_drawn_is_said(clicks, said, message):
    with pytest.raises(RecoLabError, match=message):
        rl.charts.reliability(clicks, said)
