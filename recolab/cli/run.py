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
    file: Annotated[
        Path | None,
        typer.Option(
            "-f", "--file", help="A YAML file of parameters to change, such as `epochs: 5`.", show_default=False
        ),
    ] = None,
    smoke: Annotated[
        bool, typer.Option("--smoke", help="Take the small parameters that the course keeps for the lesson.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="Where to write it; <name>.executed.ipynb here, if not said.", show_default=False
        ),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="How long the whole run may take; any time, if not said."),
    ] = None,
    list_only: Annotated[bool, typer.Option("--list", help="List the notebook's parameters and leave.")] = False,
) -> None:
    """Run a notebook with other parameters, checked before the first cell runs.

    -p wins over -f, and -f over --smoke. A JSON file beside OUTPUT holds the parameters, the versions and what the
    notebook noted. A run that fails keeps what has run in OUTPUT's .failed.ipynb.
    """
    from recolab import runs

    if list_only:
        _list(runs.parameters(notebook))
        return
    values = runs.smoke_parameters(notebook) if smoke else {}
    values |= runs.read_parameters(file) if file is not None else {}
    values |= _pairs(parameter or [])
    try:
        executed, record = runs.record_notebook(notebook, values, output, timeout=timeout)
        typer.echo(f"Written: {executed} and {record}")
    except runs.NotebookFailed as failed:
        if failed.traceback:
            typer.echo(failed.traceback, err=True)
        raise


def _list(known: list[Any]) -> None:
    for each in known:
        typer.echo(f"{each.name}: {each.type_name} = {each.default!r}" + f"  # {each.comment}" * bool(each.comment))


def _pairs(given: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for pair in given:
        name, separator, value = pair.partition("=")
        if not separator:
            raise typer.BadParameter(f"-p takes a name and a value, as in -p epochs 5; only {name!r} came.")
        if name in values:
            raise typer.BadParameter(f"the parameter {name!r} is given twice.")
        values[name] = value
    return values
