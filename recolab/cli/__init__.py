"""The `recolab` command. Everything heavy is imported inside the commands, so that `recolab --help` answers at once."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import recolab
from recolab.cli import compare, data, leaderboard, repeat, report, run, sweep
from recolab.errors import RecoLabError


class _Commands(TyperGroup):
    """Commands that end with one sentence on stderr: after a RecoLabError with exit code 1, after Ctrl-C with 130."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except RecoLabError as error:
            typer.echo(f"recolab: {error}", err=True)
            raise typer.Exit(1) from None
        except KeyboardInterrupt as interrupt:
            typer.echo(f"recolab: {str(interrupt) or 'interrupted.'}", err=True)
            raise typer.Exit(130) from None


app = typer.Typer(
    cls=_Commands,
    help="RecoLab: deep recommender systems that work.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help needs no import of rich
    pretty_exceptions_enable=False,
)
app.add_typer(data.app, name="data")
app.command("run", cls=run.PairedCommand)(run.run)
app.command()(sweep.sweep)
app.command()(sweep.status)
app.command()(leaderboard.leaderboard)
app.command()(repeat.repeat)
app.command()(compare.compare)
app.command()(report.report)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"recolab {recolab.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """RecoLab: deep recommender systems that work."""
