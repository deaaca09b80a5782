"""One training of one model on one protocol, said in plain values: what a sweep varies and a recorded row repeats."""

from __future__ import annotations

import dataclasses
import inspect
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from recolab.errors import RecoLabError, did_you_mean
from recolab.runs.notebooks.parameters import Parameter, fitted
from recolab.runs.records.results import result_of
from recolab.runs.records.run_file import Result
from recolab.runs.sweeps.protocols import Protocol, protocol_named

OPTIMIZERS = ("adam", "sgd")
PARTS = ("test", "valid")
NO_SETTINGS = ("seed", "optimizer", "progress")
NO_MODELS = ("BPR", "WARP", "PairwiseLoss", "LazyAdam", "LazyAdagrad", "JointOptimizer", "Sizes")


@dataclass(frozen=True)
class Experiment:
    """What is trained, on what, and how.

    Attributes:
        data: name of a data set, as `recolab.load` takes it.
        protocol: one of `recolab.runs.PROTOCOLS`.
        model: a builder of `recolab.models`.
        settings: keyword arguments of the builder; its seed and optimizer are not among them.
        epochs: passes over the training rows; None for a model that is fitted when it is built.
        up_to: on validation rows, in place of `epochs`: the best of so many is sought.
        patience: then the training ends after so many epochs without a better one; None never ends it early.
        optimizer: `"adam"` or `"sgd"`.
        rate: its learning rate; None leaves the builder's own optimizer.
        momentum: of SGD.
        falling: the epochs in which the rate falls to 0 along a cosine; None keeps it.
        batch_size: rows a step, negatives counted in.
        negatives: drawn for each positive, where the model learns from clicks of ids.
        pretrained: how a NeuMF is pre-trained: `epochs`, `rate`, which falls to 0, and `l2`.
        seed: of the weights and of the order of rows.
        part: `"test"`: fitted on training and validation rows, tested once. `"valid"`: fitted on training rows and
            measured on validation rows, as one does while choosing.
    """

    data: str
    protocol: str
    model: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    epochs: int | None = None
    up_to: int | None = None
    patience: int | None = None
    optimizer: str = "adam"
    rate: float | None = None
    momentum: float = 0.0
    falling: int | None = None
    batch_size: int = 1024
    negatives: int | None = None
    pretrained: Mapping[str, Any] | None = None
    seed: int = 0
    part: str = "test"

    @classmethod
    def of(cls, values: Mapping[str, Any], where: str) -> Experiment:
        """The experiment of these values, checked by name, type and sense.

        Args:
            values: attributes by name.
            where: what messages call the place they came from.

        Raises:
            RecoLabError: a name that does not exist or is missing, a value that does not fit, an unknown protocol or
                model, or a setting that its builder does not take.
        """
        checked = fitted(_known(), values, where)
        missing = [name for name in ("data", "protocol", "model") if name not in checked]
        if missing:
            raise RecoLabError(f"{where} names no {' and no '.join(missing)}: an experiment needs all of these.")
        experiment = cls(**checked)
        _check(experiment, where)
        return experiment

    @property
    def is_trained(self) -> bool:
        """Whether it is trained in epochs, and not fitted when it is built."""
        return self.epochs is not None or self.up_to is not None

    def plain(self) -> dict[str, Any]:
        """The values that differ from the defaults: a new attribute leaves what was asked before as it was."""
        fields = {each.name: each for each in dataclasses.fields(self)}
        values = {name: getattr(self, name) for name in fields}
        return {name: value for name, value in values.items() if value != _default(fields[name])}


