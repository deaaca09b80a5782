"""Where runs are done: on this machine, or on the workers of a Dask scheduler."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from recolab.runs.records import circumstances
from recolab.runs.sweeps.performing import BUSY, DONE, GRACE

THREADS = ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""By these TensorFlow and the libraries of linear algebra are told how many threads to take."""


@dataclass(frozen=True)
class Ended:
    """How a run ended: `"done"`, `"failed"`, `"busy"` (somebody else is at it) or `"lost"` (its scheduler is gone).

    Attributes:
        how: one of these.
        message: why it failed, one sentence.
        files: what the run wrote, by name, where the store's folder could not be reached from there.
    """

    how: str
    message: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)


class Here:
    """Processes on this machine, each with its share of the cores.

    Args:
        jobs: how many runs are done at once.
        threads: of each run; None for its share of the cores.
    """

    def __init__(self, jobs: int, threads: int | None = None) -> None:
        self.slots = jobs
        self._threads = threads or max(1, circumstances.cores() // jobs)
        self._executor: Executor = ThreadPoolExecutor(jobs)

    def submit(self, ticket: Mapping[str, Any]) -> Any:
        """A future of `Ended`."""
        return self._executor.submit(in_own_process, ticket, self._threads)

    def close(self) -> None:
        """End what is still running."""
        end_all()
        self._executor.shutdown(cancel_futures=True)


_alive: set[subprocess.Popen[bytes]] = set()
_guard = threading.Lock()


def in_own_process(ticket: Mapping[str, Any], threads: int) -> Ended:
    """Do a run in a process of its own, and wait for it."""
    with tempfile.TemporaryFile() as log:  # no pipe: nobody may read it any more when the run writes
        process = subprocess.Popen(
            [sys.executable, "-c", "from recolab.runs.sweeps.performing import main; main()"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,  # a Ctrl-C or a kill that is meant for the sweep does not reach the run
            env={**os.environ, **dict.fromkeys(THREADS, str(threads))},
        )
        with _guard:
            _alive.add(process)
        try:
            limit = ticket["limit"] and ticket["limit"] + GRACE * bool(ticket["notebook"])
            process.communicate(json.dumps(ticket).encode(), timeout=limit)
        except subprocess.TimeoutExpired:
            _kill(process)
            return Ended("failed", f"It took longer than the limit of {ticket['limit']:g} seconds and was stopped.")
        finally:
            with _guard:
                _alive.discard(process)
        if process.returncode in (DONE, BUSY):
            return Ended("done" if process.returncode == DONE else "busy")
        return Ended("failed", _reason(process.returncode, log))


def end_all() -> None:
    """Ask all runs of this process to end."""
    with _guard:
        for process in _alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _reason(code: int, log: Any) -> str:
    if code < 0:
        return f"Its process was ended by signal {-code}: it may have run out of memory."
    log.seek(0)
    lines = log.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"Its process ended with the code {code}."
