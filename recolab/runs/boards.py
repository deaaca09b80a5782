"""The leaderboards of a sweep, written as tables into `results/`: what the book draws, and nobody types.

A sweep file says what they show:

    leaderboards:
      ml-1m-ranking-among-99:                          # becomes results/ml-1m-ranking-among-99.csv
        title: Ranking, ML-1M, the last film among 99 others
        metrics: [hr@10, ndcg@10]                      # the first one ranks
        where: {protocol.candidates: published}        # of the recorded results, those
        over: [parameters.l2]                          # in what the runs of one model may differ
        published: [NCF leave-one-out 99 negatives]    # protocols of published.csv
        names: {MF: MF dot product}                    # what those call our models
        suffix: " (a notebook)"                        # what those add to every name
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from recolab.errors import RecoLabError
from recolab.runs.leaderboard import leaderboard
from recolab.runs.published import published as published_of
from recolab.runs.results import recorded, results_folder
from recolab.runs.run_file import check_name
from recolab.runs.store import Store
from recolab.runs.sweep import Sweep
from recolab.runs.whole import write_whole


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
    published: Sequence[str] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""

    def drawn(self, rows: pd.DataFrame, folder: str | Path | None = None) -> pd.DataFrame:
        """The table of these recorded results, as `leaderboard` makes it."""
        for column, value in self.where.items():
            rows = rows[rows[column].astype(str) == str(value)]
        if rows.empty:
            raise RecoLabError(f"No recorded run of {self.experiment} is one of the leaderboard {self.name!r}.")
        over = [column for column in self.over if column in rows]
        return leaderboard(rows, self.metrics, published=self.beside(folder), names=self.names, over=over)

    def beside(self, folder: str | Path | None = None) -> pd.DataFrame:
        """What was published under its protocols."""
        known = published_of(self.data, folder=folder)
        known = known[known["protocol"].isin(self.published) & known["metric"].isin(self.metrics)]
        return known.assign(model=known["model"].str.removesuffix(self.suffix))


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
                near = difflib.get_close_matches(str(key), keys, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"it may have {', '.join(keys)}."
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
    results = results_folder(folder, write=True)
    store, searches = Store(results / sweep.name), Store(results / f"{sweep.name}-search")
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
    rows = recorded(sweep.name, folder=folder)
    rows = rows[rows["run"].isin(whole)]
    for board in boards_of(sweep):
        target = results / f"{board.name}.csv"
        write_whole(target, board.drawn(rows, folder).to_csv(float_format="%.6g"))
        files.append(target)
    return files, missing
