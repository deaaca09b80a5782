"""How a run failed: in which cell, why, and what is left of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from recolab.errors import RecoLabError
from recolab.runs.notebooks.cells import error_of, first_line, number

if TYPE_CHECKING:
    from recolab.runs.notebooks.execution import Execution


class NotebookFailed(RecoLabError):
    """A notebook has not run to its end.

    Attributes:
        cell: number of the cell it ended in, from 1 and as its reader counts; None if it ended before the first.
        traceback: the cell's traceback as plain text, or what a kernel wrote that could not be started; empty where
            there is none, as after a time-out.
        partial: the file that keeps what has run; None if nothing has, or if it could not be written.
    """

    def __init__(
        self, message: str, *, cell: int | None = None, traceback: str = "", partial: Path | None = None
    ) -> None:
        super().__init__(message)
        self.cell, self.traceback, self.partial = cell, traceback, partial


def failure(execution: Execution, path: Path, partial: Path | None) -> NotebookFailed | KeyboardInterrupt:
    """What to raise for a run that did not reach its end.

    Args:
        execution: the run, which is over.
        path: of the notebook.
        partial: the file that keeps what has run.
    """
    cell, raised, traceback = None, "", execution.last_words
    where = f"{path}, before its first cell"
    if execution.index is not None:
        source = execution.notebook.cells[execution.index]
        cell = number(execution.notebook, execution.index)
        raised, traceback = error_of(source)
        where = f"cell {cell} of {path} (`{first_line(source)}`)"
    kept = f"; what has run is kept in {partial}" if partial else ""
    if execution.interrupted:
        return KeyboardInterrupt(f"The run was interrupted in {where}{kept}.")
    reason = _reason(execution, path, where, raised)
    return NotebookFailed(f"{reason}{kept}.", cell=cell, traceback=traceback, partial=partial)


def _reason(execution: Execution, path: Path, where: str, raised: str) -> str:
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    error = execution.error
    if execution.timed_out:
        return f"The run took longer than {execution.timeout:g} seconds and was stopped in {where}"
    if raised.startswith("SystemExit"):
        return f"The run left by sys.exit in {where}, and nothing after it has run"
    if raised:
        return f"C{where[1:]} failed with {raised}"
    if isinstance(error, NoSuchKernel):
        return f"{path} asks for the kernel {error.name!r}, which is not installed here"
    if isinstance(error, DeadKernelError | CellTimeoutError):  # the latter when its last output never came
        return f"The kernel died in {where}: it may have run out of memory"
    return f"The run failed in {where}: {type(error).__name__}: {error}".rstrip(".")
