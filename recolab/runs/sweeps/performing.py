"""One run in a process of its own, which gets a ticket on its standard input.

The process holds the run's lock as long as it lives, and writes the run's file itself. It outlives a sweep that is
killed, so that what it has done is not lost; the sweep's successor finds the run held, and then done. A process of its
own is also what makes the peak of memory the run's, and its digits independent of what ran before.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recolab.errors import RecoLabError
from recolab.runs.records import circumstances, notes, run_file
from recolab.runs.records.asked import Asked
from recolab.runs.records.run_file import Result
from recolab.runs.records.user_tables import write_users
from recolab.runs.records.whole import write_whole
from recolab.runs.sweeps.store import Busy, Store
from recolab.runs.sweeps.sweep import check_data

DONE, FAILED, BUSY = 0, 1, 75
"""Exit codes; 75 is what systems call a temporary failure."""

GRACE = 30.0
"""Seconds beyond the limit in which a run may end by itself and keep its notebook."""


def ticket_for(
    asked: Asked, store: Store, *, notebook: Path | None = None, limit: float | None = None, again: bool = False
) -> dict[str, Any]:
    """What another process, on another machine perhaps, needs to know of a run to do it.

    Args:
        asked: the run.
        store: where it comes in; its folder's name is that of the experiment.
        notebook: where the notebook lies; None for an experiment.
        limit: seconds it may take; None for any time.
        again: whether to do it although it is done, if its code has changed since.
    """
    return {
        "asked": asked.as_json(),
        "folder": str(store.folder.resolve()),
        "notebook": str(notebook) if notebook else None,
        "limit": limit,
        "again": again,
    }


def perform(ticket: Mapping[str, Any]) -> int:
    """Do a run, unless it is done or being done.

    Args:
        ticket: as `ticket_for` writes it.

    Returns:
        `DONE`, `FAILED` (the store knows more) or `BUSY`.
    """
    asked, store = Asked.of(ticket["asked"]), Store(Path(ticket["folder"]))
    try:
        with store.claimed(asked) as work:
            done = store.done().get(asked.run)
            if done and not (ticket["again"] and circumstances.changed_rooms(run_file.read(done))):
                return DONE
            try:
                _do(asked, ticket, store, work)
            except Exception as error:
                _note_failure(asked, store, error)
                return FAILED
            store.forget_failure(asked.run)
    except Busy:
        return BUSY
    return DONE


def _do(asked: Asked, ticket: Mapping[str, Any], store: Store, work: Path) -> None:
    start, target, code = time.perf_counter(), store.path(asked), circumstances.code()
    check_data(asked, Path(ticket["notebook"]) if ticket["notebook"] else None)
    if asked.notebook:
        results = _of_notebook(asked, ticket, work)
        write_whole(target.with_suffix(".ipynb"), (work / "out.ipynb").read_bytes())
    else:
        measured = _of_experiment(asked)
        results = [each.as_json() for each in measured]
        write_users(target, measured)
    text = run_file.written(
        asked.run,
        store.folder.name,
        results,
        asked=asked.as_json(),
        data=asked.data,
        seconds=round(time.perf_counter() - start, 1),
        peak_memory=circumstances.peak_memory(children=asked.notebook is not None),
        code=code,
    )
    write_whole(target, text)  # last: the run is done when this file is there


def _of_experiment(asked: Asked) -> list[Result]:
    from recolab.runs.sweeps.experiments import Experiment, run

    return run(Experiment.of(asked.parameters, asked.label), asked.label)


def _of_notebook(asked: Asked, ticket: Mapping[str, Any], work: Path) -> list[dict[str, Any]]:
    from recolab.runs.notebooks.notebook import run_notebook

    with notes.kept() as noted:
        run_notebook(ticket["notebook"], asked.parameters, work / "out.ipynb", progress=False, timeout=ticket["limit"])
        return noted()


def _note_failure(asked: Asked, store: Store, error: Exception) -> None:
    """Note why it failed, and keep the notebook as far as it came."""
    partial: Path | None = getattr(error, "partial", None)
    sentence = str(error) if isinstance(error, RecoLabError) else f"{type(error).__name__}: {error}"
    if partial is not None:
        sentence = sentence.replace(str(partial), str(store.notebook_of_failure(asked)))
    print(sentence, file=sys.stderr)
    about = {
        "error": sentence,
        "cell": getattr(error, "cell", None),
        "traceback": getattr(error, "traceback", None) or "".join(traceback.format_exception(error)),
    }
    store.fail(asked, about, partial)


def _end(*_: Any) -> None:
    """A polite end: locks are given back and places of work removed."""
    raise SystemExit(FAILED)


def main() -> None:
    """Do the run whose ticket comes on the standard input."""
    signal.signal(signal.SIGTERM, _end)
    ticket = json.load(sys.stdin)
    if ticket["limit"]:  # the sweep that waits for it says so first; a run that outlives its sweep ends by itself
        alarm = threading.Timer(ticket["limit"] + 2 * GRACE, os._exit, [FAILED])
        alarm.daemon = True
        alarm.start()
    sys.exit(perform(ticket))
