"""Results as data: every run is one JSON file, and one function reads them all back as a table."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from recolab.errors import RecoLabError, did_you_mean
from recolab.runs.records import circumstances, run_file
from recolab.runs.records.run_file import Result
from recolab.runs.records.whole import write_whole

if TYPE_CHECKING:
    from recolab.data import Ratings

GROUPS = ("parameters", "metrics", "intervals", "protocol", "details", "seeds", "data", "versions", "machine")
PLAIN = ("experiment", "model", "run", "commit", "seconds", "peak_memory", "when")
ORDER = [*PLAIN, *GROUPS, "asked", "rooms", "file"]


class Measured(Protocol):
    """Metrics together with the protocol that made them, such as a `recolab.evaluate.Report`."""

    @property
    def metrics(self) -> Mapping[str, float]: ...

    @property
    def protocol(self) -> Mapping[str, Any]: ...

    @property
    def intervals(self) -> Mapping[str, tuple[float, float]]: ...

    @property
    def details(self) -> Mapping[str, Any]: ...

    @property
    def users(self) -> pd.DataFrame | None: ...


def record(
    experiment: str,
    model: str,
    report: Measured | Mapping[str, float],
    *,
    parameters: Mapping[str, Any],
    seeds: Mapping[str, int],
    protocol: Mapping[str, Any] | None = None,
    ratings: Ratings | None = None,
    seconds: float | None = None,
    folder: str | Path | None = None,
) -> Path:
    """Write one run as a JSON file, whole or not at all.

    The file lies at `<results>/<experiment>/<model>-<digits>.json`. The digits are a hash of experiment, model,
    parameters, protocol, seeds and data: recording the same run again replaces its row, so no table ever holds two.
    Versions, commit, machine and time (UTC) are added; no name of a person, a machine or a folder is.

    Args:
        experiment: what the run belongs to, for example `"ml-1m-ratings"`: letters, digits, `-`, `_` and `.`.
        model: name of the model, for people.
        report: a `Report`, or plain metrics by name; plain metrics need `protocol`.
        parameters: settings of the model and its training. Values that JSON can hold.
        seeds: every seed that was set, by what it was for, for example `{"split": 0, "model": 3, "fit": 3}`.
        protocol: how plain metrics were measured; a `Report` brings its own.
        ratings: the data; name, edition and the sha256 of its files are kept.
        seconds: how long it took.
        folder: where results lie; see `results_folder`.

    Returns:
        The file that was written.

    Raises:
        RecoLabError: a metric that is not a finite number, a value JSON cannot hold, a name that is no file name,
            metrics without a protocol, or no folder to write to.
    """
    run_file.check_name("experiment", experiment)
    run_file.check_name("model", model)
    result = result_of(model, report, parameters=parameters, seeds=seeds, protocol=protocol).as_json()
    data = run_file.data_of(ratings)
    asked = {name: result[name] for name in ("model", "parameters", "protocol", "seeds")}
    what_ran = {**asked, "experiment": experiment, "data": data}
    run = hashlib.sha256(run_file.as_text(what_ran, sort_keys=True).encode()).hexdigest()[:10]
    text = run_file.written(
        run,
        experiment,
        [result],
        asked=None,
        data=data,
        seconds=seconds,
        peak_memory=circumstances.peak_memory(),
    )
    target = results_folder(folder, write=True) / experiment / file_name(model, run)
    write_whole(target, text)
    return target


def result_of(
    model: str,
    report: Measured | Mapping[str, float],
    *,
    parameters: Mapping[str, Any],
    seeds: Mapping[str, int],
    protocol: Mapping[str, Any] | None = None,
) -> Result:
    """A report, or plain metrics with their protocol, as a part of a run; for the arguments see `record`."""
    if isinstance(report, Mapping):
        if protocol is None:
            raise RecoLabError("Plain metrics need the way they were measured: pass protocol={...} as well.")
        return Result(model, parameters, seeds, report, protocol, {}, {})
    if protocol is not None:
        raise RecoLabError("The report brings its own protocol: leave out protocol=...")
    return Result(
        model, parameters, seeds, report.metrics, report.protocol, report.intervals, report.details, report.users
    )


def file_name(label: str, run: str) -> str:
    """What a run's file is called."""
    return f"{label.replace(' ', '_')}-{run}.json"


