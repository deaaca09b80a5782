"""Where the runs of a sweep come in: one file each, whole or not at all, and never the same run twice at once."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from recolab.errors import RecoLabError
from recolab.runs.records import run_file
from recolab.runs.records.asked import Asked
from recolab.runs.records.results import file_name
from recolab.runs.records.whole import write_whole

WORK, FAILED = ".running", ".failed"
TOKEN = "token-"
"""How the file begins by which a worker sees whether it sees the store; the sweep that wrote it holds its lock."""


class Busy(Exception):
    """Another process is doing this run."""


@dataclass(frozen=True)
class Store:
    """A folder of runs.

    Beside the runs' files it holds two folders that git does not see: `.running`, with a lock and a place to work for
    every run that is being done, and `.failed`, with what is known of those that went wrong. A lock belongs to a living
    process: when that is killed, the system gives the lock back.
    """

    folder: Path

    def path(self, asked: Asked) -> Path:
        """The file of a run, whether it is there or not."""
        return self.folder / file_name(asked.label, asked.run)

    def done(self) -> dict[str, Path]:
        """Files of the runs that are done, by run."""
        return {path.stem.rpartition("-")[2]: path for path in sorted(self.folder.glob("*.json"))}

    def read(self) -> dict[str, dict[str, Any]]:
        """All runs that are done, by run.

        Raises:
            RecoLabError: a file is no recorded run, or one of another layout.
        """
        return {run: run_file.read(path) for run, path in self.done().items()}

    @contextlib.contextmanager
    def claimed(self, asked: Asked) -> Iterator[Path]:
        """Hold a run, and get an empty folder to work in, which is gone afterwards.

        Raises:
            Busy: another process holds it.
            RecoLabError: the folder cannot be written to.
        """
        work = self.folder / WORK / asked.run
        with self._lock(asked.run):
            try:
                shutil.rmtree(work, ignore_errors=True)  # of somebody who was killed
                work.mkdir(parents=True)
                write_whole(work / "run.json", json.dumps({"label": asked.label, "since": time.time()}))
                yield work
            except OSError as error:
                raise RecoLabError(
                    f"{work} cannot be written to: {error.strerror}. Make room, or name another place."
                ) from error
            finally:
                shutil.rmtree(work, ignore_errors=True)

    def running(self) -> dict[str, dict[str, Any]]:
        """Label and beginning of the runs that a living process holds, by run."""
        found = {}
        for note in sorted((self.folder / WORK).glob("*/run.json")):
            run = note.parent.name
            with contextlib.suppress(OSError, ValueError):
                about = json.loads(note.read_text(encoding="utf-8"))
                if self._is_held(run):
                    found[run] = about
        return found

    def fail(self, asked: Asked, about: Mapping[str, Any], notebook: Path | None = None) -> None:
        """Note that a run went wrong, once more; and keep its partly executed notebook."""
        attempts = self.failed().get(asked.run, {}).get("attempts", 0) + 1
        note = self.folder / FAILED / f"{asked.run}.json"
        write_whole(note, json.dumps({**about, "label": asked.label, "attempts": attempts}, indent=2) + "\n")
        if notebook is not None and notebook.is_file():
            shutil.copyfile(notebook, self.notebook_of_failure(asked))

    def notebook_of_failure(self, asked: Asked) -> Path:
        """Where the partly executed notebook of a run that went wrong is kept."""
        return self.folder / FAILED / f"{asked.run}.ipynb"

    def failed(self) -> dict[str, dict[str, Any]]:
        """What is known of the runs that went wrong and are not done since, by run."""
        found = {}
        for note in sorted((self.folder / FAILED).glob("*.json")):
            with contextlib.suppress(FileNotFoundError):  # the run has just ended well
                found[note.stem] = json.loads(note.read_text(encoding="utf-8"))
        return found

    def forget_failure(self, run: str) -> None:
        """Drop what is known of a failure."""
        for suffix in (".json", ".ipynb"):
            (self.folder / FAILED / f"{run}{suffix}").unlink(missing_ok=True)

    def tidy(self) -> None:
        """Remove what killed processes left behind: places of work, half-written files, the locks of what is done."""
        done = self.done()
        for lock in sorted((self.folder / WORK).glob("*.lock")):
            run = lock.stem
            with contextlib.suppress(Busy), self._lock(run):
                shutil.rmtree(self.folder / WORK / run, ignore_errors=True)
                for part in self.folder.glob(f".*-{run}.*.part"):
                    part.unlink(missing_ok=True)
                # Who waits for a run that is done looks whether it is; another lock would let two do one that is not.
                if run in done or run.startswith(TOKEN):
                    lock.unlink(missing_ok=True)
        for folder in (WORK, FAILED):
            with contextlib.suppress(OSError):  # it holds something, or is not there
                os.rmdir(self.folder / folder)

    @contextlib.contextmanager
    def _lock(self, run: str) -> Iterator[None]:
        path = self.folder / WORK / f"{run}.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise Busy from None
        try:
            yield
        finally:
            lock.release()

    def _is_held(self, run: str) -> bool:
        try:
            with self._lock(run):
                return False
        except Busy:
            return True
