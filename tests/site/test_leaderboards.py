"""The tables of recorded runs: what stands in them, and that a page of made-up ratings has none."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def leaderboards() -> ModuleType:
    """The extension, which is no part of the package."""
    file = Path(__file__).parents[2] / "book" / "_ext" / "leaderboard.py"
    spec = importlib.util.spec_from_file_location("leaderboard", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_mean_stands_with_its_spread_and_what_is_missing_is_a_dash(leaderboards: ModuleType) -> None:
    board = pd.DataFrame(
        {
            "runs": [5, 1, pd.NA],
            "auc": [0.84, 0.8, None],
            "sd auc": [0.0004, None, None],
            "published auc": [0.8446, None, 0.8286],
        },
        index=["DCN", "LR", "CIN"],
    ).astype({"runs": "Int64"})
    rows = leaderboards.written(board, ["auc"]).to_numpy().tolist()
    assert [[cell.replace("\N{NO-BREAK SPACE}", " ") for cell in row] for row in rows] == [
        ["DCN", "5", "0.8400 ± 0.0004", "0.8446"],
        ["LR", "1", "0.8000", "–"],
        ["CIN", "–", "–", "0.8286"],
    ]


def test_options_are_pairs_and_select_rows(leaderboards: ModuleType, tmp_path: Path, monkeypatch) -> None:
    assert leaderboards.pairs("MF = MF dot product; k = a=b;") == {"MF": "MF dot product", "k": "a=b"}
    monkeypatch.setenv("RECOLAB_RESULTS", str(tmp_path))
    assert leaderboards.recorded("nothing", "").empty
    for candidates in ("published", "all"):
        leaderboards.rl.runs.record(
            "some",
            "MF",
            {"hr@10": 0.7},
            parameters={},
            seeds={},
            protocol={"candidates": candidates, "k": 10, "rows": 6040},
        )
    rows = leaderboards.recorded("some", "protocol.candidates = all")
    assert rows["protocol.candidates"].tolist() == ["all"]
    assert leaderboards.protocol(rows) == "rows 6,040; candidates all"


def test_the_page_has_tables_beside_real_ratings_only(site: Path) -> None:
    page = (site / "book" / "leaderboard.html").read_text(encoding="utf-8")
    assert ("<table" in page) == ("real ratings)" in page.split('class="lesson-data"')[1])
    assert ("made-up ratings" in page) == ("RecoLab made up" in page)
