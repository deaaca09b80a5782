"""Where a sweep stands: what is done, running, failed and left, how long that takes, and what is best so far."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recolab.runs.records.asked import Asked
from recolab.runs.records.circumstances import changed_rooms
from recolab.runs.sweeps.store import Store
from recolab.runs.sweeps.sweep import Sweep


@dataclass(frozen=True)
class Standing:
    """Where a sweep stands.

    Attributes:
        done: recorded runs, of those that can be named yet; without those that failed when they were done again.
        stale: those of them whose code has changed since, with the rooms it changed in.
        running: label, and seconds so far, of the runs that some process is at, by run.
        failed: what went wrong with the runs that failed, by run.
        again: the runs that failed, which a sweep tries once more.
        waiting: runs that nobody has begun.
        unnamed: number of runs whose settings are still to be chosen.
        seconds_left: from the time that runs of the same model took, else from that of all; None where none is done.
        best: the best run so far: its label, the metric and the value.
        jobs: how many runs can be done at once; 0 while a scheduler has no worker.
    """

    done: Sequence[Asked]
    stale: Mapping[str, Sequence[str]]
    running: Mapping[str, tuple[str, float]]
    failed: Mapping[str, Mapping[str, Any]]
    again: Sequence[Asked]
    waiting: Sequence[Asked]
    unnamed: int
    seconds_left: float | None
    best: tuple[str, str, float] | None
    jobs: int


def standing(sweep: Sweep, store: Store, searches: Store, *, jobs: int = 1) -> Standing:
    """Read off the stores where a sweep stands."""
    found = searches.read()
    asked = [each for _, trials in sweep.searches() for each in trials]
    named, unnamed = sweep.runs(found)
    rows = {**found, **store.read()}
    known = [*asked, *named]
    running = {**searches.running(), **store.running()}
    labels = {each.run: each.label for each in known}
    failed = {**searches.failed(), **store.failed()}
    failed = {
        run: about
        for run, about in failed.items()
        if run in labels and (run not in rows or changed_rooms(rows[run]))  # or it failed when it was done again
    }
    done = [each for each in known if each.run in rows and each.run not in failed]
    waiting = [each for each in known if each.run not in rows and each.run not in running and each.run not in failed]
    return Standing(
        done=done,
        stale={run: rooms for run in (each.run for each in done) if (rooms := changed_rooms(rows[run]))},
        running={run: (labels[run], time.time() - about["since"]) for run, about in running.items() if run in labels},
        failed=failed,
        again=[each for each in known if each.run in failed],
        waiting=waiting,
        unnamed=sum(len(group.seeds) for group in unnamed),
        seconds_left=_left(waiting, running, rows, done, jobs),
        best=_best(sweep, [each for each in named if each.run in rows], rows),
        jobs=jobs,
    )


def _left(
    waiting: Sequence[Asked], running: Mapping[str, Any], rows: Mapping[str, Any], done: Sequence[Asked], jobs: int
) -> float | None:
    taken: dict[str, list[float]] = {}
    for each in done:
        if rows[each.run]["seconds"] is not None:
            taken.setdefault(each.label, []).append(rows[each.run]["seconds"])
    if not taken:
        return None
    usual = {label: sum(times) / len(times) for label, times in taken.items()}
    otherwise = sum(usual.values()) / len(usual)
    ahead: float = sum(usual.get(each.label, otherwise) for each in waiting)
    going: float = sum(
        max(0.0, usual.get(about["label"], otherwise) - (time.time() - about["since"])) for about in running.values()
    )
    return (ahead + going) / max(1, jobs, len(running))  # another process may do more runs at once than this one


def _best(sweep: Sweep, done: Sequence[Asked], rows: Mapping[str, Any]) -> tuple[str, str, float] | None:
    if sweep.best is None:
        return None
    metric, low = sweep.best.lstrip("-"), sweep.best.startswith("-")
    values = [
        (result["metrics"][metric], result["model"] or each.label)
        for each in done
        for result in rows[each.run]["results"][:1]
        if metric in result["metrics"]
    ]
    if not values:
        return None
    value, label = min(values) if low else max(values)
    return str(label), metric, float(value)
