"""`recolab report SWEEP.yaml`: a sweep as one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recolab.cli.sweep import FILE, INTO


def report(
    file: FILE,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Where to write it; <name>.html here, if not said.", show_default=False),
    ] = None,
    into: INTO = None,
) -> None:
    """Write a sweep as one HTML page that asks nobody for anything: pictures, tables, failures, what is left."""
    from recolab.runs.pages.sweep_page import write_page
    from recolab.runs.sweeps.sweep_file import read_sweep

    typer.echo(f"Written: {write_page(read_sweep(file), output, folder=into)}")
