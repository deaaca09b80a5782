"""The file of a run: what was asked, what came out, and everything the numbers depend on besides."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recolab.errors import RecoLabError
from recolab.runs.records import circumstances

if TYPE_CHECKING:
    from recolab.data import Ratings

LAYOUT = 2
OF_A_RESULT = ("model", "parameters", "seeds", "metrics", "intervals", "protocol", "details")
OF_A_RUN = ("run", "experiment", "asked", "data", "seconds", "peak_memory", "when", "commit", "rooms")


@dataclass(frozen=True)
class Result:
    """What one model got by one protocol.

    Attributes:
        model: its name, for people.
        parameters: settings of the model and its training.
        seeds: every seed that was set, by what it was for.
        metrics, intervals, protocol, details, users: as in `recolab.evaluate.Report`.
    """

    model: str
    parameters: Mapping[str, Any]
    seeds: Mapping[str, int]
    metrics: Mapping[str, float]
    protocol: Mapping[str, Any]
    intervals: Mapping[str, Sequence[float]]
    details: Mapping[str, Any]
    users: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        odd = {name: number for name, number in self.metrics.items() if not _finite(number)}
        if odd or not self.metrics:
            raise RecoLabError(f"A recorded run needs metrics that are finite numbers, not {odd or 'none at all'}.")

    def as_json(self) -> dict[str, Any]:
        """The result as a part of the file."""
        return {
            "model": self.model,
            "parameters": dict(self.parameters),
            "seeds": dict(self.seeds),
            "metrics": {name: float(number) for name, number in self.metrics.items()},
            "intervals": {name: [float(end) for end in ends] for name, ends in self.intervals.items()},
            "protocol": dict(self.protocol),
            "details": dict(self.details),
        }


def check_name(what: str, name: str) -> None:
    """Refuse what cannot be a part of a file's name."""
    if not re.fullmatch(r"[\w+-][\w .()+=-]*", name):
        raise RecoLabError(
            f"The {what} {name!r} cannot name a file: use letters, digits, spaces, '-', '+', '=', '_', '.', '()'."
        )


def data_of(ratings: Ratings | None) -> dict[str, Any]:
    """Name, edition and the sha256 of the files. The source is left out: it may be a folder of somebody's machine."""
    if ratings is None:
        return {}
    known = ratings.provenance
    return {"name": known.name, "edition": known.edition, "files": dict(known.files)}


def written(
    run: str,
    experiment: str,
    results: Sequence[Mapping[str, Any]],
    *,
    asked: Mapping[str, Any] | None,
    data: Mapping[str, Any],
    seconds: float | None,
    peak_memory: float | None,
    code: Mapping[str, Any] | None = None,
) -> str:
    """The text of a run's file.

    Args:
        run: what tells it from others.
        experiment: what it belongs to.
        results: `Result.as_json` of each.
        asked: what was asked for, if a sweep did; None for a script's own record.
        data: as `data_of` gives it.
        seconds: wall time.
        peak_memory: in GB.
        code: as `circumstances.code` gave it before the run; None for the code that is here now.
    """
    whole = {
        "layout": LAYOUT,
        "run": run,
        "experiment": experiment,
        "asked": asked,
        "results": list(results),
        "data": dict(data),
        "seconds": seconds,
        "peak_memory": peak_memory,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        **(code or circumstances.code()),
        "versions": circumstances.versions(),
        "machine": circumstances.machine(),
    }
    return as_text(whole, indent=2) + "\n"


def read(path: Path) -> dict[str, Any]:
    """A run's file, checked for its layout.

    Raises:
        RecoLabError: it is not one, or of another layout.
    """
    try:
        whole: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        layout = 1 if {"experiment", "metrics", "protocol"} <= set(whole) else whole["layout"]  # 1 did not say so
        if layout == LAYOUT:
            _ = [whole[name] for name in (*OF_A_RUN, "versions", "machine")]
            _ = [result[name] for result in whole["results"] for name in OF_A_RESULT]
            return whole
        if not isinstance(layout, int):
            raise TypeError(f"layout {layout!r}")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecoLabError(
            f"{path} is not a recorded run ({type(error).__name__}: {error}): delete it, or record it again."
        ) from None
    whose = "an older" if layout < LAYOUT else "a newer"
    raise RecoLabError(
        f"{path} was recorded by {whose} RecoLab (layout {layout}; this one writes and reads {LAYOUT}): record into "
        "another folder, or read this one with the version that wrote it."
    )


def as_text(value: Any, **options: Any) -> str:
    """JSON; numbers of NumPy become plain ones.

    Raises:
        RecoLabError: a value that JSON cannot hold.
    """

    def plain(odd: Any) -> Any:
        if isinstance(odd, np.generic):
            return odd.item()
        raise TypeError(f"{odd!r} of type {type(odd).__name__}")

    try:
        return json.dumps(value, default=plain, ensure_ascii=False, allow_nan=False, **options)
    except (TypeError, ValueError) as error:
        raise RecoLabError(
            f"A recorded run holds finite numbers, strings, lists and dicts; this one holds something else: {error}."
        ) from None


def _finite(number: Any) -> bool:
    return isinstance(number, Real) and math.isfinite(number)
