"""A recorded run done again, from what its file says was asked, and whether it came out as it did then."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recolab.errors import RecoLabError
from recolab.runs.records import circumstances, run_file
from recolab.runs.records.asked import Asked
from recolab.runs.records.circumstances import changed_rooms
from recolab.runs.records.finding import Found, find_run
from recolab.runs.records.results import results_folder
from recolab.runs.records.whole import write_whole
from recolab.runs.sweeps.performing import ticket_for
from recolab.runs.sweeps.places import Ended, Here
from recolab.runs.sweeps.store import Store
from recolab.runs.sweeps.sweep import check_data
from recolab.runs.tables.comparing import differing

BESIDE = (".npz", ".ipynb")
"""What may lie beside a run's file, under its name."""


APART = 2.0
"""A row lies apart when it is further from the others than so many times their range."""


@dataclass(frozen=True)
class Repeated:
    """A run, and the same run again.

    Attributes:
        found: the run as it was recorded.
        metrics: a row a metric of a result: `result` (from 1), `model`, `metric`, `old`, `new`, `same` (every digit),
            `runs` (recorded ones of the same model, settings and protocol, this one among them), `low` and `high` (the
            least and the largest of them, widened by one standard deviation; NaN for a single run) and `within`.
        versions: packages of another version now: then and now.
        machine: in what the machine differs: then and now.
        rooms: of the code that a number passes through, those that changed since.
        kept: the file that now holds the new run; None where the old one was left.
    """

    found: Found
    metrics: pd.DataFrame
    versions: Mapping[str, tuple[Any, Any]]
    machine: Mapping[str, tuple[Any, Any]]
    rooms: Sequence[str]
    kept: Path | None

    @property
    def same(self) -> bool:
        """Whether all digits are the same."""
        return bool(self.metrics["same"].all())

    @property
    def agrees(self) -> bool:
        """Whether every metric has the same digits or lies within the spread."""
        return bool((self.metrics["same"] | self.metrics["within"]).all())


def repeat(run: str | Path, *, keep: bool = False, folder: str | Path | None = None) -> Repeated:
    """Do a recorded run again, in a process of its own with as many threads as then, if there are so many cores.

    A metric lies within the spread if the new value lies between the least and the largest recorded one, widened by one
    standard deviation, and the old one no further from the others and the new one than twice their range: a row that
    was edited would else widen its own spread.

    Args:
        run: its id, or the path of its file.
        keep: whether the new run takes the place of the old one, with the metrics of its users beside it.
        folder: where results lie; see `recolab.runs.results_folder`.

    Raises:
        RecoLabError: no such run, one that a script recorded, a file that was edited, other data than then, a notebook
            that is not there, or a run that fails.
    """
    found = find_run(run, folder)
    asked = _asked(found)
    _ = found.results  # without any it would be in vain
    notebook = _notebook(asked) if asked.notebook else None
    check_data(asked, notebook)  # before anything is started
    if keep and not Path(run).is_file():
        results_folder(folder, write=True)  # rows that came with an installed package are not to be replaced
    with tempfile.TemporaryDirectory() as place:
        fresh = _done_again(found, asked, notebook, Path(place))
        new = run_file.read(fresh)
        if keep:
            _replace(found.path, fresh)
    return Repeated(
        found=found,
        metrics=_metrics(found, new),
        versions=differing(found.whole["versions"], new["versions"]),
        machine=differing(found.whole["machine"], new["machine"]),
        rooms=changed_rooms(found.whole),
        kept=found.path if keep else None,
    )


def _asked(found: Found) -> Asked:
    """What the run was asked; its id follows from that."""
    if found.whole["asked"] is None:
        raise RecoLabError(
            f"The run {found.run} ({found.path.name}) was recorded by a script, which alone knows what it did: repeat "
            "a run of a sweep, or start the script again."
        )
    asked = Asked.of(found.whole["asked"])
    if asked.run != found.run:
        raise RecoLabError(
            f"{found.path} says it is the run {found.run}, but what it was asked makes the run {asked.run}: it was "
            "edited, so take it from git again."
        )
    return asked


