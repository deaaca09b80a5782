"""Run a lesson again, from the first cell to the last, with other parameters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recolab.errors import RecoLabError
from recolab.runs.notebooks.failure import failure
from recolab.runs.notebooks.parameters import fitted, parameters
from recolab.runs.notebooks.progress import Progress, seconds_by_cell
from recolab.runs.records.whole import write_whole


def run_notebook(
    path: str | Path,
    values: Mapping[str, Any] | None = None,
    output: str | Path | None = None,
    *,
    progress: bool = True,
    timeout: float | None = None,
) -> Path:
    """Execute a notebook, after checking that every parameter exists, fits its type and lies in its range.

    The notebook runs in its own folder, as it does when the book is built, in a kernel that ends with the run, however
    that ends. The output appears when the last cell has run, and only then: a run that fails leaves an older output as
    it was, and keeps what has run in `<output>.failed.ipynb` beside it.

    Args:
        path: the notebook.
        values: parameters to change, by name. A string given for anything else than a string is read as on a command
            line: "40", "1e-3", "false", "None", "[16, 32]".
        output: where to write the executed notebook; None for `<name>.executed.ipynb` in the current folder.
        progress: whether to say on stderr which cell runs, and about how long the rest will take.
        timeout: seconds that the whole run may take, the start of its kernel included; None for any time.

    Returns:
        The file that was written.

    Raises:
        RecoLabError: an unknown parameter, a value of the wrong type or out of range, a notebook that cannot be read,
            an output that would overwrite it, or papermill is not installed. No kernel has been started then.
        NotebookFailed: a cell raised an error or left by `sys.exit`, the kernel died, or the time was up.
        KeyboardInterrupt: somebody pressed Ctrl-C, or the process got SIGTERM.
    """
    path = Path(path)
    notebook = parameterised(path, values or {})
    output = output_of(path, output)
    if timeout is not None and not timeout > 0:
        raise RecoLabError(f"`timeout` is in seconds and above 0, or None for any time, but {timeout} came.")
    from recolab.runs.notebooks.execution import Execution  # with nbclient, which only runs need

    execution = Execution(notebook, path.parent, timeout)
    execution.run(Progress(notebook, seconds_by_cell(output)) if progress else None)
    if execution.error is not None:
        partial = None if execution.index is None else _kept(notebook, output.with_suffix(".failed.ipynb"))
        raise failure(execution, path, partial) from execution.error
    write_whole(output, _text(notebook))
    return output


def parameterised(path: str | Path, values: Mapping[str, Any]) -> Any:
    """A notebook (as nbformat reads it) without outputs, with these values in a cell below its parameters.

    Raises:
        RecoLabError: a value that does not fit, a notebook that cannot be read, or papermill is not installed.
    """
    path = Path(path)
    checked = fitted(parameters(path), values, path)
    try:
        import nbformat
        from papermill import iorw, parameterize
    except ImportError as error:
        raise RecoLabError(
            f'Notebooks run through papermill; {error.name} is not installed: pip install "recolab[book]".'
        ) from None
    notebook = iorw.load_notebook_node(nbformat.read(path, as_version=4))  # type: ignore[no-untyped-call]
    if checked:
        notebook = parameterize.parameterize_notebook(notebook, checked, kernel_name="python3", language="python")
    notebook.metadata["papermill"].update(input_path=path.name)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def output_of(path: Path, output: str | Path | None) -> Path:
    """Where a run is written.

    Raises:
        RecoLabError: to a file that is no notebook, or over the notebook itself.
    """
    output = Path(output) if output is not None else Path(f"{path.stem}.executed.ipynb")
    if output.suffix != ".ipynb" or output.resolve() == path.resolve():
        raise RecoLabError(f"The output must be an .ipynb file other than the notebook itself, not {output}.")
    return output


def _kept(notebook: Any, target: Path) -> Path | None:
    """The file that now has what has run; None if it cannot be written, because why the run failed matters more."""
    try:
        write_whole(target, _text(notebook))
    except RecoLabError:
        return None
    return target


def _text(notebook: Any) -> str:
    import nbformat

    return str(nbformat.writes(notebook))  # type: ignore[no-untyped-call]
