"""Which cell of a notebook runs, and about how long the rest will take."""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from recolab.runs.notebooks.cells import first_line, injected, number


class Progress:
    """A line on stderr: rewritten every second on a terminal, a new one for each cell elsewhere.

    The time left is guessed from the time that the cells so far took: where `earlier` says how long each cell took in
    an earlier run, in proportion to that; otherwise all cells count alike.

    Args:
        notebook: which is run.
        earlier: seconds by id of a cell, from an earlier run.

    Attributes:
        live: whether the line is rewritten.
    """

    def __init__(self, notebook: Any, earlier: Mapping[str, float]) -> None:
        self.live = sys.stderr.isatty()
        self._notebook, self._last = notebook, number(notebook, len(notebook.cells))
        usual = statistics.mean(earlier.values()) if earlier else 1.0
        self._shares = [earlier.get(cell.get("id", ""), usual) * _runs(cell) for cell in notebook.cells]
        # With an earlier run at hand the first, short cells do not yet tell how fast this one is.
        self._trusted = 0.1 * sum(self._shares) if earlier else 0.0
        self._index: int | None = None
        self._begun = self._cell_begun = time.monotonic()

    def begin(self, index: int) -> None:
        """The cell at this place begins."""
        if self._index is None:
            self._begun = time.monotonic()  # the kernel has started
        if _runs(self._notebook.cells[index]):
            self._index, self._cell_begun = index, time.monotonic()
            self.show()

    def show(self) -> None:
        """Write the line, if a cell has begun."""
        if self._index is None:
            return
        here = number(self._notebook, self._index)
        words = [f"cell {here} of {self._last}", f"{_clock(time.monotonic() - self._begun)} gone"]
        if (left := self._left(self._index)) is not None:
            words.append(f"about {_clock(left)} left")
        self._write(f"{', '.join(words)}: {first_line(self._notebook.cells[self._index])}")

    def end(self) -> None:
        """Take the line away from a terminal, so that what follows begins on an empty one."""
        if self.live:
            self._write("")

    def _left(self, index: int) -> float | None:
        now = time.monotonic()
        done, share, rest = sum(self._shares[:index]), self._shares[index], sum(self._shares[index + 1 :])
        if not done + self._trusted:
            return None
        pace = max(
            (self._cell_begun - self._begun + self._trusted) / (done + self._trusted),
            (now - self._begun + self._trusted) / (done + share + self._trusted),  # this cell drags on
        )
        return pace * rest + max(pace * share - (now - self._cell_begun), 0.0)

    def _write(self, line: str) -> None:
        if self.live:
            line = f"\r{line[: shutil.get_terminal_size().columns - 1]}\x1b[K"
        print(line, end="" if self.live else "\n", file=sys.stderr, flush=True)


def _runs(cell: Any) -> bool:
    return bool(cell.cell_type == "code" and not injected(cell))


def seconds_by_cell(notebook: Path) -> dict[str, float]:
    """How long each cell of an executed notebook took, by its id; nothing where there is no such notebook."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        return {
            cell["id"]: max(_moment(times["shell.execute_reply"]) - _moment(times["iopub.execute_input"]), 0.0)
            for cell in cells
            if (times := cell["metadata"].get("execution")) and "shell.execute_reply" in times
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # it is a guess; a run does not depend on it


def _moment(written: str) -> float:
    return datetime.fromisoformat(written).timestamp()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
