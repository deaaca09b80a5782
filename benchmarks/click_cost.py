"""What a training step of the models of fields costs as fields and rows grow, beside what their papers say.

    python benchmarks/click_cost.py [--only FM] [--passes 4] [--record]

Rows are drawn at random: what they hold does not matter for the cost. A slope is that of a straight line through the
logarithms: 1 means that twice as many fields take twice as long, 2 four times. With few fields a step has a fixed cost
that flattens the slope, so that a measured slope lies below the claimed one, not above.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from training_speed import Watch

import recolab as rl

BATCH = 1024
FIELDS, ROWS = (5, 10, 20, 40), (50_000, 100_000, 200_000, 400_000)
VALUES = 200
MODELS: dict[str, tuple[Callable[..., Any], int, str]] = {
    "FM": (rl.models.FM, 1, "linear in fields (Rendle 2010, lemma 3.1)"),
    # Without a network beside it, whose layers would hide the crosses.
    "DCN": (lambda fields: rl.models.DCN(fields, widths=()), 1, "linear in the input's width (Wang et al. 2017)"),
    "AutoInt": (rl.models.AutoInt, 2, "quadratic in fields, beside linear projections (Song et al. 2019)"),
    "AFM": (rl.models.AFM, 2, "one attention weight for each pair of fields (Xiao et al. 2017)"),
}
"""Builder, claimed exponent of the number of fields, and the claim."""


def seconds(build: Callable[..., Any], n_fields: int, rows: int, passes: int) -> float:
    """Of the shortest epoch after the first of a model on random rows."""
    rng = np.random.default_rng(0)
    fields = rl.features.Fields.of_sizes({f"field_{number}": VALUES for number in range(n_fields)})
    frame = pd.DataFrame(rng.integers(VALUES, size=(rows, n_fields)), columns=list(fields.names))
    x, y = fields.encode(frame), rng.integers(2, size=rows).astype("float32")
    watch = Watch()
    # The first epochs of few steps are not compiled yet, and must not be all there are.
    epochs = passes + 1 + -(-300 * BATCH // rows)
    rl.fit(build(fields), x, y, batch_size=BATCH, epochs=epochs, callbacks=[watch], progress=False)
    return watch.best()


def slope(sizes: Sequence[int], times: Sequence[float]) -> float:
    """Of the logarithm of the times by the logarithm of the sizes."""
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])


def main(
    only: Annotated[list[str] | None, typer.Option(help="Models to time; all without it.")] = None,
    passes: Annotated[int, typer.Option(help="Compiled epochs timed, the best counts.")] = 4,
    record: Annotated[bool, typer.Option(help="Write the table under results/ as well.")] = False,
) -> None:
    """Print seconds an epoch, and the slopes beside the claims."""
    unknown = sorted(set(only or ()) - set(MODELS))
    if unknown:
        raise typer.BadParameter(f"unknown models {unknown}; there are {list(MODELS)}")
    print(f"random rows, {VALUES} values a field, batch {BATCH:,}, best of {passes} epochs")
    for name, (build, exponent, claim) in MODELS.items():
        if only and name not in only:
            continue
        by_fields = {n: seconds(build, n, ROWS[0], passes) for n in FIELDS}
        by_rows = {rows: seconds(build, FIELDS[1], rows, passes) for rows in ROWS}
        measured = {
            **{f"seconds, {n} fields": time for n, time in by_fields.items()},
            **{f"seconds, {rows} rows": time for rows, time in by_rows.items()},
            "slope in fields": slope(FIELDS, list(by_fields.values())),
            # From the last doubling, where the fixed cost weighs least.
            "slope in fields, largest two": slope(FIELDS[-2:], list(by_fields.values())[-2:]),
            "slope in rows": slope(ROWS, list(by_rows.values())),
        }
        print(f"\n{name}: claimed {exponent}, {claim}; 1 in rows")
        print(pd.Series(measured).to_string(float_format=lambda value: f"{value:.3f}"), flush=True)
        if record:
            rl.runs.record(
                "click-cost",
                name,
                measured,
                parameters={"batch_size": BATCH},
                seeds={"rows": 0, "model": 0, "fit": 0},
                protocol={
                    "rows": f"random, {VALUES} values a field; {ROWS[0]} where fields grow",
                    "fields": f"{FIELDS[1]} where rows grow",
                    "claim": claim,
                    "timing": f"best of {passes} epochs once compiled",
                },
            )


if __name__ == "__main__":
    typer.run(main)
