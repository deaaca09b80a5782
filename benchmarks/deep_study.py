"""The models of Day 2 beside the two public notebooks they come from.

    python benchmarks/deep_study.py ml-1m   [--only NAME] [--epochs 20] [--record]
    python benchmarks/deep_study.py ml-100k [--only NAME] [--epochs 20] [--record]

ML-1M: every variant of a public study, on a random 80/20 cut, with the same batch size and at most as many epochs; all
variants of a recipe choose from the same penalties and rates. ML-100K: the course notebook's DeepMF and NeuralCF, and
DMF, on 80/20 by user. Everything is chosen on validation rows, the model is then fitted again on training and
validation rows, and the test rows are read once. The study's numbers are the best epoch on its held-out rows, so ours
have the harder task.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import pandas as pd
import typer

import recolab as rl
from recolab.backend import keras


@dataclass(frozen=True)
class Variant:
    """One row of a study.

    Attributes:
        name: what it is called in the table.
        builder: name in `recolab.models`.
        arguments: of the builder, those that are not chosen.
        recipe: `"sgd"`, found on Day 1 for biases and dot products; `"slow sgd"`, for a dot product behind linear maps,
            which diverges at that rate; or `"adam"`, for what holds relus: at the large rates that embeddings need, sgd
            switches them off for good.
    """

    name: str
    builder: str
    arguments: dict[str, Any] = field(default_factory=dict)
    recipe: Literal["sgd", "slow sgd", "adam"] = "adam"


@dataclass(frozen=True)
class Plan:
    """What is run on one set of ratings.

    Attributes:
        cut: the split, by a function of the ratings.
        variants: the rows.
        metric: what the notebook printed.
        protocol: of its rows in `results/published.csv`.
        settings: penalties (`l2`) and learning rates that every variant of a recipe chooses from; the rate is that of
            the start, and falls to 0 along a cosine.
        batch_size: rows a step.
    """

    cut: Callable[[rl.Ratings], rl.split.Split]
    variants: list[Variant]
    metric: str
    protocol: str
    settings: dict[str, list[dict[str, float]]]
    batch_size: int


def sums(factors: int) -> list[Variant]:
    """Matrix factorisation, the study's starting point."""
    names = {"ExplicitMF": "MF", "BiasedMF": "MF + bias", "SigmoidMF": "MF + bias + sigmoid"}
    return [Variant(name, builder, {"factors": factors}, "sgd") for builder, name in names.items()]


