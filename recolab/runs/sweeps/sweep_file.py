"""A sweep, read from YAML: which runs there are, and which of them choose the settings of others.

    name: ml-1m-ranking                    # the runs lie in results/ml-1m-ranking
    parameters: {data: ml-1m, protocol: ncf, batch_size: 2048, negatives: 4}    # of all runs
    models:                                # by the name that tables show
      Popularity: {model: Popularity}
      NeuMF: {model: NeuMF, settings: {factors: {choose: [16, 32]}}, rate: 0.001, epochs: {up_to: 12}}
    grid: {seed: [0, 1, 2, 3, 4]}          # every combination

With `notebook: PATH` the parameters are those of a notebook; without it, those of an `Experiment`. `list` holds sets of
parameters without a name. What a model or a set of the list says itself goes before the grid.
`falling: true` lets the rate fall to 0 in all the epochs there are.

`choose` and `up_to` are answered on validation rows, with the first seed, before the other runs: every alternative is a
run of its own, recorded in `results/NAME-search`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from recolab.errors import RecoLabError, did_you_mean
from recolab.runs.notebooks.parameter_files import read_parameters
from recolab.runs.notebooks.parameters import fitted, parameters
from recolab.runs.records.asked import known_as
from recolab.runs.records.run_file import check_name
from recolab.runs.sweeps.experiments import Experiment
from recolab.runs.sweeps.sweep import Group, Sweep

KINDS: dict[str, Any] = {
    "name": str,
    "about": str,
    "notebook": str,
    "parameters": dict,
    "models": dict,
    "list": list,
    "grid": dict,
    "retries": int,
    "limit": (int, float),
    "best": str,
    "leaderboards": dict,
}
"""Keys of a sweep file, and what each holds."""

IN_WORDS: dict[Any, str] = {
    str: "a text",
    dict: "a block of values by name",
    list: "a list",
    int: "a whole number",
    (int, float): "a number",
}


def read_sweep(path: str | Path, *, check: bool = True) -> Sweep:
    """Read and check a sweep file; nothing is run.

    Args:
        path: the file.
        check: whether to make every run once, which finds out what does not fit and loads TensorFlow.

    Raises:
        RecoLabError: it cannot be read, is not YAML, has an unknown key, an empty grid, a parameter that does not exist
            or does not fit, an unknown model or protocol, or asks for nothing.
    """
    path = Path(path)
    values = read_parameters(path)
    _check_keys(path, values)
    notebook = _notebook(path, values.get("notebook"))
    check_name("sweep", str(values["name"]))
    groups = tuple(_groups(path, values, None if notebook is None else notebook[0].stem))
    sweep = Sweep(
        name=values["name"],
        about=values.get("about", ""),
        groups=groups,
        file=path,
        notebook=notebook,
        retries=values.get("retries", 1),
        limit=values.get("limit"),
        best=values.get("best"),
        leaderboards=values.get("leaderboards", {}),
    )
    if check:
        _check_runs(sweep)
    return sweep


def _check_keys(path: Path, values: Mapping[str, Any]) -> None:
    for key in values:
        if key not in KINDS:
            hint = did_you_mean(key, KINDS, f"a sweep has {', '.join(KINDS)}.")
            raise RecoLabError(f"{path} has the unknown key {key!r}: {hint}")
    if not values.get("name"):
        raise RecoLabError(f"{path} has no name: write `name: ...`, which becomes the folder of its runs.")
    for key, value in values.items():
        if not isinstance(value, KINDS[key]) or isinstance(value, bool):
            raise RecoLabError(f"`{key}` of {path} is {IN_WORDS[KINDS[key]]}, but {value!r} came.")
    if values.get("retries", 0) < 0 or values.get("limit", 1) <= 0:
        raise RecoLabError(f"{path}: `retries` is 0 or more and `limit` a number of seconds above 0.")
    if "models" in values and "list" in values:
        raise RecoLabError(
            f"{path} has `models` and `list`: give the sets of the list a name, or leave one of them out."
        )


def _notebook(sweep: Path, name: str | None) -> tuple[Path, str] | None:
    """The notebook's path, and the one by which it is known: from the checkout, if it lies in one."""
    if name is None:
        return None
    path = (sweep.parent / name).resolve()
    if not path.is_file():
        raise RecoLabError(f"{sweep} runs the notebook {name}, which is not there: paths start at the file's folder.")
    return path, known_as(path)