def run(experiment: Experiment, label: str, *, progress: bool = False) -> list[Result]:
    """Train and measure.

    Args:
        experiment: what to do.
        label: the model's name, for people.
        progress: whether to show a progress bar.

    Returns:
        A result for every way the protocol measures in; for the test with the metrics of every user.

    Raises:
        TrainingFailed: the loss became NaN.
    """
    from recolab.data import load

    protocol = protocol_named(experiment.protocol)
    data = protocol.cut(load(experiment.data))
    if experiment.part == "test":
        data = data.refit()
    start = time.perf_counter()
    model, found = _trained(experiment, data, protocol, progress)
    details = {**found, "training_seconds": round(time.perf_counter() - start, 1)}
    if hasattr(model, "count_params"):
        details["model_parameters"] = model.count_params()
    reports = protocol.measured(model, data, experiment.part)
    others = ("data", "protocol", "model", "settings", "seed", "part")
    how = {name: value for name, value in experiment.plain().items() if name not in others}
    parameters = {"builder": experiment.model, **experiment.settings, **how}
    seeds = {"split": 0, **{name: experiment.seed for name in ("model", "fit") if _draws(experiment)[name]}}
    return [
        result_of(label, dataclasses.replace(each, details=details), parameters=parameters, seeds=seeds)
        for each in reports
    ]


def _trained(experiment: Experiment, data: Any, protocol: Protocol, progress: bool) -> tuple[Any, dict[str, Any]]:
    """The model, and what was found out on the way."""
    from recolab.evaluate import fit_to_best_epoch
    from recolab.features import ClickTask
    from recolab.training import fit

    model = _built(experiment, data)
    how: dict[str, Any] = {"batch_size": experiment.batch_size, "seed": experiment.seed, "progress": progress}
    if experiment.negatives is not None:
        how["negatives"] = experiment.negatives
    if experiment.pretrained is not None:
        _pretrain(model, experiment, data, how)
    if experiment.up_to is not None:
        how |= {"epochs": experiment.up_to, "patience": experiment.patience}
        how |= {"watch": protocol.watch, "valid_ranking": protocol.valid}
        curve = fit_to_best_epoch(model, data, **how).history[protocol.watch]
        best = curve.index(min(curve) if protocol.lower_is_better else max(curve))
        return model, {"best_epoch": best + 1, "epochs_run": len(curve)}
    if experiment.epochs is not None:
        how |= {"target": "click"} if isinstance(data, ClickTask) else {}
        fit(model, data.train, epochs=experiment.epochs, **how)
    return model, {}


def _built(experiment: Experiment, data: Any) -> Any:
    """The model as its builder makes it."""
    from recolab import models
    from recolab.features import ClickTask

    build = getattr(models, experiment.model)
    arguments = {name: _with_tuples(value) for name, value in experiment.settings.items()}
    if _draws(experiment)["model"]:
        arguments["seed"] = experiment.seed
    if experiment.rate is not None:
        arguments["optimizer"] = _optimizer(experiment, data)
    return build(data.fields if isinstance(data, ClickTask) else data, **arguments)


def _optimizer(experiment: Experiment, data: Any) -> Any:
    from recolab.backend import keras

    rate: Any = experiment.rate
    if experiment.falling is not None:
        rate = keras.optimizers.schedules.CosineDecay(rate, experiment.falling * _steps(experiment, data))
    if experiment.optimizer == "adam":
        return keras.optimizers.Adam(rate)
    return keras.optimizers.SGD(rate, momentum=experiment.momentum)


def _pretrain(model: Any, experiment: Experiment, data: Any, how: Mapping[str, Any]) -> None:
    from recolab.backend import keras
    from recolab.training import pretrain

    before = dict(experiment.pretrained or {})
    epochs = before["epochs"]
    rate = keras.optimizers.schedules.CosineDecay(before["rate"], epochs * _steps(experiment, data))
    pretrain(model, data.train, epochs=epochs, learning_rate=rate, l2=before.get("l2", 0.0), **how)


def _steps(experiment: Experiment, data: Any) -> int:
    """Batches of an epoch."""
    return math.ceil(len(data.train) * (1 + (experiment.negatives or 0)) / experiment.batch_size)


