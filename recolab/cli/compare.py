"""`recolab compare A B`: two recorded runs side by side."""

from __future__ import annotations

from typing import Annotated

import typer

from recolab.cli.repeat import RUN
from recolab.cli.sweep import INTO


def compare(
    a: RUN,
    b: RUN,
    into: INTO = None,
    samples: Annotated[int, typer.Option(min=1, help="Samples of the users, for the intervals.")] = 2_000,
    seed: Annotated[int, typer.Option(help="Of the samples.")] = 0,
) -> None:
    """Show what differs between two runs of one protocol, and how sure the difference of their metrics is."""
    from recolab.runs.tables.comparing import compare_runs
    from recolab.runs.tables.printed import plain_console, print_comparison

    print_comparison(compare_runs(a, b, folder=into, samples=samples, seed=seed), plain_console())
