"""The protocols of the course by name: how ratings are cut, what models are chosen by, how they are tested."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from recolab.errors import RecoLabError, did_you_mean

if TYPE_CHECKING:
    from recolab.data import Ratings
    from recolab.evaluate.report import Report
    from recolab.features import ClickTask
    from recolab.split import Split


@dataclass(frozen=True)
class Protocol:
    """A way to compare models.

    Attributes:
        cut: the ratings' split, or their click task.
        watch: what setting and epoch are chosen by, as in `recolab.evaluate.choose_refit_test`.
        valid: how ranked lists are measured on validation rows, as `rankings` takes it.
        tests: how ranked lists are measured on test rows, one report each.
    """

    cut: Callable[[Ratings], Split | ClickTask]
    watch: str
    valid: Mapping[str, Any] = field(default_factory=dict)
    tests: tuple[Mapping[str, Any], ...] = ({},)

    @property
    def metric(self) -> str:
        """What models are chosen by, as a report calls it."""
        return self.watch.removeprefix("val_")

    @property
    def lower_is_better(self) -> bool:
        return self.metric in ("rmse", "log_loss")

    def measured(self, model: Any, data: Any, part: str) -> list[Report]:
        """The reports of a part, `"valid"` or `"test"`; with the numbers of every user for the test."""
        from recolab import evaluate
        from recolab.features import ClickTask

        rows, test = getattr(data, part), part == "test"
        if isinstance(data, ClickTask):
            return [evaluate.clicks(model, rows, per_user=test)]
        if self.metric == "rmse":
            # A training watches predictions as they are, so what is chosen by them is not clipped.
            return [evaluate.ratings(model, rows, clip=test, per_user=test)]
        lists: dict[str, Any] = {"part": part, "k": int(self.metric.partition("@")[2]), "per_user": test}
        return [evaluate.rankings(model, data, **lists, **how) for how in (self.tests if test else [self.valid])]


def _split(kind: str, *arguments: Any, **options: Any) -> Callable[[Ratings], Split]:
    def cut(ratings: Ratings) -> Split:
        from recolab import split  # here, like the others: a room is loaded when it is needed

        made: Split = getattr(split, kind)(ratings, *arguments, **options)
        return made

    return cut


def _clicks(name: str) -> Callable[[Ratings], ClickTask]:
    def cut(ratings: Ratings) -> ClickTask:
        from recolab.features import click_task

        return click_task(ratings, name)

    return cut


_MASKED, _UNMASKED = {"candidates": "all"}, {"candidates": "all", "mask_seen": False}
_AMONG_99 = {"candidates": 99}

PROTOCOLS = {
    **{fold: Protocol(_split("published", fold), "val_rmse") for fold in ("u1", "u2", "u3", "u4", "u5")},
    "random fifth": Protocol(_split("random", test=0.2, valid=0.08, seed=0), "val_rmse"),
    "fifth of each user": Protocol(_split("by_user", test=0.2, valid=0.08, seed=0), "val_rmse"),
    "last of each user": Protocol(
        _split("leave_last_out"), "val_ndcg@10", valid=_AMONG_99, tests=({"candidates": 99}, {"candidates": "all"})
    ),
    "ncf": Protocol(
        _split("published", "ncf"),
        "val_ndcg@10",
        valid=_AMONG_99,
        tests=({"candidates": "published"}, {"candidates": "all"}),
    ),
    "ua": Protocol(_split("published", "ua"), "val_ndcg@10", valid=_MASKED, tests=(_MASKED, _UNMASKED)),
    "ua, chosen unmasked": Protocol(
        _split("published", "ua"), "val_ndcg@10", valid=_UNMASKED, tests=(_MASKED, _UNMASKED)
    ),
    **{name: Protocol(_clicks(name), "val_auc") for name in ("autoint", "autoint with ids", "global time")},
}
"""What an experiment knows by name. u1 to u5 and ua are published for ML-100K, ncf for ML-1M."""


def protocol_named(name: str) -> Protocol:
    """One of `PROTOCOLS`.

    Raises:
        RecoLabError: there is none of that name.
    """
    if name not in PROTOCOLS:
        hint = did_you_mean(name, PROTOCOLS, f"there are {', '.join(map(repr, PROTOCOLS))}.")
        raise RecoLabError(f"There is no protocol {name!r}: {hint}")
    return PROTOCOLS[name]
