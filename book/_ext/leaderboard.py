"""The directive `leaderboard`: recorded runs of one experiment as a table, drawn from `results/` at every build.

    ```{leaderboard} ml-1m-ranking
    :metrics: hr@10 ndcg@10
    :where: protocol.candidates = published
    :over: parameters.epochs
    :published: 99 negatives
    :names: MF = MF dot product; iALS = iALS
    ```

`where` selects rows, `over` names columns in which the runs of one model may differ, `published` selects the rows of
`published.csv` by a part of their protocol, and `names` says what those call our models. Beside made-up ratings a
lesson shows neither recorded nor published numbers, and no more does this page.
"""

from __future__ import annotations

from typing import Any, ClassVar

import pandas as pd
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import recolab as rl

LABELS = {"auc": "AUC", "grouped_auc": "AUC within users", "log_loss": "log loss", "precision@10": "precision@10"}
OF_THE_PROTOCOL = ("data", "split", "refitted", "rows", "predictions", "relevant", "candidates", "masked", "click")
OUR_OWN = "measured with this package"  # in published.csv, for what stands among the recorded runs here


class Leaderboard(SphinxDirective):
    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = dict.fromkeys(
        ("metrics", "where", "over", "published", "names"), directives.unchanged
    )

    def run(self) -> list[nodes.Node]:
        if rl.load("auto").truth is not None:
            return [nodes.paragraph(text="This build has made-up ratings. The table is in builds with real ones.")]
        metrics = self.options["metrics"].split()
        rows = recorded(self.arguments[0], self.options.get("where", ""))
        if rows.empty:
            return [nodes.paragraph(text="No runs are recorded yet.")]
        published = rl.runs.published(rows["data.name"].iloc[0], protocol=self.options.get("published", "no protocol"))
        published = published[published["metric"].isin(metrics) & published["source"].ne(OUR_OWN)]
        board = rl.runs.leaderboard(
            rows,
            metrics,
            published=published,
            names=pairs(self.options.get("names", "")),
            over=[column for column in self.options.get("over", "").split() if column in rows],
        )
        below = [f"Ours: {protocol(rows)}."]
        if len(published):
            below.append(
                f"Published: {'; '.join(published['protocol'].unique())}. Source: "
                f"{'; '.join(published['source'].unique())}."
            )
        return [table(written(board, metrics)), *(nodes.paragraph(text=line) for line in below)]


def recorded(experiment: str, where: str) -> pd.DataFrame:
    """The rows of an experiment that have these values; none where nothing is recorded."""
    try:
        rows = rl.runs.recorded(experiment)
    except rl.RecoLabError:
        return pd.DataFrame()
    for column, value in pairs(where).items():
        rows = rows[rows[column].astype(str) == value]
    return rows


def pairs(text: str) -> dict[str, str]:
    """`one = other; more = others` as a dict."""
    halves = (pair.split("=", 1) for pair in text.split(";") if pair.strip())
    return {left.strip(): right.strip() for left, right in halves}


def protocol(rows: pd.DataFrame) -> str:
    """How the rows were measured, in what all of them agree on."""
    columns = {name: f"protocol.{name}" for name in OF_THE_PROTOCOL if f"protocol.{name}" in rows}
    agreed = {name: rows[column].iloc[0] for name, column in columns.items() if rows[column].nunique() == 1}
    return "; ".join(f"{name} {f'{value:,}' if name == 'rows' else value}" for name, value in agreed.items())


def written(board: pd.DataFrame, metrics: list[str]) -> pd.DataFrame:
    """The table as text: a mean with its standard deviation, and what was published."""
    text = pd.DataFrame({"model": board.index, "runs": board["runs"].astype("string").fillna("–").to_numpy()})
    for metric in metrics:
        label = LABELS.get(metric, metric.upper())
        text[label] = [number(mean, sd) for mean, sd in zip(board[metric], board[f"sd {metric}"], strict=True)]
        if f"published {metric}" in board:
            text[f"{label}, published"] = [number(value) for value in board[f"published {metric}"]]
    return text


def number(mean: float, sd: float | None = None) -> str:
    """A mean with its standard deviation, as far as there are any."""
    if pd.isna(mean):
        return "–"
    return f"{mean:.4f}" if pd.isna(sd) else f"{mean:.4f}\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}{sd:.4f}"


def table(text: pd.DataFrame) -> nodes.table:
    """A data frame of text as a table of the page."""
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in text), cols=len(text.columns))
    group += nodes.thead("", row(text.columns))
    group += nodes.tbody("", *(row(values) for values in text.itertuples(index=False)))
    return nodes.table("", group)


def row(values: Any) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph(text=str(value))) for value in values))


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("leaderboard", Leaderboard)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
