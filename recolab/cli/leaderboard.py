"""`recolab leaderboard`: tables from recorded runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recolab.cli.sweep import INTO


def leaderboard(
    sweeps: Annotated[
        list[Path] | None,
        typer.Argument(help="Sweep files; all of sweeps/ of the checkout, if none is named.", show_default=False),
    ] = None,
    into: INTO = None,
) -> None:
    """Write the leaderboards of sweeps into results/*.csv, and print them.

    A model whose runs are not all recorded gets no row.
    """
    import pandas as pd

    from recolab.errors import RecoLabError
    from recolab.runs.records import circumstances
    from recolab.runs.sweeps.sweep_file import read_sweep
    from recolab.runs.tables.boards import write_boards

    root = circumstances.checkout()
    files = sweeps or (sorted((root / "sweeps").glob("*.yaml")) if root else [])
    if not files:
        raise RecoLabError("There is no sweep here: name the file of one.")
    for file in files:
        asked = read_sweep(file)
        if not asked.leaderboards:
            typer.echo(f"{file} names no leaderboards: `recolab report {file}` shows its runs.", err=True)
        written, missing = write_boards(asked, into)
        for path in written:
            typer.echo(pd.read_csv(path, index_col="model").drop(columns="run_ids").round(4).to_string(na_rep="–"))
            typer.echo(f"Written: {path}\n")
        for model, runs in missing.items():
            typer.echo(f"{file.stem}: no row for {model}, {runs} of its runs are not recorded", err=True)
