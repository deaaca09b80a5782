"""A sweep as one HTML page that asks nobody for anything: pictures, tables, failures, what is left, how it was run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from recolab.errors import RecoLabError
from recolab.runs.pages.charts import board_of, drawn
from recolab.runs.pages.parts import Markup, document, element, joined
from recolab.runs.pages.tables import board_table, circumstances_table, failures, left, runs_table
from recolab.runs.records.results import recorded, results_folder
from recolab.runs.records.whole import write_whole
from recolab.runs.sweeps.screen import summary_line
from recolab.runs.sweeps.standing import Standing, standing
from recolab.runs.sweeps.sweep import Sweep
from recolab.runs.sweeps.sweeping import stores
from recolab.runs.tables.boards import Board, boards_of


@dataclass(frozen=True)
class _Shown:
    """A table of the page, with its picture.

    Attributes:
        title: its heading.
        metrics: the first one is drawn.
        rows: the recorded results behind it.
        table: the leaderboard; None where there is none.
        problem: why there is none.
        listed: whether it has a table of its own below the pictures.
    """

    title: str
    metrics: tuple[str, ...]
    rows: pd.DataFrame
    table: pd.DataFrame | None
    problem: str = ""
    listed: bool = True


def write_page(sweep: Sweep, output: str | Path | None = None, *, folder: str | Path | None = None) -> Path:
    """Write the page of a sweep. Runs that are not done yet are said to be missing.

    Args:
        sweep: as `recolab.runs.read_sweep` gives it.
        output: where to write it; None for `<name>.html` in the current folder.
        folder: where results lie; see `recolab.runs.results_folder`.

    Returns:
        The file that was written.

    Raises:
        RecoLabError: a name that does not end in .html, or vl-convert, which draws the pictures, is not installed.
    """
    output = Path(output) if output is not None else Path(f"{sweep.name}.html")
    if output.suffix != ".html":
        raise RecoLabError(f"A report is an HTML page, whose name ends in .html, but {output} came.")
    write_whole(output, page(sweep, folder))
    return output


def page(sweep: Sweep, folder: str | Path | None = None) -> str:
    """The page as text; see `write_page`."""
    store, searches = stores(sweep, folder)
    now, rows = standing(sweep, store, searches), _rows(sweep, searches.read(), folder)
    shown = _shown(sweep, rows, folder)
    title = sweep.about or sweep.name
    parts = [
        element("h1", title),
        element("p", f"{sweep.name}: {summary_line(now)}."),
        *_pictures(shown),
        *_tables(sweep, shown, rows),
        *_rest(now, rows),
    ]
    return document(title, joined(parts))


def _rows(sweep: Sweep, found: dict[str, dict[str, object]], folder: str | Path | None) -> pd.DataFrame:
    """The results of the sweep's own runs, as far as they are recorded."""
    wanted = {each.run for each in sweep.runs(found)[0]}
    try:
        rows = recorded(sweep.name, folder=results_folder(folder))
    except RecoLabError:  # nothing is
        return pd.DataFrame({"run": []})
    return rows[rows["run"].isin(wanted)].dropna(axis="columns", how="all")


def _shown(sweep: Sweep, rows: pd.DataFrame, folder: str | Path | None) -> list[_Shown]:
    """The leaderboards, and the metric that the sweep calls its best, if none of them ranks by it."""
    if rows.empty:
        return []
    shown = [_of_board(board, rows, folder) for board in boards_of(sweep)]
    metric = sweep.best.lstrip("-") if sweep.best else _first_metric(rows) if not shown else None
    if metric and f"metrics.{metric}" in rows and metric not in {each.metrics[0] for each in shown if not each.problem}:
        first = rows if sweep.notebook else rows.drop_duplicates("run")
        shown.insert(0, _Shown(metric, (metric,), first, board_of(first, metric), listed=False))
    return shown


def _of_board(board: Board, rows: pd.DataFrame, folder: str | Path | None) -> _Shown:
    try:
        table = board.drawn(rows, folder)
    except RecoLabError as error:
        return _Shown(board.title, tuple(board.metrics), rows, None, str(error))
    return _Shown(board.title, tuple(board.metrics), board.selected(rows), table)


def _first_metric(rows: pd.DataFrame) -> str | None:
    return next((name.removeprefix("metrics.") for name in map(str, rows) if name.startswith("metrics.")), None)


def _pictures(shown: list[_Shown]) -> list[Markup]:
    parts = []
    for each in shown:
        if each.table is not None:
            parts += [element("h2", each.title), drawn(each.table, each.rows, each.metrics[0])]
    return parts


def _tables(sweep: Sweep, shown: list[_Shown], rows: pd.DataFrame) -> list[Markup]:
    parts = [element("h2", "Tables")]
    for each in shown:
        if each.problem:
            parts += [element("h3", each.title), element("p", each.problem)]
        elif each.listed and each.table is not None:
            parts += [element("h3", each.title), board_table(each.table, each.metrics, about=each.title)]
    if rows.empty:
        parts.append(element("p", "No run is done yet."))
    elif sweep.notebook or len(parts) == 1:
        parts += [element("h3", "Run by run"), runs_table(rows, about="Run by run")]
    return parts


def _rest(now: Standing, rows: pd.DataFrame) -> list[Markup]:
    parts = [element("h2", "What failed"), failures(now.failed)] if now.failed else []
    parts += [element("h2", "What is still to be done"), left(now)]
    if not rows.empty:
        parts += [element("h2", "How it was run"), circumstances_table(rows)]
    return parts