def network(name: str, factors: int, layers: int, **options: Any) -> Variant:
    """A network on two embeddings; the study's layers are 1.5 factors wide, and we halve each further one."""
    widths = tuple(int(1.5 * factors) // 2**depth for depth in range(layers - 1))  # the output is the last layer
    return Variant(name, "RatingMLP", {"factors": factors, "widths": widths, **options})


ML_1M = [
    *sums(10),
    *sums(50),
    *(network("linear", factors, 1) for factors in (10, 50)),
    *(network("two layers", factors, 2, dropout=0.4) for factors in (10, 50)),
    *(network("two layers (dropout .75)", factors, 2, dropout=0.75) for factors in (10, 50)),
    *(network("three layers (dropout .7)", factors, 3, dropout=0.7) for factors in (10, 50)),
    *(network("three layers", factors, 3, dropout=0.4) for factors in (10, 50)),
    *(network("three layers + batch norm", factors, 3, dropout=0.4, batch_norm=True) for factors in (10, 50)),
    *(network("three layers + residual", factors, 3, dropout=0.4, residual=True) for factors in (10, 50)),
    Variant("mixed 1 linear", "MixedBiasMF", {"factors": 10}),
    Variant("mixed 1 linear + sigmoid", "MixedBiasMF", {"factors": 10, "sigmoid": True}),
    Variant("mixed 1 deep + sigmoid", "MixedBiasMF", {"factors": 10, "widths": (15,), "sigmoid": True}),
    Variant("mixed 1 deep + sigmoid", "MixedBiasMF", {"factors": 50, "widths": (15,), "sigmoid": True}),
    Variant("mixed 2 linear", "MixedTowersMF", {"factors": 10}, "slow sgd"),
    Variant("mixed 2 linear", "MixedTowersMF", {"factors": 50}, "slow sgd"),
    Variant("mixed 2 deep", "MixedTowersMF", {"factors": 50, "widths": (75,), "dropout": 0.4}),
]

ML_100K = [
    Variant("BiasedMF", "BiasedMF", {"factors": 40}, "sgd"),
    Variant("DeepMF", "DeepMF", {"factors": 40}),
    Variant("NeuralCF (source)", "NeuralCF", {"factors": 40, "variant": "source"}),
    Variant("NeuralCF (paper)", "NeuralCF", {"factors": 40, "variant": "paper"}),
    Variant("DMF", "DMF"),
    Variant("DMF (dropout .5)", "DMF", {"dropout": 0.5}),
]

PLANS = {
    "ml-1m": Plan(
        cut=lambda ratings: rl.split.random(ratings, test=0.2, valid=0.08, seed=0),
        variants=ML_1M,
        metric="mse",
        protocol="random 80/20 best epoch",
        settings={
            "sgd": [{"l2": 0.02, "rate": 1.5}, {"l2": 0.06, "rate": 1.5}],
            "slow sgd": [{"l2": l2, "rate": rate} for l2 in (0.02, 0.06) for rate in (0.25, 0.5)],
            "adam": [{"l2": l2, "rate": rate} for l2 in (0.005, 0.03) for rate in (2e-3, 5e-3)],
        },
        batch_size=1024,
    ),
    "ml-100k": Plan(
        cut=lambda ratings: rl.split.by_user(ratings, test=0.2, valid=0.08, seed=0),
        variants=ML_100K,
        metric="rmse",
        protocol="by user 80/20",
        settings={
            "sgd": [{"l2": 0.08, "rate": 1.0}],
            "adam": [{"l2": l2, "rate": rate} for l2 in (0.02, 0.05) for rate in (2e-3, 1e-2)],
        },
        batch_size=256,
    ),
}


def run(variant: Variant, split: rl.split.Split, plan: Plan, epochs: int) -> tuple[Any, float]:
    """Choose, refit, test: what came of it, and the seconds it took."""

    def build(part: rl.split.Split, *, rate: float, **chosen: float) -> Any:
        falling = keras.optimizers.schedules.CosineDecay(rate, epochs * -(-len(part.train) // plan.batch_size))
        adam = variant.recipe == "adam"
        optimizer = keras.optimizers.Adam(falling) if adam else keras.optimizers.SGD(falling, momentum=0.9)
        return getattr(rl.models, variant.builder)(part, optimizer=optimizer, seed=0, **variant.arguments, **chosen)

    settings = plan.settings[variant.recipe]
    if variant.builder == "DMF":  # it has no embeddings, so nothing that a penalty falls on
        settings = [{"rate": rate} for rate in {setting["rate"]: None for setting in settings}]
    start = time.perf_counter()
    outcome = rl.evaluate.choose_refit_test(
        build,
        split,
        settings=settings,
        max_epochs=epochs,
        batch_size=plan.batch_size,
        patience=epochs,
        progress=False,
    )
    return outcome, time.perf_counter() - start


def main(
    data: Annotated[str, typer.Argument(help=" or ".join(PLANS))],
    only: Annotated[str, typer.Option(help="Only variants whose name begins with this.")] = "",
    epochs: Annotated[int, typer.Option(help="Epochs of a trial.")] = 20,
    record: Annotated[bool, typer.Option(help="Write every run under results/ as well.")] = False,
) -> None:
    """Print our numbers beside those of the notebooks."""
    if data not in PLANS:
        raise typer.BadParameter(f"expected {' or '.join(PLANS)}, not {data!r}")
    plan, ratings = PLANS[data], rl.load(data)
    split = plan.cut(ratings)
    biases = rl.evaluate.ratings(rl.models.BiasBaseline(split.refit()), split.refit().test).metrics[plan.metric]
    print(f"{split.name}; two biases alone: test {plan.metric.upper()} {biases:.4f}")

    table = rl.runs.published(ratings, metric=plan.metric, protocol=plan.protocol)
    printed = dict(zip(table["model"].str.replace(r" \(a public.*", "", regex=True), table["value"], strict=True))

    rows = []
    for variant in (each for each in plan.variants if each.name.startswith(only)):
        outcome, seconds = run(variant, split, plan, epochs)
        ours = outcome.report.metrics[plan.metric]
        factors = variant.arguments.get("factors")
        published = printed.get(f"{variant.name} k={factors}")
        row = {"model": variant.name, "factors": factors, "published": published}
        rows.append({**row, "ours": ours, **outcome.setting, "epochs": outcome.epochs, "seconds": round(seconds)})
        print("  ".join(f"{name} {value}" for name, value in rows[-1].items()), flush=True)
        if record:
            rl.runs.record(
                f"{data}-deep-study",
                variant.name,
                outcome.report,
                parameters={
                    "builder": variant.builder,
                    **{name: list(value) if name == "widths" else value for name, value in variant.arguments.items()},
                    **outcome.setting,
                    "optimizer": variant.recipe,
                    "epochs": epochs,
                    "batch_size": plan.batch_size,
                },
                seeds={"split": 0, "model": 0, "fit": 0},
                ratings=ratings,
                seconds=round(seconds, 1),
            )
    print(
        f"\n{plan.metric.upper()}: published at the best epoch on the held-out rows; ours chosen on others, tested once"
    )
    print(pd.DataFrame(rows).round(4).to_string(index=False))


if __name__ == "__main__":
    typer.run(main)
