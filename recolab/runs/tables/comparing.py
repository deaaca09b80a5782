"""Two recorded runs side by side: what differs in how they were made, and how sure their difference is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from recolab.errors import RecoLabError
from recolab.runs.records.finding import Found, find_run
from recolab.runs.records.user_tables import read_users
from recolab.runs.tables.paired import WEIGHT, means, paired_intervals

AS_KEPT = 1e-5
"""Relative: tables of users hold single precision, so their means are not the recorded metrics to the last digit."""

NOT_PARAMETERS = ("model", "settings", "seed")
"""What a sweep asks by these names stands in a result's own parameters and seeds."""


@dataclass(frozen=True)
class Comparison:
    """Two runs of one protocol.

    Attributes:
        a, b: the runs.
        protocols: how they were measured, one a result.
        differs: what differs between them, a row a thing: `what` (model, parameters, seeds, versions, machine, commit,
            rooms), `name`, `a` and `b`; None where one does not have it.
        metrics: a row a metric of a result: `result` (from 1), `metric`, `a`, `b`, `difference` (a minus b), and `low`
            and `high`, the ends of its 95 % interval; NaN where users were not kept or the metric is not theirs.
        without_users: files of the runs beside which no metrics of users lie, or those of another recording.
    """

    a: Found
    b: Found
    protocols: tuple[Mapping[str, Any], ...]
    differs: pd.DataFrame
    metrics: pd.DataFrame
    without_users: tuple[Path, ...]

    def _repr_html_(self) -> str:
        return self.metrics.to_html(index=False, na_rep="", border=0) + self.differs.to_html(index=False, border=0)


def compare_runs(
    a: str | Path, b: str | Path, *, folder: str | Path | None = None, samples: int = 2_000, seed: int = 0
) -> Comparison:
    """Compare two recorded runs that were measured alike, result by result.

    The intervals come from samples of the users with replacement, the same for both runs. What other seeds would do is
    not in them; `recolab.runs.differences` tells that.

    Args:
        a, b: ids of runs, or paths of their files.
        folder: where results lie; see `recolab.runs.results_folder`.
        samples: of the users, for the intervals.
        seed: of the samples.

    Raises:
        RecoLabError: no such run, two protocols, different data, another number of results, or different users.
    """
    one, other = find_run(a, folder), find_run(b, folder)
    _refuse_unlike(one, other)
    tables = [_compared(one, other, place, samples, seed) for place in range(len(one.results))]
    without = [each.path for each in (one, other) if all(_users(each, place) is None for place in range(len(tables)))]
    return Comparison(
        a=one,
        b=other,
        protocols=tuple(result["protocol"] for result in one.results),
        differs=_differences(one, other),
        metrics=pd.concat(tables, ignore_index=True),
        without_users=tuple(dict.fromkeys(without)),
    )


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What two mappings hold under one name without agreeing, or only one of them holds."""
    names = dict.fromkeys([*one, *other])
    return {name: (one.get(name), other.get(name)) for name in names if one.get(name) != other.get(name)}


def _refuse_unlike(one: Found, other: Found) -> None:
    data = differing(*({**each.whole["data"], **each.whole["data"].get("files", {})} for each in (one, other)))
    data.pop("files", None)  # those that differ are there by name
    if data:
        raise RecoLabError(
            f"{one.run} and {other.run} read different data ({_told(data)}): compare runs on the same files."
        )
    ours, theirs = one.results, other.results
    if len(ours) != len(theirs):
        raise RecoLabError(
            f"{one.run} has {len(ours)} results and {other.run} has {len(theirs)}: compare runs of one protocol."
        )
    for mine, its in zip(ours, theirs, strict=True):
        unlike = differing(mine["protocol"], its["protocol"])
        if unlike:
            raise RecoLabError(
                f"{one.run} and {other.run} were measured by different protocols ({_told(unlike)}): compare runs of "
                "one protocol."
            )


def _told(unlike: Mapping[str, tuple[Any, Any]]) -> str:
    return "; ".join(f"{name}: {ours} and {theirs}" for name, (ours, theirs) in unlike.items())


def _compared(one: Found, other: Found, place: int, samples: int, seed: int) -> pd.DataFrame:
    """Metrics of a result of both, with the intervals that can be had."""
    ours, theirs = (pd.Series(each.results[place]["metrics"], dtype=float) for each in (one, other))
    names = [name for name in ours.index if name in theirs.index]
    table = pd.DataFrame({"a": ours[names], "b": theirs[names]})
    table["difference"] = table["a"] - table["b"]
    users = _users(one, place), _users(other, place)
    if users[0] is not None and users[1] is not None:
        intervals = paired_intervals(*_alike(one, other, users[0], users[1]), samples=samples, seed=seed)
    else:
        intervals = pd.DataFrame(columns=["low", "high"], dtype=float)
    table = table.join(intervals).rename_axis("metric").reset_index()
    table.insert(0, "result", place + 1)
    return table


def _users(found: Found, place: int) -> pd.DataFrame | None:
    """The users of a result, if they were kept with these very metrics: git brings a newer row, but no newer table."""
    table = read_users(found.path, place)
    if table is None:
        return None
    recorded = pd.Series(found.results[place]["metrics"], dtype=float)
    kept = means(table)
    known = recorded.index.intersection(kept.index)
    off = (kept[known] - recorded[known]).abs() > AS_KEPT * recorded[known].abs().clip(lower=AS_KEPT)
    return None if off.any() else table


def _alike(one: Found, other: Found, ours: pd.DataFrame, theirs: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables in one order of users."""
    alone = ours.index.symmetric_difference(theirs.index)
    again = "repeat both with `recolab repeat RUN --keep`"
    if len(alone):
        some = ", ".join(map(str, alone[:3])) + ", …" * (len(alone) > 3)
        raise RecoLabError(
            f"Only one of {one.run} and {other.run} has the users {some} ({len(alone)} in all): {again}."
        )
    theirs = theirs.loc[ours.index]
    if WEIGHT in ours and not ours[WEIGHT].equals(theirs[WEIGHT]):
        raise RecoLabError(f"Users of {one.run} and {other.run} differ in the number of their rows: {again}.")
    return ours, theirs


