"""The parameters of a notebook: what they are, and whether a given value fits.

papermill injects a misspelt name or a wrong type without a word, does not see `limit: int | None = None`, and turns
`-p flag false` into the true string "false". So the cell is read here, as Python: one assignment of a literal a line,
with an annotation where the literal does not say enough, and a comment, which may end with a range.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import math
import tokenize
import types
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from recolab.errors import RecoLabError, did_you_mean
from recolab.runs.notebooks.ranges import Range, range_of

TYPES = {"bool": bool, "int": int, "float": float, "str": str, "list": list}
ANYTHING: Any = bool | int | float | str | list | None


@dataclass(frozen=True)
class Parameter:
    """One assignment of the parameters cell.

    Attributes:
        name: name of the variable.
        type: its annotation, else the type of its default: `bool`, `int`, `float`, `str`, `list`, `list[int]`, or
            several of them and None joined by `|`.
        default: the value it has when none is given.
        comment: what stands behind `#` on its line or lines, the range with it.
        range: the values it may have; None for all of its type.
    """

    name: str
    type: Any
    default: Any
    comment: str
    range: Range | None = None

    @property
    def type_name(self) -> str:
        """The type as it is written in an annotation."""
        return self.type.__name__ if isinstance(self.type, type) and not get_args(self.type) else str(self.type)


def parameters(path: str | Path) -> list[Parameter]:
    """The parameters of a notebook, read from its cell with the tag `parameters`, in the order of its lines.

    A notebook without such a cell has none.

    Raises:
        RecoLabError: there is no such notebook, it is not one, it has two parameters cells, or a line of the cell is
            not the assignment of a literal that fits its annotation and its range.
    """
    sources = _tagged_cells(Path(path))
    if not sources:
        return []
    if len(sources) > 1:
        raise RecoLabError(f"{path} has {len(sources)} cells with the tag 'parameters': leave the tag on one.")
    try:
        lines = ast.parse(sources[0]).body
    except SyntaxError as error:
        raise RecoLabError(
            f"Line {error.lineno} of the parameters cell of {path} is not Python: {error.msg}."
        ) from None
    comments = _comments(sources[0])
    return [_parameter(line, _comment(line, comments), path) for line in lines]


def fitted(known: list[Parameter], given: Mapping[str, Any], path: str | Path) -> dict[str, Any]:
    """The given values, each turned into the type of its parameter; strings are read as on a command line.

    Raises:
        RecoLabError: a name that is no parameter (the message suggests the nearest), a value that does not fit the
            type, or one out of range.
    """
    by_name = {parameter.name: parameter for parameter in known}
    return {name: _value(_known(name, by_name, path), value, path) for name, value in given.items()}


def _known(name: str, by_name: Mapping[str, Parameter], path: str | Path) -> Parameter:
    if name not in by_name:
        hint = did_you_mean(name, by_name, f"it has {', '.join(by_name) or 'no parameters'}.")
        raise RecoLabError(f"{path} has no parameter {name!r}: {hint}")
    return by_name[name]


def _value(parameter: Parameter, given: Any, path: str | Path) -> Any:
    try:
        value = _read(parameter.type, given) if isinstance(given, str) else _given(parameter.type, given)
    except ValueError:
        raise RecoLabError(
            f"The parameter {parameter.name!r} of {path} is of type {parameter.type_name} (default "
            f"{parameter.default!r}), which {given!r} does not fit."
        ) from None
    if parameter.range is not None and parameter.range.refuses(value):
        what = "Each element of the" if isinstance(value, list) else "The"
        raise RecoLabError(
            f"{what} parameter {parameter.name!r} of {path} must be {parameter.range}, but {value!r} came."
        )
    return value


def _tagged_cells(path: Path) -> list[str]:
    """Sources of the cells with the tag `parameters`."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        # A source is a string or a list of lines; joining leaves the string as it is.
        return ["".join(cell["source"]) for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    except OSError as error:
        raise RecoLabError(f"The notebook {path} cannot be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise RecoLabError(f"{path} is not a Jupyter notebook (format 4): give the path of an .ipynb file.") from None


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}


def _comment(line: ast.stmt, comments: dict[int, str]) -> str:
    """What is said of an assignment, over all lines that it takes."""
    numbers = range(line.lineno, (line.end_lineno or line.lineno) + 1)
    return " ".join(comments[number] for number in numbers if number in comments)


def _parameter(line: ast.stmt, comment: str, path: str | Path) -> Parameter:
    where = f"Line {line.lineno} of the parameters cell of {path}"
    if isinstance(line, ast.Assign) and len(line.targets) == 1:
        target, annotation = line.targets[0], None
    elif isinstance(line, ast.AnnAssign):
        target, annotation = line.target, line.annotation
    else:
        raise RecoLabError(f"{where} is not an assignment such as `epochs = 10`: move it to another cell.")
    try:
        default = ast.literal_eval(line.value)  # type: ignore[arg-type]  # None, a name without value, fails like the rest
    except (ValueError, TypeError):
        raise RecoLabError(
            f"{where} must give a literal: a computed value would keep its old result when another parameter changes."
        ) from None
    try:
        kind = _type(annotation) if annotation is not None else _type_of(default)
        found = Parameter(_name(target), kind, _fit(kind, default), comment)
    except ValueError:
        raise RecoLabError(
            f"{where} must have the form `name = literal` or `name: type = literal`, the literal fitting the type and "
            f"the type made of {', '.join(TYPES)}, list[...] and None (papermill cannot pass a tuple: write a list)."
        ) from None
    return _ranged(found, where)


def _ranged(parameter: Parameter, where: str) -> Parameter:
    """The parameter with the range that its comment ends with."""
    try:
        allowed = range_of(parameter.comment)
    except ValueError as error:
        raise RecoLabError(f"{where} {error}") from None
    if allowed is not None and allowed.refuses(parameter.default):
        raise RecoLabError(
            f"{where} sets {parameter.name!r} to {parameter.default!r}, which is not {allowed}: change one of the two."
        )
    return replace(parameter, range=allowed)


def _name(target: ast.expr) -> str:
    if not isinstance(target, ast.Name):
        raise ValueError(ast.unparse(target))
    return target.id


def _type_of(default: Any) -> Any:
    if type(default) not in TYPES.values():
        raise ValueError(f"{default!r} does not say its type")
    return type(default)


def _type(annotation: ast.expr) -> Any:
    """The type an annotation names; ValueError for any other than those of `Parameter.type`."""
    if isinstance(annotation, ast.Constant) and annotation.value is None:
        return types.NoneType
    if isinstance(annotation, ast.Name) and annotation.id in TYPES:
        return TYPES[annotation.id]
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return _type(annotation.left) | _type(annotation.right)
    if (
        isinstance(annotation, ast.Subscript)
        and isinstance(annotation.value, ast.Name)
        and annotation.value.id == "list"
    ):
        return list[_type(annotation.slice)]  # type: ignore[misc]
    raise ValueError(ast.unparse(annotation))


def _read(kind: Any, text: str) -> Any:
    """The value of a `kind` that `text` stands for; ValueError when it stands for none."""
    with contextlib.suppress(ValueError):
        return _given(kind, _literal(text))
    return _fit(kind, text)


def _given(kind: Any, value: Any) -> Any:
    """As `_fit`, with a tuple taken for a list: `-p layers 32,16` reads as a tuple."""
    return _fit(kind, list(value) if isinstance(value, tuple) else value)


def _literal(text: str) -> Any:
    """What Python reads in `text`, strings aside: a string on a command line carries no quotes."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        value = ast.literal_eval(text)
    except (SyntaxError, TypeError, MemoryError, RecursionError):
        raise ValueError(f"{text!r} is not a literal") from None
    if isinstance(value, str):
        raise ValueError(f"{text!r} is text")
    return value


def _fit(kind: Any, value: Any) -> Any:
    """`value` where it is a `kind`, a whole number as a float where floats are wanted; ValueError where it is not."""
    kinds = get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)
    if type(value) is int and int not in kinds and float in kinds:
        value = float(value)
    if isinstance(value, list):
        of = next((each for each in kinds if each is list or get_origin(each) is list), None)
        if of is not None:
            element = (get_args(of) or (ANYTHING,))[0]
            return [_fit(element, each) for each in value]
    if type(value) not in kinds or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError(f"{value!r} does not fit")
    return value
