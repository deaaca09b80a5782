"""Text tables of numbers and words, read fast; a row that does not fit is named by file and line."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from recolab.errors import RecoLabError

# pandas' fast reader takes separators of one character, so a longer one is replaced by one that no text holds.
_STAND_IN = "\x1f"
_KINDS = {"int64": "a whole number", "float32": "a number", "str": "text"}


@dataclass(frozen=True)
class Layout:
    """How a table is written down.

    Attributes:
        columns: name and type of each column, in order: `"int64"`, `"float32"` or `"str"`.
        separator: what stands between two fields.
        encoding: of the text.
        header: whether the first line holds names (CSV, where quotes protect a separator).
    """

    columns: Mapping[str, str]
    separator: str
    encoding: str = "utf-8"
    header: bool = False

    @property
    def character(self) -> str:
        """The separator, or the one character that stands in for it while reading."""
        return self.separator if len(self.separator) == 1 else _STAND_IN

    @property
    def quoting(self) -> Any:
        """Whether quotes mean anything, as the `csv` module puts it."""
        return csv.QUOTE_MINIMAL if self.header else csv.QUOTE_NONE


def read_table(file: Path, layout: Layout) -> pd.DataFrame:
    """Reads a table whose every row fills every column; lines may end in LF or CRLF.

    Raises:
        RecoLabError: the file is not such a table; says which line and why.
    """
    content = file.read_bytes().replace(layout.separator.encode(), layout.character.encode())
    try:
        table = pd.read_csv(
            io.BytesIO(content),
            sep=layout.character,
            names=list(layout.columns),
            header=0 if layout.header else None,
            dtype=dict(layout.columns),
            encoding=layout.encoding,
            na_filter=False,  # a title may be "Null", an occupation "none"
            quoting=layout.quoting,
        )
    except (ValueError, OverflowError) as error:
        raise _malformed(file, content, layout) from error
    # A row too short or too long need not trouble pandas, so the separators are counted; quoted ones cannot be.
    separators = len(table) * (len(layout.columns) - 1)
    if table.empty or (not layout.header and content.count(layout.character.encode()) != separators):
        raise _malformed(file, content, layout)
    return table


def read_lines(file: Path, pattern: str, *, encoding: str) -> pd.DataFrame:
    """Reads a file whose every line matches a regular expression; its named groups become columns of text.

    Raises:
        RecoLabError: a line does not match; says which.
    """
    # Not `splitlines`, which breaks at characters that ISO-8859-1 titles may hold.
    lines = pd.Series(file.read_bytes().decode(encoding).rstrip("\r\n").split("\n")).str.rstrip("\r")
    table = lines.str.extract(f"^{pattern}$")
    unmatched = table.isna().any(axis=1).to_numpy()
    if unmatched.any():
        row = int(unmatched.argmax())
        raise RecoLabError(f"{file.name}, line {row + 1}, is not in the layout of its set: {lines[row]!r} (in {file}).")
    return table


def _malformed(file: Path, content: bytes, layout: Layout) -> RecoLabError:
    """Reads again, slowly, to say where and why; only a file that cannot be used gets here."""
    try:
        text = content.decode(layout.encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return RecoLabError(
            f"{file.name}, line {line}, is not text in {layout.encoding} (in {file}); fetch the set again."
        )
    reader = csv.reader(io.StringIO(text), delimiter=layout.character, quoting=layout.quoting)
    for fields in islice(reader, int(layout.header), None):
        if fields and (reason := _objection(fields, layout)):
            return RecoLabError(f"{file.name}, line {reader.line_num}: {reason} (in {file}); fetch the set again.")
    return RecoLabError(f"{file.name} holds no rows that can be read (in {file}); fetch the set again.")


def _objection(fields: list[str], layout: Layout) -> str | None:
    if len(fields) != len(layout.columns):
        return f"{len(layout.columns)} fields separated by {layout.separator!r} are expected, {len(fields)} came"
    for value, (name, kind) in zip(fields, layout.columns.items(), strict=True):
        if not _fits(value, kind):
            return f"{name} must be {_KINDS[kind]}, but is {value!r}"
    return None


def _fits(value: str, kind: str) -> bool:
    try:
        return kind == "str" or math.isfinite(int(value) if kind == "int64" else float(value))
    except ValueError:
        return False