def _notebook(asked: Asked) -> Path:
    """The notebook, in the checkout or, for one that lies outside, below the current folder."""
    root = circumstances.checkout()
    for place in (root, Path.cwd()):
        if place is not None and (place / str(asked.notebook)).is_file():
            return place / str(asked.notebook)
    raise RecoLabError(
        f"The notebook {asked.notebook} of the run {asked.run} lies neither in RecoLab's checkout ({root}) nor here: "
        "go to the folder from which its path is right."
    )


def _done_again(found: Found, asked: Asked, notebook: Path | None, place: Path) -> Path:
    """The file of the new run, in a store of its own."""
    store = Store(place / found.whole["experiment"])
    ticket = ticket_for(asked, store, notebook=notebook, again=True)
    threads = min(found.whole["machine"].get("threads") or circumstances.cores(), circumstances.cores())
    alone = Here(1, threads)
    try:
        ended = alone.submit(ticket).result()
    finally:
        alone.close()
    if ended.how != "done":
        raise RecoLabError(f"The run {found.run} cannot be done again: {_why(ended, asked, store)}")
    return store.path(asked)


def _why(ended: Ended, asked: Asked, store: Store) -> str:
    """Why it failed; a notebook is kept here as far as it came, before its place is gone."""
    why = str(store.failed().get(asked.run, {"error": ended.message})["error"])
    came, kept = store.notebook_of_failure(asked), Path(f"{asked.run}.failed.ipynb")
    if came.is_file():
        write_whole(kept, came.read_bytes())
    return why.replace(str(came), str(kept))


def _replace(old: Path, fresh: Path) -> None:
    """Put the new run, and what lies beside it, in the place of the old one; the run's own file last."""
    for suffix in BESIDE:
        if fresh.with_suffix(suffix).is_file():
            write_whole(old.with_suffix(suffix), fresh.with_suffix(suffix).read_bytes())
        else:
            old.with_suffix(suffix).unlink(missing_ok=True)
    write_whole(old, fresh.read_bytes())


def _metrics(found: Found, new: Mapping[str, Any]) -> pd.DataFrame:
    """Old and new metrics of every result."""
    old_results, new_results = found.results, new["results"]
    rows = []
    for place in range(max(len(old_results), len(new_results))):
        old, fresh = (each[place] if place < len(each) else {} for each in (old_results, new_results))
        others = _alike(found, place) if old else []
        before, after = old.get("metrics", {}), fresh.get("metrics", {})
        for metric in dict.fromkeys([*before, *after]):
            values = before.get(metric, np.nan), after.get(metric, np.nan)
            spread = _judged(*values, [each[metric] for each in others if metric in each])
            rows.append(
                {"result": place + 1, "model": (old or fresh)["model"], "metric": metric}
                | {"old": values[0], "new": values[1], "same": values[0] == values[1]}
                | spread
            )
    return pd.DataFrame(rows)


def _alike(found: Found, place: int) -> list[Mapping[str, float]]:
    """Metrics of the other recorded runs that differ from this one in nothing but seeds."""
    mine = found.results[place]
    metrics = []
    for whole in _others(found):
        if whole["data"] == found.whole["data"] and place < len(whole["results"]):
            its = whole["results"][place]
            if all(its[name] == mine[name] for name in ("model", "parameters", "protocol")):
                metrics.append(its["metrics"])
    return metrics


def _others(found: Found) -> Iterator[Mapping[str, Any]]:
    """The other runs in the folder of this one; what is no run is passed over."""
    for path in sorted(found.path.parent.glob("*.json")):
        if path.resolve() != found.path.resolve():
            with contextlib.suppress(RecoLabError):
                yield run_file.read(path)


def _judged(old: float, new: float, others: Sequence[float]) -> dict[str, Any]:
    """How many runs there are, their spread, and whether neither value lies apart."""
    recorded, now = [old, *others], [new, *others]
    sd = float(np.std(recorded, ddof=1)) if others else np.nan
    low, high, least, most = min(recorded) - sd, max(recorded) + sd, min(now), max(now)
    far = APART * (most - least)
    apart = not least - far <= old <= most + far
    return {"runs": len(recorded), "low": low, "high": high, "within": low <= new <= high and not apart}