def _differences(one: Found, other: Found) -> pd.DataFrame:
    rows: list[tuple[str, str, Any, Any]] = []
    for what, ours, theirs in _sides(one, other):
        for name, (mine, its) in differing(ours, theirs).items():
            if (what, name, mine, its) not in rows:  # the results of a run mostly share their parameters
                rows.append((what, name, mine, its))
    return pd.DataFrame(rows, columns=["what", "name", "a", "b"], dtype=object)


def _sides(one: Found, other: Found) -> list[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """What is compared by name."""
    a, b = one.whole, other.whole
    sides: list[tuple[str, Mapping[str, Any], Mapping[str, Any]]] = []
    if a["asked"] and b["asked"]:
        sides.append(("parameters", _asked(a["asked"]), _asked(b["asked"])))
    for ours, theirs in zip(a["results"], b["results"], strict=True):
        sides.append(("model", {"name": ours["model"]}, {"name": theirs["model"]}))
        sides += [(what, ours[what], theirs[what]) for what in ("parameters", "seeds")]
    sides += [(what, a[what] or {}, b[what] or {}) for what in ("versions", "machine")]
    sides.append(("commit", {"commit": a["commit"]}, {"commit": b["commit"]}))
    sides.append(("rooms", a["rooms"] or {}, b["rooms"] or {}))
    order = ["model", "parameters", "seeds", "versions", "machine", "commit", "rooms"]
    return sorted(sides, key=lambda side: order.index(side[0]))


def _asked(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked, less what a result says itself."""
    left_out = NOT_PARAMETERS if asked["notebook"] is None else ()
    return {
        **({"notebook": asked["notebook"]} if asked["notebook"] else {}),
        **{name: value for name, value in asked["parameters"].items() if name not in left_out},
    }
