"""`recolab sweep` and `recolab status`: many runs, and where they stand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FILE = Annotated[Path, typer.Argument(help="The sweep file, in YAML.", show_default=False)]
INTO = Annotated[
    Path | None,
    typer.Option("--into", help="Folder of all results; results/ of the checkout, if not said.", show_default=False),
]


def sweep(
    file: FILE,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Runs at once on this machine.")] = 1,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler, whose workers do the runs.", show_default=False)
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="MODEL", help="A model to run, and no others; may be repeated.", show_default=False),
    ] = None,
    into: INTO = None,
    stale: Annotated[bool, typer.Option("--stale", help="Do runs again whose code has changed since.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be run, and leave.")] = False,
) -> None:
    """Do the runs of a sweep that are not done. It can be stopped anywhere and started again."""
    from rich.console import Console

    from recolab.errors import RecoLabError
    from recolab.runs.sweeps import screen
    from recolab.runs.sweeps.standing import standing
    from recolab.runs.sweeps.sweep_file import read_sweep
    from recolab.runs.sweeps.sweeping import do_sweep, stores

    asked = read_sweep(file)
    if only:
        asked = asked.only(only)
    if dry_run:
        now = standing(asked, *stores(asked, into), jobs=jobs)
        for each in [*now.waiting, *now.again, *(each for each in now.done if stale and each.run in now.stale)]:
            settings = ", ".join(f"{name} {value}" for name, value in each.parameters.items())
            typer.echo(f"{each.run}  {each.label}: {settings}")
        if now.unnamed:
            typer.echo(f"and {now.unnamed} runs whose settings will be chosen on validation rows first")
        typer.echo(screen.summary_line(now))
        return
    if scheduler and jobs > 1:
        raise RecoLabError("Give --jobs or --scheduler: with a scheduler its workers say how many runs go at once.")
    shown = screen.Screen(asked, Console(stderr=True))
    with shown:
        now = do_sweep(asked, jobs=jobs, scheduler=scheduler, folder=into, stale=stale, watch=shown.show)
    typer.echo(screen.summary_line(now))
    for run, about in now.failed.items():
        typer.echo(f"{run}  {about['label']}: {screen.reason(about)}", err=True)
    if now.failed or now.unnamed:
        raise typer.Exit(1)


def status(file: FILE, into: INTO = None) -> None:
    """Show where a sweep stands: done, running, failed, time left, best so far."""
    from rich.console import Console

    from recolab.runs.sweeps.screen import drawn
    from recolab.runs.sweeps.standing import standing
    from recolab.runs.sweeps.sweep_file import read_sweep
    from recolab.runs.sweeps.sweeping import stores

    asked = read_sweep(file)
    Console().print(drawn(asked, standing(asked, *stores(asked, into))))
