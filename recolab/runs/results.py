"""Results as data: every run is one JSON file, and one function reads them all back as a table."""

from __future__ import annotations

import difflib
import hashlib
import json
import math
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from recolab.errors import RecoLabError
from recolab.runs import circumstances
from recolab.runs.whole import write_whole

if TYPE_CHECKING:
    from recolab.data import Ratings

GROUPS = ("parameters", "metrics", "protocol", "details", "seeds", "data", "versions", "machine")
PLAIN = ("experiment", "model", "commit", "seconds", "when")


class Measured(Protocol):
    """Metrics together with the protocol that made them, such as a `recolab.evaluate.Report`."""

    @property
    def metrics(self) -> Mapping[str, float]: ...

    @property
    def protocol(self) -> Mapping[str, Any]: ...

    @property
    def details(self) -> Mapping[str, Any]: ...


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
    for what, name in (("experiment", experiment), ("model", model)):
        if not re.fullmatch(r"[\w+-][\w .()+-]*", name):
            raise RecoLabError(
                f"The {what} {name!r} cannot name a file: use letters, digits, spaces, '-', '+', '_', '.', '()'."
            )
    metrics, protocol, details = _parts(report, protocol)
    what_ran = {
        "experiment": experiment,
        "model": model,
        "parameters": dict(parameters),
        "protocol": dict(protocol),
        "seeds": dict(seeds),
        "data": _data(ratings),
    }
    row = {
        **what_ran,
        "metrics": metrics,
        "details": dict(details),
        "seconds": seconds,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": circumstances.commit(circumstances.checkout()),
        "versions": circumstances.versions(),
        "machine": circumstances.machine(),
    }
    digits = hashlib.sha256(_json(what_ran, sort_keys=True).encode()).hexdigest()[:10]
    target = results_folder(folder, write=True) / experiment / f"{model.replace(' ', '_')}-{digits}.json"
    write_whole(target, _json(row, indent=2) + "\n")
    return target


def recorded(experiment: str | None = None, *, folder: str | Path | None = None) -> pd.DataFrame:
    """Recorded runs as one flat table, a row a run, sorted by experiment and file name.

    Args:
        experiment: which experiment; None for all.
        folder: where results lie; see `results_folder`.

    Returns:
        Columns `experiment`, `model`, `commit`, `seconds`, `when` (UTC), then `parameters.*`, `metrics.*`,
        `protocol.*`, `details.*`, `seeds.*`, `data.*`, `versions.*` and `machine.*`, one column for every name that
        occurs (empty where a run has none), and `file`. `data.files` holds a dict from file name to sha256. Where
        nothing was recorded at all, the table is empty.

    Raises:
        RecoLabError: nothing was recorded for this experiment, or a file is not a recorded run.
    """
    results = results_folder(folder)
    experiments = sorted(path.name for path in results.iterdir() if path.is_dir()) if results.is_dir() else []
    if experiment is not None and experiment not in experiments:
        near = difflib.get_close_matches(experiment, experiments, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else f" Recorded are: {', '.join(experiments) or 'none'}."
        raise RecoLabError(f"No run of the experiment {experiment!r} is recorded in {results}.{hint}")
    chosen = experiments if experiment is None else [experiment]
    rows = [_read(path) for name in chosen for path in sorted((results / name).glob("*.json"))]
    names = list(dict.fromkeys(name for row in rows for name in row))
    in_order = sorted(names, key=lambda name: [*PLAIN, *GROUPS, "file"].index(name.split(".")[0]))
    return pd.DataFrame(rows, columns=in_order if rows else [*PLAIN, "file"])


def results_folder(folder: str | Path | None = None, *, write: bool = False) -> Path:
    """Where results lie: the argument, else RECOLAB_RESULTS, else `results/` of the checkout, else what was installed.

    The rows that come with an installed package are for reading only.

    Raises:
        RecoLabError: there is no such place, or none that may be written to.
    """
    named = folder or os.environ.get("RECOLAB_RESULTS")
    if named:
        return Path(named)
    checkout = circumstances.checkout()
    if checkout is not None:
        return checkout / "results"
    shipped = Path(__file__).resolve().parents[1] / "_results"
    if write or not shipped.is_dir():
        raise RecoLabError(
            "This RecoLab is installed without its source, so results have no place of their own: name one with "
            "folder=... or the environment variable RECOLAB_RESULTS."
        )
    return shipped


def _parts(
    report: Measured | Mapping[str, float], protocol: Mapping[str, Any] | None
) -> tuple[dict[str, float], Mapping[str, Any], Mapping[str, Any]]:
    """Metrics, protocol and details."""
    if isinstance(report, Mapping):
        if protocol is None:
            raise RecoLabError("Plain metrics need the way they were measured: pass protocol={...} as well.")
        return _finite(report), protocol, {}
    if protocol is not None:
        raise RecoLabError("The report brings its own protocol: leave out protocol=...")
    return _finite(report.metrics), report.protocol, report.details


def _finite(metrics: Mapping[str, float]) -> dict[str, float]:
    wrong = {name: value for name, value in metrics.items() if not (isinstance(value, Real) and math.isfinite(value))}
    if wrong or not metrics:
        raise RecoLabError(f"A recorded run needs metrics that are finite numbers, not {wrong or 'none at all'}.")
    return {name: float(value) for name, value in metrics.items()}


def _data(ratings: Ratings | None) -> dict[str, Any]:
    if ratings is None:
        return {}
    # The source is left out: it may be a folder of somebody's machine.
    known = ratings.provenance
    return {"name": known.name, "edition": known.edition, "files": dict(known.files)}


def _json(value: Any, **options: Any) -> str:
    def plain(odd: Any) -> Any:
        if isinstance(odd, np.generic):
            return odd.item()
        raise TypeError(f"{odd!r} of type {type(odd).__name__}")

    try:
        return json.dumps(value, default=plain, ensure_ascii=False, allow_nan=False, **options)
    except (TypeError, ValueError) as error:
        raise RecoLabError(
            f"A recorded run holds finite numbers, strings, lists and dicts; this one holds something else: {error}."
        ) from None


def _read(path: Path) -> dict[str, Any]:
    """One run with its groups flattened by one level."""
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        groups = {f"{group}.{name}": value for group in GROUPS for name, value in row[group].items()}
        return {**{name: row[name] for name in PLAIN}, **groups, "file": path.name}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecoLabError(
            f"{path} is not a recorded run ({type(error).__name__}: {error}): delete it, or record it again."
        ) from None