def recorded(experiment: str | None = None, *, folder: str | Path | None = None) -> pd.DataFrame:
    """Recorded runs as one flat table, a row a result, sorted by experiment and file name.

    Args:
        experiment: which experiment; None for all.
        folder: where results lie; see `results_folder`. If no folder is named here, and RECOLAB_RESULTS names one
            without this experiment, the course's own rows of it are read.

    Returns:
        Columns `experiment`, `model`, `run`, `commit`, `seconds`, `peak_memory` (GB), `when` (UTC), then
        `parameters.*`, `metrics.*`, `intervals.*`, `protocol.*`, `details.*`, `seeds.*`, `data.*`, `versions.*` and
        `machine.*`, one column for every name that occurs (empty where a run has none), `asked`, `rooms` and `file`.
        `data.files` holds a dict from file name to sha256. Where nothing was recorded at all, the table is empty.

    Raises:
        RecoLabError: nothing was recorded for this experiment, or a file is not a recorded run.
    """
    results = results_folder(folder)
    experiments = _experiments(results)
    if experiment is not None and experiment not in experiments:
        course = None if folder else course_results()
        if course is not None and experiment in _experiments(course):
            return recorded(experiment, folder=course)
        hint = did_you_mean(experiment, experiments, f"recorded are {', '.join(experiments) or 'none'}.")
        raise RecoLabError(f"No run of the experiment {experiment!r} is recorded in {results}: {hint}")
    chosen = experiments if experiment is None else [experiment]
    rows = [row for name in chosen for path in sorted((results / name).glob("*.json")) for row in _rows(path)]
    names = list(dict.fromkeys(name for row in rows for name in row))
    in_order = sorted(names, key=lambda name: ORDER.index(name.split(".")[0]))
    return pd.DataFrame(rows, columns=in_order if rows else [*PLAIN, "file"])


def _experiments(results: Path) -> list[str]:
    """Those with recorded runs, sorted."""
    return sorted(path.name for path in results.iterdir() if path.is_dir()) if results.is_dir() else []


def results_folder(folder: str | Path | None = None, *, write: bool = False) -> Path:
    """Where results lie: the argument, else RECOLAB_RESULTS, else `results/` of the checkout, else what was installed.

    The rows that come with an installed package are for reading only.

    Raises:
        RecoLabError: there is no such place, or none that may be written to.
    """
    named = folder or os.environ.get("RECOLAB_RESULTS")
    if named:
        return Path(named)
    course = course_results()
    if course is None or (write and circumstances.checkout() is None):
        raise RecoLabError(
            "This RecoLab is installed without its source, so results have no place of their own: name one with "
            "folder=... or the environment variable RECOLAB_RESULTS."
        )
    return course


def course_results() -> Path | None:
    """The course's own results: `results/` of the checkout, else what was installed, if anything was."""
    checkout = circumstances.checkout()
    if checkout is not None:
        return checkout / "results"
    shipped = Path(__file__).resolve().parents[2] / "_results"
    return shipped if shipped.is_dir() else None


def _rows(path: Path) -> list[dict[str, Any]]:
    """A row for each result of a run, its groups flattened by one level."""
    whole = run_file.read(path)
    of_the_run = {name: whole[name] for name in (*PLAIN, "asked", "rooms") if name != "model"}
    rows = []
    for result in whole["results"]:
        parts = {**whole, **result}
        groups = {f"{group}.{name}": value for group in GROUPS for name, value in parts[group].items()}
        rows.append({**of_the_run, "model": result["model"], **groups, "file": path.name})
    return rows
