"""The directive `leaderboard`: a table of recorded runs with its charts, drawn from `results/` at every build.

    ```{leaderboard} ml-1m-ranking-among-99
    A sentence or two on the protocol.
    ```

It makes a section whose title, metrics and published protocols are those of the sweep file that names the leaderboard.
The numbers are those of `results/<name>.csv`, which `recolab leaderboard` writes, and what stands behind them those of
the recorded runs. Beside made-up ratings a lesson shows neither recorded nor published numbers, and no more does this.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import altair as alt
import jinja2
import pandas as pd
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import recolab as rl
from recolab.runs.tables.boards import Shown, averaged, read_board
from recolab.runs.tables.leaderboard import LOWER_IS_BETTER

LABELS = {"auc": "AUC", "grouped_auc": "AUC within users", "log_loss": "log loss", "precision@10": "precision@10"}
OF_THE_PROTOCOL = ("data", "split", "refitted", "rows", "predictions", "relevant", "candidates", "masked", "click")
SECONDS = "details.training_seconds"
DASH = "–"
MANY = 6
GROUPS = {
    "parameters": "Parameters",
    "seeds": "Seeds",
    "protocol": "Protocol",
    "details": "Measured besides",
    "data": "Data",
    "versions": "Versions",
    "machine": "Machine",
}

HERE = Path(__file__).parent
TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True
)


class Leaderboard(SphinxDirective):
    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[nodes.Node]:
        try:
            shown = read_board(self.arguments[0], Path(self.env.srcdir, "sweeps"))
        except rl.RecoLabError as error:
            raise self.error(str(error)) from error
        section = nodes.section(ids=[shown.board.name], names=[shown.board.name])
        section += nodes.title(text=shown.board.title)
        self.state.nested_parse(self.content, self.content_offset, section)
        if rl.load("auto").truth is not None:
            section += nodes.paragraph(text="This build has made-up ratings. The table is in builds with real ones.")
        elif shown.table.empty:
            section += nodes.paragraph(text="No runs are recorded yet.")
        else:
            section += nodes.raw("", drawn(shown), format="html")
            section += [nodes.paragraph(text=line) for line in sources(shown)]
            section += [nodes.raw("", html_of(chart), format="html") for chart in charts(shown)]
        return [section]


def drawn(shown: Shown) -> str:
    """The table of a page, as HTML."""
    return TEMPLATES.get_template("leaderboard.html").render(
        name=shown.board.name,
        title=shown.board.title,
        sweep=f"sweeps/{shown.sweep.name}",
        folds=shown.board.folds,
        columns=columns(shown),
        rows=[row(shown, model) for model in shown.table.index],
    )


def columns(shown: Shown) -> list[dict[str, str]]:
    """Head of each column after the model's: its label, and how it is sorted when it is first chosen."""
    heads = [("runs", "descending")]
    for metric in shown.board.metrics:
        order = "ascending" if metric in LOWER_IS_BETTER else "descending"
        heads.append((label(metric), order))
        if f"published {metric}" in shown.table:
            heads.append((f"{label(metric)}, published", order))
    heads.append(("training, s", "ascending"))
    sorted_by = label(shown.board.metrics[0])
    return [{"label": text, "first": order, "now": order if text == sorted_by else ""} for text, order in heads]


def row(shown: Shown, model: str) -> dict[str, Any]:
    """A model's line of the table, and what it leads to."""
    values = shown.table.loc[model]
    rows = shown.rows[shown.rows["model"] == model]
    cells = [cell(values["runs"], "{:.0f}")]
    for metric in shown.board.metrics:
        cells.append(cell(values[metric], "{:.4f}", spread=values[f"sd {metric}"]))
        if f"published {metric}" in shown.table:
            cells.append(cell(values[f"published {metric}"], "{:.4f}"))
    cells.append(cell(seconds(rows), "{:,.1f}"))
    about = groups(rows)
    return {
        "model": model,
        "id": f"{shown.board.name}-{nodes.make_id(model)}",
        "cells": cells,
        "words": " ".join([model, *(f"{name} {value}" for name, value in about.get("Parameters", {}).items())]).lower(),
        "published": beside(shown, model),
        "runs": each_run(rows, shown.board.metrics[0]),
        "metric": label(shown.board.metrics[0]),
        "groups": about,
    }


def cell(value: Any, form: str, spread: Any = None) -> dict[str, str]:
    """A number as a page shows it, with its standard deviation as far as there is one, and as it is sorted."""
    if pd.isna(value):
        return {"text": DASH, "spread": "", "value": ""}
    known = spread is not None and not pd.isna(spread)
    beyond = f"\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}{form.format(spread)}" if known else ""
    return {"text": form.format(value), "spread": beyond, "value": repr(float(value))}


def label(metric: str) -> str:
    return LABELS.get(metric, metric.upper())


