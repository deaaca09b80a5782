"""What `recolab compare` and `recolab repeat` print: tables on a terminal, plain columns where it is piped."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table

from recolab.runs.tables.comparing import Comparison
from recolab.runs.tables.repeating import Repeated

WIDE = 200
"""Columns where there is no terminal, whose width nobody knows."""


def plain_console() -> Console:
    """A console that takes square brackets and colons for what they are."""
    console = Console(markup=False, emoji=False, highlight=False)
    return console if console.is_terminal else Console(markup=False, emoji=False, highlight=False, width=WIDE)


def print_comparison(shown: Comparison, console: Console) -> None:
    """Two runs: how both were measured, what differs, and the differences of their metrics."""
    console.print(f"A  {shown.a.label} ({shown.a.run})\nB  {shown.b.label} ({shown.b.run})\n", style="bold")
    _print_differences(shown.differs, console)
    for place, protocol in enumerate(shown.protocols, start=1):
        rows = shown.metrics[shown.metrics["result"] == place]
        console.print("\n" + _listed(protocol))
        console.print(
            _table(["metric", "A", "B", "A - B", "95 % interval"], map(_metric_row, rows.to_dict("records")), console)
        )
    for path in shown.without_users:
        console.print(f"\nNo intervals: the metrics of the users of {path.name} are not beside it. To have them:")
        console.print(f"recolab repeat {_from_here(path)} --keep", soft_wrap=True)
    if shown.metrics["low"].notna().any():
        console.print("\nIntervals: samples of the users, the same for A and B. Other seeds are not in them.")


def print_repeated(shown: Repeated, console: Console) -> None:
    """A run and the same run again, and what has changed in between."""
    for place, rows in shown.metrics.groupby("result"):
        head = f" ({place}) {rows['model'].iloc[0]}" if shown.metrics["result"].nunique() > 1 else ""
        table = _table(
            [f"metric{head}", "recorded", "again", "verdict"], map(_repeated_row, rows.to_dict("records")), console
        )
        console.print(table)
    console.print("\n" + _verdict(shown))
    changed = {f"version of {name}": both for name, both in shown.versions.items()}
    changed |= {f"machine: {name}" if name != "threads" else "threads": both for name, both in shown.machine.items()}
    if changed:
        console.print("\nDifferent now:")
        console.print(
            _table(["what", "then", "now"], ((name, *map(_short, both)) for name, both in changed.items()), console)
        )
    if shown.rooms:
        console.print(f"\nCode that changed since: {', '.join(shown.rooms)}.")
    if shown.kept:
        console.print(f"\nWritten: {shown.kept}")


def _print_differences(differs: pd.DataFrame, console: Console) -> None:
    if differs.empty:
        console.print("Nothing that was noted differs: not a parameter, a seed, a version, the machine or the code.")
        return
    rows = [
        (row.what, row.name_, _short(row.a), _short(row.b))
        for row in differs.rename(columns={"name": "name_"}).itertuples()
    ]
    console.print(_table(["differs", "", "A", "B"], rows, console))


def _from_here(path: Path) -> str:
    """The path as short as it can be written, in quotes where a shell needs them."""
    whole, here = path.resolve(), Path.cwd()
    return shlex.quote(str(whole.relative_to(here) if whole.is_relative_to(here) else whole))


def _verdict(shown: Repeated) -> str:
    if shown.same:
        return "All digits are the same."
    if shown.agrees:
        return "The digits differ, within the spread of the recorded runs of the same model, settings and protocol."
    if (shown.metrics["runs"] < 2).all():
        return "The digits differ, and no second run of the same model, settings and protocol is recorded to tell by."
    return "The digits differ by more than the recorded runs of the same model, settings and protocol do."


def _metric_row(row: Mapping[Any, Any]) -> tuple[str, ...]:
    interval = "" if pd.isna(row["low"]) else f"{row['low']:+.5f} to {row['high']:+.5f}"
    return row["metric"], f"{row['a']:.5f}", f"{row['b']:.5f}", f"{row['difference']:+.5f}", interval


def _repeated_row(row: Mapping[Any, Any]) -> tuple[str, ...]:
    return row["metric"], _digits(row["old"]), _digits(row["new"]), _judgement(row)


def _judgement(row: Mapping[Any, Any]) -> str:
    """How a metric came out, in a few words."""
    if row["same"]:
        return "same"
    if pd.isna(row["low"]):
        return "differs"
    if row["within"] or not row["low"] <= row["new"] <= row["high"]:
        return f"{'within' if row['within'] else 'outside'} {row['low']:.4f} – {row['high']:.4f}"
    return "the row lies apart"


def _digits(value: float) -> str:
    return "–" if pd.isna(value) else repr(float(value))


def _short(value: Any) -> str:
    """A value in a cell; a commit by its first letters."""
    if value is None:
        return "–"
    text = str(value)
    commit, plus, changes = text.partition("+changes")
    is_commit = len(commit) == 40 and all(letter in "0123456789abcdef" for letter in commit)
    return commit[:10] + plus + changes if is_commit else text


def _listed(values: Mapping[str, Any]) -> str:
    return " · ".join(f"{name} {value}" for name, value in values.items())


def _table(heads: Sequence[str], rows: Any, console: Console) -> Table:
    """A table; without lines where it is piped, so that other programs can read it."""
    table = Table(box=box.SIMPLE_HEAD if console.is_terminal else None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table
