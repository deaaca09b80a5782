"""The tables of a sweep's page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from recolab.runs.pages.parts import Content, Markup, element, folded, joined, table
from recolab.runs.sweeps.screen import duration
from recolab.runs.sweeps.standing import Standing


def board_table(board: pd.DataFrame, metrics: Sequence[str], *, about: str) -> Markup:
    """A leaderboard, as `recolab.runs.leaderboard` gives it."""
    columns: dict[str, tuple[str, ...]] = {"Runs": ("{:.0f}", "runs")}
    for metric in metrics:
        columns[metric] = ("{:.4f}", metric)
        columns[f"{metric} sd"] = ("{:.4f}", f"sd {metric}")
        columns[f"{metric} 95 % interval"] = ("{:.4f} – {:.4f}", f"low {metric}", f"high {metric}")
        columns[f"{metric} published"] = ("{:.4f}", f"published {metric}")
        columns[f"{metric} gap"] = ("{:+.4f}", f"gap {metric}")
    columns["Memory, GB"] = ("{:.2f}", "peak_memory")
    known = {head: how for head, how in columns.items() if how[-1] in board and board[how[-1]].notna().any()}
    cells = [
        [str(model), *(_written(row, *how) for how in known.values()), _time(row)] for model, row in board.iterrows()
    ]
    return table(["Model", *known, "A run takes"], cells, about=about)


def runs_table(rows: pd.DataFrame, *, about: str) -> Markup:
    """A row a result: the parameters in which the runs differ, and the metrics."""
    asked = [_asked(row) for row in rows["asked"]]
    names = list(dict.fromkeys(name for each in asked for name in each))
    varied = [name for name in names if len({repr(each.get(name)) for each in asked}) > 1]
    metrics = [name for name in map(str, rows) if name.startswith("metrics.")]
    cells = [
        [str(row["model"]), *(_plain(each.get(name)) for name in varied)]
        + ["" if pd.isna(row[name]) else f"{row[name]:.4f}" for name in metrics]
        + [_time(row)]
        for each, (_, row) in zip(asked, rows.iterrows(), strict=True)
    ]
    heads = ["Model", *varied, *(name.removeprefix("metrics.") for name in metrics), "A run takes"]
    return table(heads, cells, about=about, text=1 + len(varied))


def failures(failed: Mapping[str, Mapping[str, Any]]) -> Markup:
    """What went wrong, with all that Python said folded away."""
    return joined(_failure(run, about) for run, about in failed.items())


def left(now: Standing) -> Markup:
    """What is running, waiting, to be tried again and yet to be chosen, by model."""
    counts = {
        "Running": Counter(label for label, _ in now.running.values()),
        "Waiting": Counter(each.label for each in now.waiting),
        "Failed": Counter(each.label for each in now.again),
    }
    labels = dict.fromkeys(label for count in counts.values() for label in count)
    rows = [[label, *(str(count[label]) for count in counts.values())] for label in labels]
    parts: list[Content] = []
    if rows:
        parts.append(table(["Model", *counts], rows, about="Runs that are to be done"))
    if now.unnamed:
        parts.append(element("p", f"{now.unnamed} runs whose settings are still to be chosen on validation rows."))
    if now.stale:
        rooms = ", ".join(sorted({room for rooms in now.stale.values() for room in rooms}))
        parts.append(element("p", f"Code has changed ({rooms}) since {len(now.stale)} of the runs were recorded."))
    return joined(parts or [element("p", "Nothing: all runs are done.")])


def circumstances_table(rows: pd.DataFrame) -> Markup:
    """Versions, machine, commit and data; how many runs had each, where they were not the same."""
    of_runs = rows.drop_duplicates("run")
    names = [name for name in map(str, of_runs) if name.startswith(("versions.", "machine.", "data."))]
    cells: list[list[Content]] = [["commit", _counted(of_runs["commit"])]]
    cells += [[name.replace(".", ": "), _counted(of_runs[name])] for name in names if of_runs[name].notna().any()]
    return table(["What", "Value"], cells, about="How it was run", text=2)


def _written(row: pd.Series, form: str, *names: str) -> str:
    values = [row[name] for name in names]
    return "" if any(pd.isna(value) for value in values) else form.format(*values)


def _failure(run: str, about: Mapping[str, Any]) -> Markup:
    cell = f", cell {about['cell']}" if about.get("cell") else ""
    said = f"{about['label']} ({run}{cell}, tried {about.get('attempts', 1)} times): {about['error']}"
    traceback = about.get("traceback")
    return folded(said, element("pre", traceback)) if traceback else element("p", said)


def _counted(values: pd.Series) -> Markup:
    """The values that occur, each with the number of its runs if there are several."""
    counts = Counter(_plain(value) for value in values)
    lines = [f"{value} ({count} runs)" if len(counts) > 1 else value for value, count in counts.most_common()]
    return joined(element("div", element("code", line)) for line in lines)


def _asked(asked: Mapping[str, Any] | None) -> dict[str, Any]:
    """What was asked; settings of a model by their own names."""
    parameters = dict((asked or {}).get("parameters", {}))
    return {**parameters.pop("settings", {}), **parameters}


def _plain(value: Any) -> str:
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return "–"
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"  # pandas makes whole numbers to floats where one is missing
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    return str(value)


def _time(row: Mapping[Any, Any] | pd.Series) -> str:
    return duration(row["seconds"]) if "seconds" in row and pd.notna(row["seconds"]) else ""
