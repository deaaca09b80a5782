"""One recorded run, by its id or by the path of its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recolab.errors import RecoLabError, did_you_mean
from recolab.runs.records import run_file
from recolab.runs.records.results import course_results, results_folder


@dataclass(frozen=True)
class Found:
    """A recorded run.

    Attributes:
        path: of its file.
        whole: what the file says; see `recolab.runs.records.run_file`.
    """

    path: Path
    whole: Mapping[str, Any]

    @property
    def run(self) -> str:
        """Its id."""
        return str(self.whole["run"])

    @property
    def label(self) -> str:
        """Its name, for people."""
        asked = self.whole["asked"]
        return str(asked["label"] if asked else self.whole["results"][0]["model"])

    @property
    def results(self) -> list[dict[str, Any]]:
        """Its results.

        Raises:
            RecoLabError: it has none.
        """
        if not self.whole["results"]:
            raise RecoLabError(
                f"The run {self.run} has no metrics, so there is nothing to hold against another: a notebook keeps its "
                "own with recolab.runs.note."
            )
        return list(self.whole["results"])


def find_run(run: str | Path, folder: str | Path | None = None) -> Found:
    """The run of this id, or of this file.

    Args:
        run: the ten characters before `.json` in a file's name, or the path of the file.
        folder: where results lie; see `recolab.runs.results_folder`. If no folder is named here, the course's own rows
            are searched as well.

    Raises:
        RecoLabError: there is none, several files bear the id, or the file is not a recorded run.
    """
    if Path(run).suffix == ".json":
        return Found(Path(run), run_file.read(Path(run)))
    results = results_folder(folder)
    by_run = _by_run(results)
    course = None if folder else course_results()
    if str(run) not in by_run and course is not None:
        by_run |= _by_run(course)
    paths = by_run.get(str(run), [])
    if not paths:
        hint = did_you_mean(run, by_run, "an id is the ten characters before .json in a file's name.", cutoff=0.8)
        raise RecoLabError(
            f"No run {str(run)!r} is recorded in {results}: {hint} `ls {results}/*` lists all, in Python "
            "recolab.runs.recorded()."
        )
    if len(paths) > 1:
        raise RecoLabError(f"The run {run} is recorded more than once: give one path, {' or '.join(map(str, paths))}.")
    return Found(paths[0], run_file.read(paths[0]))


def _by_run(results: Path) -> dict[str, list[Path]]:
    """The files of recorded runs, by run."""
    found: dict[str, list[Path]] = {}
    for path in sorted(results.glob("*/*.json")):
        found.setdefault(path.stem.rpartition("-")[2], []).append(path)
    return found
