"""How well the ranking models of Day 3 rank, on published splits and beside published numbers.

    python benchmarks/ranking_quality.py ml-1m   [--only MF --only EASE] [--seeds 5] [--record]
    python benchmarks/ranking_quality.py ml-100k [--seeds 5] [--record]

Needs the real ratings. ML-1M: the NCF authors' split; settings and epochs are chosen on each user's last but one film,
the model is then fitted again with it and tested once, against the published 99 films and against the whole catalogue.
ML-100K: the published split `ua`, of whose training rows a tenth is held back to choose on; whole catalogue, training
films masked. What is chosen is chosen once, with seed 0, and holds for all seeds.

MF is trained by plain SGD whose learning rate falls to 0: with the cross entropy averaged over a batch, a rate of
.05 × batch size is a step of .05 for every row, as the code of Rendle et al. (2020) takes it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

import pandas as pd
import typer

import recolab as rl
from recolab.backend import keras

SGD, Adam, CosineDecay = keras.optimizers.SGD, keras.optimizers.Adam, keras.optimizers.schedules.CosineDecay
WATCH = "val_ndcg@10"


@dataclass(frozen=True)
class Trained:
    """A model that is trained, and how.

    Attributes:
        build: called with a split, the seed, the steps of a whole training and the setting.
        settings: what to choose from.
        epochs: of a trial, at most.
        batch_size, negatives: as `rl.fit` takes them.
        masked: whether training films are masked where setting and epoch are chosen.
    """

    build: Callable[..., Any]
    settings: list[dict[str, Any]]
    epochs: int
    batch_size: int = 2048
    negatives: int | None = 4
    patience: int = 5
    masked: bool = True


@dataclass(frozen=True)
class Plan:
    """What is run on one set of ratings: the split, how the test is measured, the models."""

    split: Callable[[rl.Ratings], rl.split.Split]
    tests: list[dict[str, Any]]
    baselines: dict[str, Callable[[rl.split.Split], Any]]
    trained: dict[str, Trained]
    valid: dict[str, Any] = field(default_factory=dict)


def mf(split: rl.split.Split, seed: int, steps: int, *, factors: int, rate: float, l2: float, batch_size: int) -> Any:
    """Dot product with cross entropy and SGD; `rate` is the step for one row."""
    optimizer = SGD(CosineDecay(rate * batch_size, steps))
    return rl.models.RankingMF(split, factors=factors, loss="logistic", l2=l2, optimizer=optimizer, seed=seed)


def pairwise(loss: str) -> Callable[..., Any]:
    """Dot product with BPR or WARP."""

    def build(split: rl.split.Split, seed: int, _steps: int, *, factors: int, rate: float, l2: float) -> Any:
        return rl.models.RankingMF(split, factors=factors, loss=loss, l2=l2, optimizer=Adam(rate), seed=seed)

    return build


def neural(name: str) -> Callable[..., Any]:
    """GMF, MLP or NeuMF from scratch, with Adam, whose learning rate falls to 0 or stays."""

    def build(
        split: rl.split.Split,
        seed: int,
        steps: int,
        *,
        factors: int,
        rate: float,
        l2: float = 0.0,
        falling: bool = True,
    ) -> Any:
        optimizer = Adam(CosineDecay(rate, steps) if falling else rate)
        return getattr(rl.models, name)(split, factors=factors, l2=l2, optimizer=optimizer, seed=seed)

    return build


def pretrained(
    split: rl.split.Split,
    seed: int,
    _steps: int,
    *,
    factors: int,
    rate: float,
    l2: float,
    epochs_before: int,
    rate_after: float,
) -> Any:
    """NeuMF that starts from a GMF and an MLP, trained as `neural` trains them; then SGD, for a row `rate_after`."""
    model = rl.models.NeuMF(split, factors=factors, l2=l2, optimizer=SGD(rate_after * 2048), seed=seed)
    before = CosineDecay(rate, epochs_before * math.ceil(5 * len(split.train) / 2048))
    how = {"epochs": epochs_before, "learning_rate": before, "l2": l2, "batch_size": 2048, "seed": seed}
    rl.training.pretrain(model, split.train, progress=False, **how)
    return model


PLANS = {
    "ml-1m": Plan(
        split=lambda ratings: rl.split.published(ratings, "ncf"),
        tests=[{"candidates": "published"}, {"candidates": "all"}],
        baselines={
            "Popularity": rl.models.Popularity,
            "Popularity at the time": lambda split: rl.models.Popularity(split, at_users_time=True),
            "ItemKNN": rl.models.ItemKNN,
            "EASE (l2 1000)": lambda split: rl.models.EASE(split, l2=1000),
            "EASE (l2 300)": lambda split: rl.models.EASE(split, l2=300),
            "iALS": rl.models.IALS,
        },
        trained={
            # 192 factors and 8 negatives as Rendle et al. (2020) have them.
            "MF": Trained(
                mf, [{"factors": 192, "rate": 0.05, "l2": 0.003, "batch_size": 2048}], epochs=16, negatives=8
            ),
            "GMF": Trained(
                neural("GMF"),
                [{"factors": 32, "rate": 0.003, "l2": 0.001, "falling": falling} for falling in (True, False)],
                epochs=20,
            ),
            "NeuMF": Trained(neural("NeuMF"), [{"factors": 16, "rate": 0.001}], epochs=12),
            "NeuMF (pre-trained)": Trained(
                pretrained,
                # 4e-6 is the step of the authors' code: a rate of .001 at batches of 256. Steps of 5e-4 undid what was
                # learnt before, on validation rows.
                [
                    {"factors": factors, "rate": 0.003, "l2": 0.001, "epochs_before": 13, "rate_after": 4e-6}
                    for factors in (16, 32)
                ],
                epochs=3,
            ),
        },
    ),
    "ml-100k": Plan(
        split=lambda ratings: rl.split.published(ratings, "ua"),
        tests=[{"candidates": "all"}, {"candidates": "all", "mask_seen": False}],
        baselines={
            "Popularity": rl.models.Popularity,
            "ItemKNN": rl.models.ItemKNN,
            "EASE (l2 300)": lambda split: rl.models.EASE(split, l2=300),
            "iALS": rl.models.IALS,
        },
        trained={
            name: Trained(
                pairwise(loss),
                [{"factors": factors, "rate": 0.005, "l2": l2} for factors in (16, 40) for l2 in (0.005, 0.02)],
                epochs=60,
                batch_size=512,
                negatives=None,
            )
            for name, loss in {"BPR": "bpr", "WARP": "warp"}.items()
        }
        | {
            # To be compared with LightFM's numbers, for which training films were left in the lists.
            "WARP (chosen unmasked)": Trained(
                pairwise("warp"),
                [{"factors": 10, "rate": rate, "l2": l2} for rate in (0.001, 0.003) for l2 in (0.02, 0.1)],
                epochs=60,
                batch_size=512,
                negatives=None,
                masked=False,
            )
        },
        valid={"candidates": "all"},
    ),
}


def tested(model: Any, split: rl.split.Split, plan: Plan) -> list[Any]:
    """A report for every way in which the plan tests."""
    return [rl.evaluate.rankings(model, split, **{"k": 10, **how}) for how in plan.tests]


def steps(how: Trained, split: rl.split.Split) -> int:
    """Batches of a whole training."""
    return how.epochs * math.ceil(len(split.train) * (1 + (how.negatives or 0)) / how.batch_size)


def chosen(how: Trained, split: rl.split.Split, plan: Plan) -> tuple[Any, dict[str, Any]]:
    """Choose with seed 0, refit with it: the model, and what was chosen."""
    outcome = rl.evaluate.choose_refit_test(
        lambda part, **setting: how.build(part, 0, steps(how, part), **setting),
        split,
        settings=how.settings,
        max_epochs=how.epochs,
        batch_size=how.batch_size,
        patience=how.patience,
        watch=WATCH,
        valid_ranking={**plan.valid, "mask_seen": how.masked},
        test_ranking=plan.tests[0],
        negatives=how.negatives,
        progress=False,
    )
    print(outcome.trials.to_string(index=False), flush=True)
    return outcome.model, {**outcome.setting, "epochs": outcome.epochs}


def refitted(how: Trained, split: rl.split.Split, seed: int, setting: dict[str, Any]) -> Any:
    """The model with another seed and what was chosen."""
    setting = dict(setting)
    epochs = setting.pop("epochs")
    model = how.build(split, seed, steps(how, split), **setting)
    rl.fit(
        model,
        split.train,
        epochs=epochs,
        batch_size=how.batch_size,
        seed=seed,
        negatives=how.negatives,
        progress=False,
    )
    return model


def main(
    data: Annotated[str, typer.Argument(help=" or ".join(PLANS))],
    only: Annotated[list[str] | None, typer.Option(help="Models to run; all without it.")] = None,
    seeds: Annotated[int, typer.Option(help="Seeds of every trained model.")] = 5,
    record: Annotated[bool, typer.Option(help="Write every run under results/ as well.")] = False,
) -> None:
    """Print our numbers beside the published ones."""
    if data not in PLANS:
        raise typer.BadParameter(f"expected {' or '.join(PLANS)}, not {data!r}")
    plan, ratings = PLANS[data], rl.load(data)
    unknown = sorted(set(only or ()) - {*plan.baselines, *plan.trained})
    if unknown:
        raise typer.BadParameter(f"unknown models {unknown}; there are {[*plan.baselines, *plan.trained]}")
    split = plan.split(ratings)
    rows: list[dict[str, Any]] = []

    def note(model: str, reports: list[Any], seed: int | None, seconds: float, setting: dict[str, Any]) -> None:
        for report in reports:
            how = {name: report.protocol[name] for name in ("candidates", "masked")}
            rows.append({"model": model, "seed": seed, **how, **report.metrics})
            shown = {name: report.metrics[name] for name in ("hr@10", "ndcg@10", "precision@10")}
            numbers = ", ".join(f"{name} {value:.4f}" for name, value in shown.items())
            print(f"{model:32} seed {seed}  {numbers}  {how}  {seconds:.0f} s  {setting}", flush=True)
            if record:
                rl.runs.record(
                    f"{data}-ranking",
                    model,
                    report,
                    parameters=setting,
                    seeds={"split": 0} if seed is None else {"split": 0, "model": seed, "fit": seed},
                    ratings=ratings,
                    seconds=round(seconds, 1),
                )

    final = split.refit()
    for name, build in plan.baselines.items():
        if not only or name in only:
            start = time.perf_counter()
            note(name, tested(build(final), final, plan), None, time.perf_counter() - start, {})
    for name, how in plan.trained.items():
        setting: dict[str, Any] = {}
        for seed in range(seeds if not only or name in only else 0):
            start = time.perf_counter()
            if seed == 0:
                model, setting = chosen(how, split, plan)
            else:
                model = refitted(how, final, seed, setting)
            note(name, tested(model, final, plan), seed, time.perf_counter() - start, setting)

    print("\nTest, mean over seeds (settings and epochs chosen on validation, refitted, tested once):")
    table = pd.DataFrame(rows).groupby(["candidates", "masked", "model"], sort=False)
    print(table[["hr@10", "ndcg@10", "precision@10"]].agg(["mean", "std"]).round(4).to_string())
    print("\nPublished (compare within a protocol only):")
    print(rl.runs.published(ratings).query("metric != 'rmse'").to_string(index=False))


if __name__ == "__main__":
    typer.run(main)
