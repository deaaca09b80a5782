"""`Report`: numbers together with the protocol that made them."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from recolab.errors import RecoLabError

Plain = str | int | float | bool
ENDS = ("low", "high")


@dataclass(frozen=True)
class Report:
    """What was measured, and how.

    Attributes:
        metrics: numbers by name, for example `{"rmse": 0.91}`.
        protocol: what one has to know to compare the numbers with others, in plain values: data, split, part, rows,
            whether predictions were clipped, whether the model was refitted.
        details: what else is worth keeping of the run but does not stand in the way of a comparison: setting, epochs,
            seeds.
        intervals: lower and upper end of the 95 % interval of a metric, for those that have one.
        users: the metrics of every user, one row a user, where they were asked for; else None.
    """

    metrics: Mapping[str, float]
    protocol: Mapping[str, Plain]
    details: Mapping[str, Plain] = field(default_factory=dict)
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    users: pd.DataFrame | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        names = [*self.metrics, *self.protocol, *self.details]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise RecoLabError(
                f"{', '.join(map(repr, repeated))} stand in more than one of metrics, protocol and details: a "
                "report is one flat row, so give every value its own name."
            )

    def row(self) -> dict[str, Plain]:
        """Metrics, protocol, details and the ends of the intervals (`…_low`, `…_high`) as one flat dictionary of plain
        values, ready for JSON."""
        ends = {
            f"{name}_{end}": at for name, both in self.intervals.items() for end, at in zip(ENDS, both, strict=True)
        }
        values = {**self.metrics, **self.protocol, **self.details, **ends}
        return {name: value.item() if isinstance(value, np.generic) else value for name, value in values.items()}

    @property
    def frame(self) -> pd.DataFrame:
        """The same as a table of one row."""
        return pd.DataFrame([self.row()])

    def __str__(self) -> str:
        numbers = "  ".join(f"{_title(name)} {value:.4f}" for name, value in self.metrics.items())
        intervals = {_title(name): f"{low:.4f} – {high:.4f}" for name, (low, high) in self.intervals.items()}
        return "\n".join([numbers, *_lines({"95 % intervals": intervals, **self._parts()})])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = {"": self.metrics}
        if self.intervals:
            rows |= {
                f"95 % {end}": {name: both[at] for name, both in self.intervals.items()} for at, end in enumerate(ENDS)
            }
        table = pd.DataFrame.from_dict(rows, orient="index", columns=list(self.metrics)).rename(columns=_title)
        lines = "".join(f"<p><small>{html.escape(line)}</small></p>" for line in _lines(self._parts()))
        form = "{:.4f}".format
        return table.to_html(index=bool(self.intervals), float_format=form, na_rep="", border=0) + lines

    def _parts(self) -> dict[str, Mapping[str, Plain]]:
        return {"protocol": self.protocol, "details": self.details}


def compare(reports: Mapping[str, Report], *, allow_different: bool = False) -> pd.DataFrame:
    """Metrics of several reports side by side.

    Args:
        reports: a report by the name of its model.
        allow_different: whether reports of different protocols may stand in one table; it then has a column for every
            part of the protocol in which they differ.

    Returns:
        One row a report (index `model`), one column a metric; the common protocol in `attrs["protocol"]`.

    Raises:
        RecoLabError: there is no report, or protocols differ and that is not allowed.
    """
    if not reports:
        raise RecoLabError("There is nothing to compare: give at least one report by name.")
    protocols = [report.protocol for report in reports.values()]
    names = list(dict.fromkeys(name for protocol in protocols for name in protocol))
    differing = [name for name in names if len({repr(protocol.get(name)) for protocol in protocols}) > 1]
    if differing and not allow_different:
        name = differing[0]
        values = ", ".join(f"{model}: {report.protocol.get(name)}" for model, report in reports.items())
        raise RecoLabError(
            f"These reports were made by different protocols and do not compare: {', '.join(differing)} differ "
            f"({name}: {values}). Measure them on the same split, or pass allow_different=True to see both."
        )
    rows = [
        {**report.metrics, **{name: report.protocol.get(name) for name in differing}} for report in reports.values()
    ]
    table = pd.DataFrame(rows, index=pd.Index(reports, name="model"))
    table.attrs["protocol"] = {name: protocols[0][name] for name in names if name not in differing}
    return table


def _title(name: str) -> str:
    return name.upper()


def _lines(parts: Mapping[str, Mapping[str, Plain]]) -> list[str]:
    return [f"{title}: {_listed(values)}" for title, values in parts.items() if values]


def _listed(values: Mapping[str, Plain]) -> str:
    return " · ".join(f"{name} {_written(value)}" for name, value in values.items())


def _written(value: Plain) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)
