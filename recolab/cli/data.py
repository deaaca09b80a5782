"""`recolab data`: which sets there are, where they lie, and fetching them."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(help="Data sets: list them, fetch one, see where each is read from.", no_args_is_help=True)


@app.command("list")
def list_sets() -> None:
    """List the data sets."""
    from recolab.data.sources import SOURCES

    for source in SOURCES.values():
        typer.echo(f"{source.name:<16} {source.about}. Licence: {source.licence}.")
    typer.echo(f"{'synthetic':<16} Made by RecoLab itself, in the size and shape of ML-100K. Licence: MIT.")


@app.command()
def fetch(name: Annotated[str, typer.Argument(help="The name of the set, as `recolab data list` gives it.")]) -> None:
    """Download a data set into the cache, verify it and print its folder."""
    from recolab import data

    typer.echo(data.fetch(name))


@app.command()
def where() -> None:
    """Show what each data set would be read from now."""
    from recolab import data

    for row in data.where().itertuples(index=False):
        typer.echo(f"{row[0]:<16} {row[1]:<13} {row[2]}".rstrip())
