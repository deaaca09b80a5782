"""Small notebooks and recorded runs, written by the tests."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from recolab.runs.records import run_file
from recolab.runs.records.asked import Asked
from recolab.runs.records.run_file import Result
from recolab.runs.records.user_tables import write_users
from recolab.runs.records.whole import write_whole

MakeNotebook = Callable[..., Path]


@pytest.fixture
def make_notebook(tmp_path) -> MakeNotebook:
    """Writes a notebook: a heading, the parameters cell, then the given cells of code."""

    def make(parameters: str, *cells: str, name: str = "lesson.ipynb") -> Path:
        new = nbformat.v4
        tagged = new.new_code_cell(parameters, metadata={"tags": ["parameters"]})
        notebook = new.new_notebook(
            cells=[new.new_markdown_cell("# A lesson"), tagged, *map(new.new_code_cell, cells)],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        )
        path = tmp_path / name
        nbformat.write(notebook, path)
        return path

    return make


WriteRun = Callable[..., Path]


@pytest.fixture
def write_run(tmp_path) -> WriteRun:
    """Writes the file of a run into `results/toy`, with the metrics of its users where they are given."""

    def write(
        metrics: dict[str, float] | list[dict[str, float]],
        *,
        users: pd.DataFrame | None = None,
        protocol: dict[str, Any] | None = None,
        asked: bool = True,
        **what: Any,
    ) -> Path:
        data = what.get("data", {"name": "toy", "edition": "own", "files": {"u.data": "06416e"}})
        label, seed = what.get("label", "BiasedMF"), what.get("seed", 0)
        parameters = {"factors": what.get("factors", 40)}
        results = [
            Result(label, parameters, {"fit": seed}, each, protocol or {"split": "a fifth"}, {}, {}, users)
            for each in (metrics if isinstance(metrics, list) else [metrics])
        ]
        of_sweep = Asked(label, {"data": "toy", "seed": seed, **parameters}, data)
        path = tmp_path / "results" / "toy" / f"{label}-{of_sweep.run}.json"
        text = run_file.written(
            of_sweep.run,
            "toy",
            [each.as_json() for each in results],
            asked=of_sweep.as_json() if asked else None,
            data=data,
            seconds=1.0,
            peak_memory=None,
        )
        write_whole(path, text)
        write_users(path, results)
        return path

    return write
