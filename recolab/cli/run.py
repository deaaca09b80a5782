"""`recolab run NOTEBOOK -p NAME VALUE ...`: run a lesson again with other parameters."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

OPTION = ("-p", "--parameter")


class PairedCommand(TyperCommand):
    """Reads `-p NAME VALUE` as papermill does: typer has no repeated option with two values, so both become one."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        words, joined = iter(args), []
        for word in words:
            joined.append(word)
            if word in OPTION:
                joined.append("=".join(itertools.islice(words, 2)))
        return super().parse_args(ctx, joined)


def run(
    notebook: Annotated[Path, typer.Argument(help="The notebook to run.", show_default=False)],
    parameter: Annotated[
        list[str] | None,
        typer.Option(*OPTION, metavar="NAME VALUE", help="A parameter to change; may be repeated.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="Where to write it; <name>.executed.ipynb here, if not said.", show_default=False
        ),
    ] = None,
    list_only: Annotated[bool, typer.Option("--list", help="List the notebook's parameters and leave.")] = False,
) -> None:
    """Run a notebook with other parameters, checked before the first cell runs."""
    from recolab import runs

    if list_only:
        for known in runs.parameters(notebook):
            typer.echo(
                f"{known.name}: {known.type_name} = {known.default!r}" + f"  # {known.comment}" * bool(known.comment)
            )
        return
    values = {}
    for pair in parameter or []:
        name, separator, value = pair.partition("=")
        if not separator:
            raise typer.BadParameter(f"-p takes a name and a value, as in -p epochs 5; only {name!r} came.")
        if name in values:
            raise typer.BadParameter(f"the parameter {name!r} is given twice.")
        values[name] = value
    typer.echo(f"Written: {runs.run_notebook(notebook, values, output)}")
