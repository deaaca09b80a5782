"""`recolab repeat RUN`: a recorded run again."""

from __future__ import annotations

from typing import Annotated

import typer

from recolab.cli.sweep import INTO

RUN = Annotated[
    str, typer.Argument(help="A run: its id of ten characters, or the path of its file.", show_default=False)
]


def repeat(
    run: RUN,
    into: INTO = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Put the new run in the place of the old one, with its users' metrics.")
    ] = False,
) -> None:
    """Do a recorded run again. Exit code 0: all digits are the same, or within the spread of the recorded runs."""
    from recolab.runs.records.finding import find_run
    from recolab.runs.sweeps.screen import duration
    from recolab.runs.tables.printed import plain_console, print_repeated
    from recolab.runs.tables.repeating import repeat as repeat_run

    found = find_run(run, into)
    seconds = found.whole["seconds"]
    took = f" It took {duration(seconds)} when it was recorded." if seconds else ""
    typer.echo(f"Doing {found.label} ({found.run}) again.{took}", err=True)
    done = repeat_run(run, keep=keep, folder=into)
    print_repeated(done, plain_console())
    if not done.agrees:
        raise typer.Exit(1)
