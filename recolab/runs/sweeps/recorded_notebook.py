"""Run a notebook and record the run beside it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recolab.errors import RecoLabError
from recolab.runs.notebooks.notebook import output_of, run_notebook
from recolab.runs.notebooks.parameters import fitted, parameters
from recolab.runs.records import circumstances, notes, run_file
from recolab.runs.records.asked import Asked, known_as
from recolab.runs.records.whole import write_whole
from recolab.runs.sweeps.sweep import data_of_notebook


def record_notebook(
    path: str | Path,
    values: Mapping[str, Any] | None = None,
    output: str | Path | None = None,
    *,
    progress: bool = True,
    timeout: float | None = None,
) -> tuple[Path, Path]:
    """Execute a notebook, and write beside it what it was asked, what it noted, and all that this depends on.

    Args:
        path, values, output, progress, timeout: as in `run_notebook`.

    Returns:
        The executed notebook, and the run's file: the same name, with the ending `.json`.

    Raises:
        RecoLabError: as `run_notebook`; or a file of the run's name is there that is no run.
        NotebookFailed, KeyboardInterrupt: as `run_notebook`.
    """
    path = Path(path)
    target = output_of(path, output)
    record = target.with_suffix(".json")
    if record.exists():
        try:
            run_file.read(record)
        except RecoLabError:
            raise RecoLabError(
                f"{record} would be the run's file, but holds something else: give another output."
            ) from None
    checked = fitted(parameters(path), values or {}, path)
    asked = Asked(path.stem, checked, data_of_notebook(path, checked), known_as(path))
    code, before = circumstances.code(), circumstances.peak_memory(children=True)
    start = time.perf_counter()
    with notes.kept() as noted:
        run_notebook(path, checked, target, progress=progress, timeout=timeout)
        results = noted()
    peak = circumstances.peak_memory(children=True)
    text = run_file.written(
        asked.run,
        asked.label,
        results,
        asked=asked.as_json(),
        data=asked.data,
        seconds=round(time.perf_counter() - start, 1),
        peak_memory=None if peak == before else peak,  # equal: an earlier child's was larger, and ours is not known
        code=code,
    )
    write_whole(record, text)
    return target, record
