"""A sweep: its runs, and the runs on validation rows that choose the settings of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from recolab.errors import RecoLabError
from recolab.runs.notebooks.parameters import fitted, parameters
from recolab.runs.records.asked import Asked, data_named
from recolab.runs.sweeps.experiments import Experiment
from recolab.runs.sweeps.protocols import protocol_named


@dataclass(frozen=True)
class Group:
    """Runs that differ in their seeds, and what is chosen for them together.

    Attributes:
        label: the model's or notebook's name.
        alternatives: parameters, all but the seed.
        seeds: one run each; None is the run without a seed of its own.
        searched: whether validation rows decide; the parameters may then hold `up_to`.
    """

    label: str
    alternatives: tuple[Mapping[str, Any], ...]
    seeds: tuple[int | None, ...]
    searched: bool


@dataclass(frozen=True)
class Sweep:
    """What a sweep file asks for.

    Attributes:
        name: of the folder its runs come into.
        about: a sentence for people.
        groups: the runs.
        notebook: what is run, with the path by which it is known; None for experiments.
        retries: how often a run that failed is tried again.
        limit: seconds after which a run is stopped; None leaves it its time.
        best: the metric by which the screen says which run is best, and whether its lowest value is.
        leaderboards: tables that are drawn from the runs, by name: see `recolab.runs.tables.boards`.
        file: where it was read from.
    """

    name: str
    about: str
    groups: tuple[Group, ...]
    file: Path
    notebook: tuple[Path, str] | None = None
    retries: int = 1
    limit: float | None = None
    best: str | None = None
    leaderboards: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def only(self, labels: Sequence[str]) -> Sweep:
        """The part of the sweep that belongs to these models.

        Raises:
            RecoLabError: there is none of that name.
        """
        known = list(dict.fromkeys(group.label for group in self.groups))
        for label in labels:
            if label not in known:
                raise RecoLabError(f"{self.file} has no {label!r}: it has {', '.join(map(repr, known))}.")
        return replace(self, groups=tuple(group for group in self.groups if group.label in labels))

    def searches(self) -> list[tuple[Group, list[Asked]]]:
        """The runs on validation rows, for every group that is chosen on them."""
        return [
            (group, [self._asked(group, {**each, "part": "valid"}, group.seeds[0]) for each in group.alternatives])
            for group in self.groups
            if group.searched
        ]

    def runs(self, found: Mapping[str, Mapping[str, Any]]) -> tuple[list[Asked], list[Group]]:
        """The runs themselves.

        Args:
            found: what the searches recorded, by run.

        Returns:
            The runs that can be named, and the groups whose search is not complete.
        """
        asked: list[Asked] = []
        waiting = []
        searches = {id(group): searched for group, searched in self.searches()}
        for group in self.groups:
            chosen = dict(group.alternatives[0])
            if group.searched:
                trials = searches[id(group)]
                if not all(trial.run in found for trial in trials):
                    waiting.append(group)
                    continue
                chosen = chosen_of(group, [found[trial.run] for trial in trials])
            asked += [self._asked(group, chosen, seed) for seed in group.seeds]
        return list({each.run: each for each in asked}.values()), waiting

    def _asked(self, group: Group, values: Mapping[str, Any], seed: int | None) -> Asked:
        if seed is not None:
            values = {**values, "seed": seed}
        if self.notebook is not None:
            path, known_as = self.notebook
            checked = fitted(parameters(path), values, path)
            return Asked(group.label, checked, data_of_notebook(path, checked), known_as)
        plain = Experiment.of(values, f"{group.label} of {self.file.name}").plain()
        return Asked(group.label, plain, data_named(plain["data"]))


def chosen_of(group: Group, trials: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The alternative that was best on validation rows, of equal ones the first, with its best number of epochs."""
    protocol = protocol_named(group.alternatives[0]["protocol"])
    values = [trial["results"][0]["metrics"][protocol.metric] for trial in trials]
    best = values.index(min(values) if protocol.lower_is_better else max(values))
    chosen = dict(group.alternatives[best])
    if chosen.pop("up_to", None) is not None:
        chosen["epochs"] = trials[best]["results"][0]["details"]["best_epoch"]
        chosen.pop("patience", None)
    return chosen


def data_of_notebook(path: Path, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a notebook with a parameter `data` reads; of others nothing is known."""
    name = values.get("data", next((each.default for each in parameters(path) if each.name == "data"), None))
    return data_named(name) if isinstance(name, str) else {}


def check_data(asked: Asked, notebook: Path | None) -> None:
    """Refuse a run whose data are others here than where it was asked for: `auto` takes what a machine has.

    Args:
        asked: the run.
        notebook: where its notebook lies here; None for an experiment.

    Raises:
        RecoLabError: another set, another edition of it, or other files.
    """
    here = data_of_notebook(notebook, asked.parameters) if notebook else data_named(asked.parameters["data"])
    if dict(here) == dict(asked.data):
        return
    theirs, ours = asked.data.get("files", {}), here.get("files", {})
    files = sorted(name for name in {*theirs, *ours} if theirs.get(name) != ours.get(name))
    unlike = f", with another sha256 of {', '.join(files)}" if files else ""
    raise RecoLabError(
        f"The run {asked.run} is one of {_named(asked.data)}, and here is {_named(here)}{unlike}: fetch the data that "
        "it was made for, or point RECOLAB_DATA at it."
    )


def _named(data: Mapping[str, Any]) -> str:
    return f"{data.get('name')} ({data.get('edition')})" if data else "no data that is known"
