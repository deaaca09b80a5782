"""The cells of a notebook as its reader sees them: their numbers, first lines and errors."""

from __future__ import annotations

import re
from typing import Any

ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")
"""Colours and other commands to a terminal, links among them."""


def injected(cell: Any) -> bool:
    """Whether it is the cell that papermill puts values into, which the reader's notebook does not have."""
    return "injected-parameters" in cell.metadata.get("tags", [])


def number(notebook: Any, index: int) -> int:
    """Which cell of the reader's notebook this is, from 1."""
    return sum(not injected(cell) for cell in notebook.cells[: index + 1])


def first_line(cell: Any, most: int = 60) -> str:
    """The first line of a cell that is not empty, shortened to `most` characters."""
    line = next((line.strip() for line in cell.source.splitlines() if line.strip()), "")
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def error_of(cell: Any) -> tuple[str, str]:
    """What a cell raised, in one line, and its traceback, both as plain text; empty if it raised nothing."""
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            raised = plain(f"{output.ename}: {output.evalue}").splitlines()[0].rstrip(".: ")
            return raised, plain("\n".join(output.traceback))
    return "", ""


def plain(text: str) -> str:
    """Text without commands to a terminal."""
    return ANSI.sub("", text)
