"""The leaderboards of a sweep, written as tables into `results/` and read back: what the book draws, and nobody types.

A sweep file says what they show:

    leaderboards:
      ml-1m-ranking-among-99:                          # becomes results/ml-1m-ranking-among-99.csv
        title: Ranking, ML-1M, the last film among 99 others
        metrics: [hr@10, ndcg@10]                      # the first one ranks
        where: {protocol.candidates: published}        # of the recorded results, those
        over: [parameters.l2]                          # in what the runs of one model may differ
        folds: protocol.split                          # these are averaged, so that a seed's folds count as one run
        published: [NCF leave-one-out 99 negatives]    # protocols of published.csv
        names: {MF: MF dot product}                    # what those call our models
        suffix: " (a notebook)"                        # what those add to every name
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from recolab.errors import RecoLabError, did_you_mean
from recolab.runs.records.published import published as published_of
from recolab.runs.records.results import recorded, results_folder
from recolab.runs.records.run_file import check_name
from recolab.runs.records.whole import write_whole
from recolab.runs.sweeps.sweep import Sweep
from recolab.runs.sweeps.sweep_file import read_sweep
from recolab.runs.sweeps.sweeping import stores
from recolab.runs.tables.leaderboard import leaderboard
from recolab.runs.tables.summary import refuse_unlike


@dataclass(frozen=True)
class Board:
    """One table; for the attributes see above.

    Attributes:
        name: of its file.
        experiment: whose runs it shows.
        data: name of their data set.
    """

    name: str
    experiment: str
    data: str
    title: str
    metrics: Sequence[str]
    where: Mapping[str, Any] = field(default_factory=dict)
    over: Sequence[str] = ()
    folds: str | None = None
    published: Sequence[str] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""

    def drawn(self, rows: pd.DataFrame, folder: str | Path | None = None) -> pd.DataFrame:
        """The table of these recorded results, as `leaderboard` makes it.

        Raises:
            RecoLabError: no result is one of this leaderboard; it asks for something that no run has; a seed lacks
                folds; or as `leaderboard` and `published`.
        """
        wanted = [*self.where, *([self.folds] if self.folds else []), *(f"metrics.{name}" for name in self.metrics)]
        for name in wanted:
            if name not in rows:
                hint = did_you_mean(name, map(str, rows), "`recolab.runs.recorded` shows what they have.")
                raise RecoLabError(f"The leaderboard {self.name!r} asks for {name}, which no run of it has: {hint}")
        rows = self.selected(rows)
        if rows.empty:
            raise RecoLabError(f"No recorded run of {self.experiment} is one of the leaderboard {self.name!r}.")
        over = [column for column in self.over if column in rows]
        if self.folds is not None:
            refuse_unlike(rows, by=["model", self.folds], over=over)
            rows = averaged(rows, self.folds)
            over = []
        return leaderboard(rows, self.metrics, published=self.beside(folder), names=self.names, over=over)

    def selected(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Those of these recorded results that it shows."""
        for column, value in self.where.items():
            rows = rows[rows[column].astype(str) == str(value)]
        return rows

    def beside(self, folder: str | Path | None = None) -> pd.DataFrame:
        """What was published under its protocols."""
        known = published_of(self.data, folder=folder)
        known = known[known["protocol"].isin(self.published) & known["metric"].isin(self.metrics)]
        return known.assign(model=known["model"].str.removesuffix(self.suffix))


def averaged(rows: pd.DataFrame, folds: str) -> pd.DataFrame:
    """One row for the folds of a model and a seed: folds of one cut are no independent runs.

    Raises:
        RecoLabError: a seed lacks folds that another one has, or has one of them twice.
    """
    seeds = [name for name in map(str, rows) if name.startswith("seeds.")]
    groups = rows.groupby(["model", *seeds], dropna=False, sort=False)
    found = groups[folds].nunique()
    if found.nunique() > 1:
        raise RecoLabError(
            f"Not every model and seed has all {found.max()} of {folds}: {found.idxmin()} has {found.min()}."
        )
    if (groups.size() > found).any():
        raise RecoLabError(f"{(groups.size() - found).idxmax()} has one of {folds} more than once.")
    numbers = [name for name in map(str, rows) if name.startswith("metrics.") or name == "seconds"]
    means = groups[numbers].mean()
    return means.assign(run=groups["run"].agg(" ".join), peak_memory=groups["peak_memory"].max()).reset_index()


@dataclass(frozen=True)
class Shown:
    """A leaderboard as it was written, with what lies behind it.

    Attributes:
        board: what it shows.
        sweep: its sweep file.
        table: as `leaderboard` made it; without rows where none was written yet.
        rows: the recorded results that were averaged.
        published: `model` (by our name, where it has one), `metric`, `value`, `protocol` and `source`, once each.
    """

    board: Board
    sweep: Path
    table: pd.DataFrame
    rows: pd.DataFrame
    published: pd.DataFrame


