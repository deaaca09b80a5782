"""What an instructor sees of a sweep: a table that is drawn anew on a terminal, and lines anywhere else."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from recolab.runs.sweeps.standing import Standing
from recolab.runs.sweeps.sweep import Sweep

LINE_EVERY = 30.0
"""Seconds between two lines where there is no terminal."""


class Screen:
    """Shows where a sweep stands, as long as it is entered."""

    def __init__(self, sweep: Sweep, console: Console) -> None:
        self._sweep, self._console = sweep, console
        self._live = Live(console=console, auto_refresh=False) if console.is_terminal else None
        self._last, self._told = 0.0, ""

    def __enter__(self) -> Screen:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: Any, _where: TracebackType | None) -> None:
        if self._live:
            self._live.stop()

    def show(self, now: Standing) -> None:
        """Draw the table, or write a line if it would be another one."""
        if self._live:
            self._live.update(drawn(self._sweep, now), refresh=True)
        elif time.monotonic() - self._last >= LINE_EVERY and summary_line(now) != self._told:
            self._told, self._last = summary_line(now), time.monotonic()
            self._console.print(self._told, highlight=False)


def drawn(sweep: Sweep, now: Standing) -> Group:
    """The table: how far, what runs, what failed, what is best."""
    total = _total(now)
    head = Table.grid(padding=(0, 2))
    head.add_row(
        Text(sweep.name, style="bold"),
        ProgressBar(total=max(1, total), completed=len(now.done), width=30),
        Text(summary_line(now)),
    )
    body = Table.grid(padding=(0, 2))
    for label, seconds in now.running.values():
        body.add_row("running", label, duration(seconds))
    for run, about in now.failed.items():
        body.add_row(Text("failed", style="red"), f"{about['label']} ({run})", Text(reason(about)))
    return Group(head, body)


def reason(failure: Mapping[str, Any]) -> str:
    """Why a run failed, its cell first where it has one."""
    return f"cell {failure['cell']}: {failure['error']}" if failure.get("cell") else str(failure["error"])


def summary_line(now: Standing) -> str:
    """All of it in one line."""
    parts = [f"{len(now.done)} of {_total(now)} done"]
    if now.running:
        parts.append(f"{len(now.running)} running")
    if now.failed:
        parts.append(f"{len(now.failed)} failed")
    if not now.jobs:
        parts.append("no worker is there")
    if now.stale:
        parts.append(f"{len(now.stale)} stale")
    if now.seconds_left:
        parts.append(f"about {duration(now.seconds_left)} left")
    if now.best:
        label, metric, value = now.best
        parts.append(f"best {metric} so far {value:.4f} ({label})")
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def _total(now: Standing) -> int:
    return len(now.done) + len(now.running) + len(now.waiting) + len(now.failed) + now.unnamed
