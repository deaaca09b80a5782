"""Parameters from YAML files: one that somebody wrote for a run, and the small ones that the course keeps."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import yaml

from recolab.errors import RecoLabError

SMOKE = "smoke.yml"
"""Parameters by lesson with which each takes seconds; beside the lessons, or in a folder above them."""


def read_parameters(path: str | Path) -> dict[str, Any]:
    """The values in a YAML file that maps names of parameters to them, as plain papermill reads it with `-f`.

    Raises:
        RecoLabError: the file cannot be read, is not YAML, or holds anything but names and values.
    """
    path = Path(path)
    return _mapping(_parsed(path), path, "`epochs: 5`")


def smoke_parameters(notebook: str | Path) -> dict[str, Any]:
    """The small parameters that the course keeps for a lesson, from the nearest `smoke.yml` above it.

    The file has a line a lesson: its path from there without `.ipynb`, and its parameters, `{}` for none.

    Raises:
        RecoLabError: there is no such file, it does not name the lesson, or cannot be read.
    """
    notebook = Path(os.path.abspath(notebook))
    file = next((folder / SMOKE for folder in notebook.parents if (folder / SMOKE).is_file()), None)
    if file is None:
        raise RecoLabError(f"No folder of {notebook} has a {SMOKE} with small parameters: give some with -p or -f.")
    lesson = notebook.relative_to(file.parent).with_suffix("").as_posix()
    lessons = _mapping(_parsed(file), file, f"`{lesson}: {{epochs: 1}}`")
    if lesson not in lessons:
        raise RecoLabError(f"{file} has no small parameters for {lesson!r}: add a line, or give some with -p or -f.")
    return _mapping(lessons[lesson], f"{lesson} in {file}", "`epochs: 1`")


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML ships no types
    """YAML in which 1e-3 is a number, as in its version 1.2, and a name must not stand twice in a mapping."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        names: list[Any] = []
        for key, _ in node.value:
            if key.value in names:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value} stands twice", key.start_mark)
            names.append(key.value)
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+$"), list("-+0123456789")
)


def _parsed(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except OSError as error:
        raise RecoLabError(f"The file {path} cannot be read: {error.strerror}.") from None
    except (yaml.YAMLError, ValueError) as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        where = f"line {mark.line + 1}: {problem}" if mark and problem else str(error).splitlines()[0]
        raise RecoLabError(f"{path} cannot be read as YAML ({where}): write a name and a value a line.") from None


def _mapping(found: Any, where: str | Path, example: str) -> dict[str, Any]:
    if found is None:  # an empty file
        return {}
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        raise RecoLabError(f"{where} must map names to values, as in {example}, but holds {found!r:.60}.")
    return found
