"""Doing a sweep: what is done is left alone, what fails is tried again, and nothing is done twice."""

from __future__ import annotations

import contextlib
import json
import platform
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, wait
from pathlib import Path
from typing import Any

from recolab.errors import RecoLabError
from recolab.runs.records.asked import Asked
from recolab.runs.records.circumstances import changed_rooms
from recolab.runs.records.results import results_folder
from recolab.runs.records.whole import write_whole
from recolab.runs.sweeps.on_dask import OnDask
from recolab.runs.sweeps.performing import ticket_for
from recolab.runs.sweeps.places import Ended, Here
from recolab.runs.sweeps.standing import Standing, standing
from recolab.runs.sweeps.store import WORK, Store
from recolab.runs.sweeps.sweep import Sweep

BEAT, SILENCE = 10.0, 60.0
"""Seconds between two signs of life in a store, and after which a sweep without one is taken for dead."""


def stores(sweep: Sweep, folder: str | Path | None = None) -> tuple[Store, Store]:
    """Where a sweep's runs come in, and those on validation rows that settings are chosen by."""
    results = results_folder(folder, write=True)
    return Store(results / sweep.name), Store(results / f"{sweep.name}-search")


def do_sweep(
    sweep: Sweep,
    *,
    jobs: int = 1,
    scheduler: str | None = None,
    folder: str | Path | None = None,
    stale: bool = False,
    watch: Callable[[Standing], None] = lambda _: None,
) -> Standing:
    """Do the runs that are not done.

    Args:
        sweep: as `read_sweep` gives it.
        jobs: runs at once on this machine.
        scheduler: address of a Dask scheduler, whose workers do the runs instead.
        folder: where results lie; see `results_folder`.
        stale: whether to do runs again whose code has changed since.
        watch: called with where the sweep stands, whenever that has changed.

    Returns:
        Where it stands at the end.

    Raises:
        RecoLabError: a file of the store cannot be read, another machine is at it, there is no scheduler, or it went
            away for good.
    """
    store, searches = stores(sweep, folder)
    heart = _Heart(store)
    try:
        for each in (store, searches):
            each.read()  # a file of another layout is an error before anything is done
            each.tidy()
        place = OnDask(scheduler, store.folder) if scheduler else Here(jobs)
        with contextlib.closing(place):
            tell = _Telling(lambda: standing(sweep, store, searches, jobs=place.slots), watch, heart)
            trials = [each for _, group in sweep.searches() for each in group]
            _do_all(_due(trials, searches, stale), sweep, searches, place, tell)
            asked, _ = sweep.runs(searches.read())
            _do_all(_due(asked, store, stale), sweep, store, place, tell)
    finally:
        heart.stop()
        for each in (store, searches):
            each.tidy()
    return standing(sweep, store, searches, jobs=jobs)


def _due(asked: Sequence[Asked], store: Store, stale: bool) -> list[tuple[Asked, bool]]:
    """The runs to do, and whether that is again."""
    rows, failed = store.read(), store.failed()
    new = [(each, False) for each in asked if each.run not in rows]
    again = [each for each in asked if each.run in rows and (stale or each.run in failed)]
    return new + [(each, True) for each in again if changed_rooms(rows[each.run])]


def _do_all(
    due: Sequence[tuple[Asked, bool]], sweep: Sweep, store: Store, place: Any, tell: Callable[[], None]
) -> None:
    """Do runs until each is done or has failed as often as it may."""
    waiting, attempts = deque(due), Counter[str]()
    running: dict[Any, tuple[Asked, bool, Any]] = {}
    elsewhere: list[tuple[Asked, bool]] = []  # in the hands of another process
    while waiting or running or elsewhere:
        while waiting and len(running) < max(1, place.slots):  # workers may be on their way
            asked, again = waiting.popleft()
            notebook = sweep.notebook[0] if sweep.notebook else None
            ticket = ticket_for(asked, store, notebook=notebook, limit=sweep.limit, again=again)
            running[place.submit(ticket)] = (asked, again, store.failed().get(asked.run))
        tell()
        ended, _ = wait(running, timeout=1, return_when=FIRST_COMPLETED)
        lost = False
        for future in ended:
            asked, again, failed_before = running.pop(future)
            how = _outcome(future)
            lost |= how.how == "lost"
            _adopt(store, how)
            if how.how == "done":
                store.forget_failure(asked.run)
            elif how.how == "failed":
                attempts[asked.run] += 1
                if store.failed().get(asked.run) == failed_before:  # nobody could say why
                    store.fail(asked, {"error": how.message, "cell": None, "traceback": None})
            if how.how == "busy":
                elsewhere.append((asked, again))
            elif how.how == "lost" or (how.how == "failed" and attempts[asked.run] <= sweep.retries):
                waiting.append((asked, again))
        if lost:
            waiting.extend((asked, again) for asked, again, _ in running.values())
            running.clear()
            place.again(tell)
        if elsewhere and not running:
            time.sleep(1)
        held = store.running() if elsewhere else {}
        waiting.extend(each for each in elsewhere if each[0].run not in held)
        elsewhere = [each for each in elsewhere if each[0].run in held]
    tell()


def _outcome(future: Any) -> Ended:
    try:
        ended: Ended = future.result()
        return ended
    except CancelledError:
        return Ended("lost")
    except Exception as error:  # a worker that was lost too often, for one
        return Ended("failed", f"{type(error).__name__}: {error}")


def _adopt(store: Store, ended: Ended) -> None:
    """Write what a worker sent that does not see the store; a run's own file last."""
    for name, content in sorted(ended.files.items(), key=lambda file: file[0].endswith(".json")):
        write_whole(store.folder / name, content)


class _Telling:
    """Tells where the sweep stands, once a second, and less often where to look takes long: a hundredth of the time."""

    def __init__(self, look: Callable[[], Standing], watch: Callable[[Standing], None], heart: _Heart) -> None:
        self._look, self._watch, self._heart, self._next = look, watch, heart, 0.0

    def __call__(self) -> None:
        self._heart.beat()
        begun = time.monotonic()
        if begun >= self._next:
            self._watch(self._look())
            ended = time.monotonic()
            self._next = ended + max(1.0, 100 * (ended - begun))


class _Heart:
    """Signs of life of a machine in a store: locks hold between the processes of one machine, not between two.

    Raises:
        RecoLabError: another machine has given one within the last minute; when it is made, and at each beat.
    """

    def __init__(self, store: Store) -> None:
        self._file = store.folder / WORK / "machine"
        self._last = -BEAT
        self.beat()

    def beat(self) -> None:
        if time.monotonic() - self._last >= BEAT:
            self._refuse_another()
            write_whole(self._file, json.dumps({"machine": platform.node(), "at": time.time()}))
            self._last = time.monotonic()

    def stop(self) -> None:
        with contextlib.suppress(RecoLabError):  # the sign of another machine stays
            self._refuse_another()
            self._file.unlink(missing_ok=True)

    def _refuse_another(self) -> None:
        try:
            known: Mapping[str, Any] = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return
        ago = time.time() - known["at"]
        if known["machine"] != platform.node() and ago < SILENCE:
            raise RecoLabError(
                f"Another machine was doing a sweep in {self._file.parents[1]} {ago:.0f} seconds ago: wait for it, "
                "name another folder, or let a Dask scheduler share the runs (--scheduler)."
            )