def _draws(experiment: Experiment) -> dict[str, bool]:
    """Where chance has a part."""
    return {"model": "seed" in _arguments(experiment.model), "fit": experiment.is_trained}


def _arguments(model: str) -> Mapping[str, inspect.Parameter]:
    from recolab import models

    return inspect.signature(getattr(models, model)).parameters


def _with_tuples(value: Any) -> Any:
    """Lists, which is all that YAML and JSON have, as the tuples that builders take."""
    return tuple(map(_with_tuples, value)) if isinstance(value, list) else value


def _default(of: Any) -> Any:
    return of.default_factory() if of.default_factory is not dataclasses.MISSING else of.default


def _known() -> list[Parameter]:
    """The attributes as parameters of a run."""
    types = {"Mapping[str, Any]": dict, "Mapping[str, Any] | None": dict | None}
    plain = {"str": str, "int": int, "float": float, "int | None": int | None, "float | None": float | None}
    kinds: dict[str, Any] = {**types, **plain}
    return [Parameter(each.name, kinds[str(each.type)], _default(each), "") for each in dataclasses.fields(Experiment)]


def _check(experiment: Experiment, where: str) -> None:
    from recolab import models

    protocol_named(experiment.protocol)
    builders = [name for name in models.__all__ if name[0].isupper() and name not in NO_MODELS]
    _check_choice("model", experiment.model, builders, where)
    _check_choice("optimizer", experiment.optimizer, OPTIMIZERS, where)
    _check_choice("part", experiment.part, PARTS, where)
    taken = [name for name in list(_arguments(experiment.model))[1:] if name not in NO_SETTINGS]
    for name in experiment.settings:
        _check_choice(f"setting of {experiment.model}", name, taken, where)
    for name in ("epochs", "up_to", "patience", "falling", "batch_size"):
        number = getattr(experiment, name)
        if number is not None and number < 1:
            raise RecoLabError(f"{where} has {name}={number}: give 1 or more.")
    if experiment.up_to is not None and (experiment.part == "test" or experiment.epochs is not None):
        raise RecoLabError(f"{where} has up_to={experiment.up_to}: give epochs, or up_to with part='valid'.")
    if experiment.pretrained is not None and not {"epochs", "rate"} <= set(experiment.pretrained) <= {
        "epochs",
        "rate",
        "l2",
    }:
        raise RecoLabError(f"{where}: `pretrained` has epochs, rate and, if wanted, l2; not {experiment.pretrained}.")
    if not experiment.is_trained and "optimizer" in _arguments(experiment.model):
        raise RecoLabError(f"{where} has no epochs, and {experiment.model} is trained in epochs: say how many.")
    if "optimizer" not in _arguments(experiment.model) and (experiment.rate is not None or experiment.pretrained):
        raise RecoLabError(f"{where} has an optimizer, but {experiment.model} is fitted without one: leave it out.")
    if experiment.rate is None and (experiment.optimizer != "adam" or experiment.falling is not None):
        raise RecoLabError(f"{where} has an optimizer or `falling`, but no rate: give one.")
    if experiment.momentum and experiment.optimizer != "sgd":
        raise RecoLabError(f"{where} has momentum={experiment.momentum}, which only the optimizer sgd takes.")
    if experiment.patience is not None and experiment.up_to is None:
        raise RecoLabError(f"{where} has patience={experiment.patience}, which needs `epochs: {{up_to: …}}`.")
    if experiment.is_trained and "optimizer" not in _arguments(experiment.model):
        raise RecoLabError(f"{where} has epochs, but {experiment.model} is fitted when it is built: leave them out.")


def _check_choice(what: str, name: str, among: Any, where: str) -> None:
    if name not in among:
        hint = did_you_mean(name, among, f"there are {', '.join(map(repr, among))}.")
        raise RecoLabError(f"{where} has the unknown {what} {name!r}: {hint}")