def _groups(path: Path, values: Mapping[str, Any], notebook: str | None) -> Iterator[Group]:
    """The groups, in the order of the file."""
    shared, grid = values.get("parameters", {}), values.get("grid", {})
    for name, axis in grid.items():
        if not isinstance(axis, list) or not axis:
            raise RecoLabError(f"The grid of {path} gives {name} {axis!r}: a list of at least one value is needed.")
    for key in ("models", "list"):
        if key in values and not values[key]:
            raise RecoLabError(f"`{key}` of {path} is empty: nothing would run.")
    for label, own in _sets(path, values, notebook):
        axes = {name: axis for name, axis in grid.items() if name not in own}
        seeds: Any = None
        if notebook is None:
            seeds = own.get("seed", axes.pop("seed", shared.get("seed", 0)))
        seeds = seeds if isinstance(seeds, list) else [seeds]
        if not seeds:
            raise RecoLabError(f"{label} of {path} has an empty list of seeds: nothing would run.")
        for combination in itertools.product(*axes.values()):
            whole = {**shared, **dict(zip(axes, combination, strict=True)), **own}
            if notebook is None:
                whole.pop("seed", None)
            searched = notebook is None and _asks_for_a_choice(whole)
            alternatives = tuple(_alternatives(whole)) if notebook is None else (whole,)
            yield Group(label, alternatives, tuple(seeds), searched)


def _sets(path: Path, values: Mapping[str, Any], notebook: str | None) -> Iterable[tuple[str, Mapping[str, Any]]]:
    if "models" in values:
        sets = list(values["models"].items())
    else:
        sets = [(notebook or "", each) for each in values.get("list", [{}])]
    for label, own in sets:
        if not isinstance(label, str):
            raise RecoLabError(f"{path} calls a model {label!r}, which is no text: put it in quotes.")
        if label:
            check_name("model", label)
        if not isinstance(own, dict):
            raise RecoLabError(f"{path}: {label or 'a set of the list'} is {own!r}, and not parameters by name.")
    shared = values.get("parameters", {})
    return [(label or str(own.get("model", shared.get("model", "")) or values["name"]), own) for label, own in sets]


def _asks_for_a_choice(value: Any) -> bool:
    if isinstance(value, dict):
        return set(value) in ({"choose"}, {"up_to"}) or any(map(_asks_for_a_choice, value.values()))
    return False


def _alternatives(values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every way to answer each `choose`; `epochs: {up_to: 20}` becomes `up_to: 20`."""
    values = dict(values)
    epochs = values.get("epochs")
    if isinstance(epochs, dict) and set(epochs) == {"up_to"}:
        values["up_to"] = values.pop("epochs")["up_to"]
    names = list(values)
    for combination in itertools.product(*(list(_answers(values[name])) for name in names)):
        answered = dict(zip(names, combination, strict=True))
        if answered.get("falling") is True:
            answered["falling"] = answered.get("up_to", answered.get("epochs"))
        yield answered


def _answers(value: Any) -> Iterator[Any]:
    if isinstance(value, dict) and set(value) == {"choose"}:
        if not isinstance(value["choose"], list) or not value["choose"]:
            raise RecoLabError(f"`choose` needs a list to choose from, not {value['choose']!r}.")
        yield from value["choose"]
    elif isinstance(value, dict):
        yield from _alternatives(value)
    else:
        yield value


def _check_runs(sweep: Sweep) -> None:
    """Make every run once, so that what does not fit is known before the first one starts."""
    if sweep.notebook is None:
        for group in sweep.groups:
            for seed in group.seeds:
                for each in group.alternatives:
                    part = "valid" if group.searched else "test"
                    Experiment.of({**each, "seed": seed, "part": part}, f"{group.label} of {sweep.file}")
        return
    path = sweep.notebook[0]
    known = parameters(path)
    for group in sweep.groups:
        fitted(known, group.alternatives[0], path)
