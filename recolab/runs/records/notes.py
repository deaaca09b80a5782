"""What a notebook keeps of its results, for the run that it is a part of."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from recolab.runs.records import run_file
from recolab.runs.records.results import Measured, result_of
from recolab.runs.records.whole import write_whole

PLACE = "RECOLAB_NOTES"
"""Environment variable: the folder of the run's notes. `recolab run` and `recolab sweep` set it."""


def note(
    reports: Mapping[str, Measured | Mapping[str, float]],
    *,
    parameters: Mapping[str, Any] | None = None,
    seeds: Mapping[str, int] | None = None,
    protocol: Mapping[str, Any] | None = None,
) -> None:
    """Keep results with the run of this notebook.

        >>> rl.runs.note({"biases": report, "BiasedMF": other}, seeds={"fit": seed})

    `recolab run` and `recolab sweep` write what a notebook noted into the file of the run, beside its parameters,
    versions and the rest. In a notebook that is run by hand nothing is kept.

    Args:
        reports: by name of the model, a `Report`, or plain metrics by name; plain metrics need `protocol`.
        parameters: settings of these models that are no parameters of the notebook.
        seeds: every seed that was set, by what it was for.
        protocol: how plain metrics were measured; a `Report` brings its own.

    Raises:
        RecoLabError: a metric that is not a finite number, a value JSON cannot hold, or metrics without a protocol.
    """
    kept = [
        result_of(model, report, parameters=parameters or {}, seeds=seeds or {}, protocol=protocol).as_json()
        for model, report in reports.items()
    ]
    texts = [run_file.as_text(each) for each in kept]
    if os.environ.get(PLACE):
        folder = Path(os.environ[PLACE])
        already = len(list(folder.glob("*.json")))
        for number, text in enumerate(texts, start=already):
            write_whole(folder / f"{number:04d}.json", text)


@contextlib.contextmanager
def kept() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Let the notebooks that this process runs note their results; gives what reads them, in their order."""
    before = os.environ.get(PLACE)
    with tempfile.TemporaryDirectory(prefix="recolab-notes-") as name:
        os.environ[PLACE] = name
        try:
            yield lambda: [json.loads(path.read_text(encoding="utf-8")) for path in sorted(Path(name).glob("*.json"))]
        finally:
            os.environ.pop(PLACE)
            if before is not None:
                os.environ[PLACE] = before