def boards_of(sweep: Sweep) -> list[Board]:
    """The leaderboards that a sweep file names.

    Raises:
        RecoLabError: an unknown key, or a table without metrics.
    """
    found = []
    data = sorted({str(each.get("data")) for group in sweep.groups for each in group.alternatives})
    keys = [name for name in Board.__dataclass_fields__ if name not in ("name", "experiment", "data")]
    for name, values in sweep.leaderboards.items():
        check_name("leaderboard", name)
        if not isinstance(values, dict) or not isinstance(values.get("metrics"), list) or not values["metrics"]:
            raise RecoLabError(f"The leaderboard {name!r} of {sweep.file} needs `metrics: [...]`; it is {values!r}.")
        for key in values:
            if key not in keys:
                hint = did_you_mean(key, keys, f"it may have {', '.join(keys)}.")
                raise RecoLabError(f"The leaderboard {name!r} of {sweep.file} has the unknown key {key!r}: {hint}")
        if len(data) != 1:
            raise RecoLabError(f"{sweep.file} has leaderboards and runs on {', '.join(data)}: one data set is needed.")
        found.append(Board(name, sweep.name, data[0], **{"title": sweep.about or sweep.name, **values}))
    return found


def write_boards(sweep: Sweep, folder: str | Path | None = None) -> tuple[list[Path], dict[str, int]]:
    """Write the tables of a sweep from its recorded runs. A model whose runs are not all there gets no row.

    Args:
        sweep: as `read_sweep` gives it.
        folder: where results lie; see `results_folder`.

    Returns:
        The files, and how many runs each model lacks that got no row.

    Raises:
        RecoLabError: no run of a table is recorded, or the runs of a model were not measured alike.
    """
    store, searches = stores(sweep, folder)
    asked, waiting = sweep.runs(searches.read())
    done = store.done()
    missing: dict[str, int] = {}
    for group in waiting:
        missing[group.label] = missing.get(group.label, 0) + len(group.seeds)
    for each in asked:
        if each.run not in done:
            missing[each.label] = missing.get(each.label, 0) + 1
    whole = {each.run for each in asked if each.label not in missing}
    files: list[Path] = []
    if not whole:
        return files, missing
    rows = recorded(sweep.name, folder=store.folder.parent)
    rows = rows[rows["run"].isin(whole)]
    for board in boards_of(sweep):
        target = store.folder.parent / f"{board.name}.csv"
        write_whole(target, board.drawn(rows, folder).to_csv(float_format="%.6g"))
        files.append(target)
    return files, missing


def read_board(name: str, sweeps: str | Path, folder: str | Path | None = None) -> Shown:
    """A leaderboard that was written, read back; no data set is needed for it.

    Args:
        name: of the leaderboard.
        sweeps: folder of the sweep files, one of which names it.
        folder: where results lie; see `results_folder`.

    Raises:
        RecoLabError: no sweep file names it, or the table holds runs that are not recorded (any more).
    """
    sweep, board = _found(name, Path(sweeps))
    results = results_folder(folder)
    file = results / f"{name}.csv"
    if not file.is_file():
        return Shown(board, sweep.file, pd.DataFrame(), pd.DataFrame(), pd.DataFrame())
    table = pd.read_csv(file, index_col="model", dtype={"run_ids": str}).astype({"runs": "Int64"})
    rows = board.selected(recorded(board.experiment, folder=results))
    runs = set(" ".join(table["run_ids"].dropna()).split())
    if missing := runs - set(rows["run"]):
        raise RecoLabError(
            f"{file} has runs that are not recorded: {', '.join(sorted(missing))}. Write it anew: recolab leaderboard "
            f"{sweep.file}"
        )
    ours = {theirs: our for our, theirs in board.names.items()}
    published = board.beside(folder).replace({"model": ours}).drop_duplicates(["model", "metric"])
    return Shown(board, sweep.file, table, rows[rows["run"].isin(runs)], published)


def _found(name: str, folder: Path) -> tuple[Sweep, Board]:
    """The leaderboard of this name, and its sweep."""
    read = [read_sweep(path, check=False) for path in sorted(folder.glob("*.yaml"))]
    known = {board.name: (sweep, board) for sweep in read for board in boards_of(sweep)}
    if name not in known:
        hint = did_you_mean(name, known, f"there are {', '.join(known) or 'none'}.")
        raise RecoLabError(f"No sweep file in {folder} has the leaderboard {name!r}: {hint}")
    return known[name]