def seconds(rows: pd.DataFrame) -> float:
    """Mean time of training; NaN where no run says."""
    return float(rows[SECONDS].mean()) if SECONDS in rows else float("nan")


def beside(shown: Shown, model: str) -> list[str]:
    """What others published of a model: value, difference, protocol, source."""
    lines = []
    for each in shown.published[shown.published["model"] == model].itertuples():
        gap = shown.table.loc[model, f"gap {each.metric}"]
        ours = "" if pd.isna(gap) else f" (ours {gap:+.4f})"
        lines.append(f"{label(each.metric)} {each.value:.4f}{ours}; {each.protocol}. Source: {each.source}.")
    return lines


def each_run(rows: pd.DataFrame, metric: str) -> list[dict[str, str]]:
    """Id, seed and value of the runs."""
    seeds = rows.get("seeds.fit", pd.Series(index=rows.index, dtype=float))
    if "seeds.model" in rows:
        seeds = seeds.fillna(rows["seeds.model"])
    values = rows[f"metrics.{metric}"] if len(rows) else []
    return [
        {"run": run, "seed": DASH if pd.isna(seed) else f"{seed:.0f}", "value": f"{value:.4f}"}
        for run, seed, value in zip(rows.get("run", []), seeds, values, strict=True)
    ]


def groups(rows: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Everything that is recorded of some runs, group by group."""
    if rows.empty:
        return {}
    found = {}
    for group, heading in GROUPS.items():
        of_it = [name for name in rows if name.startswith(f"{group}.") and rows[name].notna().any()]
        found[heading] = {name.removeprefix(f"{group}.").replace("_", " "): told(rows[name]) for name in of_it}
    found["Measured besides"] |= {
        "seconds, with loading and testing": told(rows["seconds"]),
        "peak memory, GB": told(rows["peak_memory"]),
    }
    found["Versions"]["commit"] = told(rows["commit"])
    return {heading: values for heading, values in found.items() if values}


def told(values: pd.Series) -> str:
    """What some runs have in common, or all their values, or the range of many."""
    known = values.dropna()
    texts = list(dict.fromkeys(plain(value) for value in known))
    if pd.api.types.is_numeric_dtype(known) and not pd.api.types.is_bool_dtype(known):
        if len(texts) > MANY:
            return f"{plain(known.min())} to {plain(known.max())}"
        texts = [plain(value) for value in sorted(known.unique())]
    return " | ".join(texts) or DASH


def plain(value: Any) -> str:
    """A value of a recorded run for people."""
    if isinstance(value, dict):
        return "; ".join(f"{name} {plain(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join("×".join(map(str, each)) if isinstance(each, list) else plain(each) for each in value)
    if str(value) in ("True", "False"):  # NumPy's truth is no bool
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def sources(shown: Shown) -> list[str]:
    """Below the table: how ours was measured, how theirs was and who says so."""
    lines = [f"Ours: {protocol(shown.rows)}."]
    if len(shown.published):
        protocols, origins = ("; ".join(shown.published[name].unique()) for name in ("protocol", "source"))
        lines.append(f"Published: {protocols}. Source: {origins}.")
    return lines


def protocol(rows: pd.DataFrame) -> str:
    """How the rows were measured, in what all of them agree on."""
    columns = {name: f"protocol.{name}" for name in OF_THE_PROTOCOL if f"protocol.{name}" in rows}
    agreed = {name: rows[column].iloc[0] for name, column in columns.items() if rows[column].nunique() == 1}
    return "; ".join(f"{name} {f'{value:,}' if name == 'rows' else plain(value)}" for name, value in agreed.items())


def charts(shown: Shown) -> list[alt.LayerChart]:
    """The runs with their intervals, and, where times are recorded, quality against time."""
    metric = shown.board.metrics[0]
    best = "lowest" if metric in LOWER_IS_BETTER else "highest"
    folds = shown.board.folds
    runs = shown.rows if folds is None else averaged(shown.rows, folds)
    found = [rl.charts.intervals(shown.table, runs, metric=metric)]
    if SECONDS in shown.rows:
        timed = shown.table.assign(seconds=shown.rows.groupby("model")[SECONDS].mean())
        found.append(rl.charts.quality_by_time(timed, metric=metric, best=best))
    return found


def html_of(chart: alt.LayerChart) -> str:
    """A chart as a notebook's output has it."""
    mimebundle: Any = chart._repr_mimebundle_()
    return f'<div class="board-chart">{mimebundle["text/html"]}</div>'


def add_files(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Sorting and searching, for pages that have a table."""
    if 'class="leaderboard"' in context.get("body", ""):
        app.add_js_file("leaderboard.js", loading_method="defer")
        app.add_css_file("leaderboard.css")


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("leaderboard", Leaderboard)
    app.connect("html-page-context", add_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
