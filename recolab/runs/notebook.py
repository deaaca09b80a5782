"""Run a lesson again, from the first cell to the last, with other parameters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recolab.errors import RecoLabError
from recolab.runs.parameters import fitted, parameters
from recolab.runs.whole import write_whole


class NotebookFailed(RecoLabError):
    """A cell of the notebook raised an error, or its kernel died."""


def run_notebook(
    path: str | Path,
    values: Mapping[str, Any] | None = None,
    output: str | Path | None = None,
    *,
    progress: bool = True,
) -> Path:
    """Execute a notebook through papermill, after checking that every parameter exists and fits its type.

    The notebook runs in its own folder, as it does when the book is built. The output appears when the last cell has
    run, and only then: a run that fails leaves an older output as it was. papermill stops at every error, also in a
    cell with the tag `raises-exception`.

    Args:
        path: the notebook.
        values: parameters to change, by name. A string given for anything else than a string is read as on a command
            line: "40", "1e-3", "false", "None", "[16, 32]".
        output: where to write the executed notebook; None for `<name>.executed.ipynb` in the current folder.
        progress: whether to show a progress bar.

    Returns:
        The file that was written.

    Raises:
        RecoLabError: an unknown parameter, a value of the wrong type, a notebook that cannot be read, an output that
            would overwrite it, or papermill is not installed.
        NotebookFailed: a cell failed; the message has the cell's number and its error.
    """
    path = Path(path)
    checked = fitted(parameters(path), values or {}, path)
    output = Path(output) if output is not None else Path(f"{path.stem}.executed.ipynb")
    if output.suffix != ".ipynb" or output.resolve() == path.resolve():
        raise RecoLabError(f"The output must be an .ipynb file other than the notebook itself, not {output}.")
    write_whole(output, _executed(path, checked, progress))
    return output


def _executed(path: Path, values: dict[str, Any], progress: bool) -> str:
    """The notebook as text after its run."""
    try:
        import nbclient.exceptions
        import nbformat
        import papermill
        from jupyter_client.kernelspec import NoSuchKernel
        from papermill.iorw import load_notebook_node
        from papermill.parameterize import parameterize_notebook
    except ImportError as error:
        raise RecoLabError(
            f'Notebooks run through papermill; {error.name} is not installed: pip install "recolab[book]".'
        ) from None
    notebook = load_notebook_node(nbformat.read(path, as_version=4))  # type: ignore[no-untyped-call]
    if values:
        # Not left to execute_notebook, which warns of unknown parameters where an annotation is more than one word.
        notebook = parameterize_notebook(notebook, values)
    try:
        # No output path: papermill's file says "completed" even when the kernel has died.
        done = papermill.execute_notebook(notebook, None, cwd=path.parent, progress_bar=progress)
    except papermill.PapermillExecutionError as error:
        reason = f"{error.ename}: {error.evalue}".splitlines()[0].rstrip(".: ")
        raise NotebookFailed(f"Cell {_number(notebook, error.cell_index)} of {path} failed with {reason}.") from error
    except nbclient.exceptions.DeadKernelError as error:
        raise NotebookFailed(f"The kernel died while it ran {path}: it may have run out of memory.") from error
    except NoSuchKernel as error:
        raise NotebookFailed(f"{path} asks for the kernel {error.name!r}, which is not installed here.") from error
    for index, cell in enumerate(done.cells):
        if cell.metadata["papermill"]["status"] != "completed":
            raise NotebookFailed(
                f"{path} left by sys.exit in cell {_number(notebook, index)}; nothing after it has run."
            )
    # papermill would put the whole input here, having been given no path.
    done.metadata["papermill"].update(input_path=path.name, parameters=values)
    return str(nbformat.writes(done))  # type: ignore[no-untyped-call]


def _number(notebook: Any, index: int) -> int:
    """Which cell of the reader's notebook this is, from 1: the one papermill put the values into is not counted."""
    return sum("injected-parameters" not in cell.metadata.get("tags", []) for cell in notebook.cells[: index + 1])
