"""What a run was asked to do, and the id that follows from it."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recolab.runs.records import circumstances
from recolab.runs.records.run_file import as_text, data_of


@dataclass(frozen=True)
class Asked:
    """A notebook with parameters, or an experiment.

    Attributes:
        label: its name, for people; two runs that differ in nothing else are the same run.
        parameters: of the notebook, or the plain values of an `Experiment`.
        data: name, edition and the sha256 of the files it reads.
        notebook: its path from the checkout if it lies in one, else its name alone; None for an experiment.
    """

    label: str
    parameters: Mapping[str, Any]
    data: Mapping[str, Any]
    notebook: str | None = None

    @property
    def run(self) -> str:
        """Ten digits that follow from what is asked, and from nothing else."""
        what = {"notebook": self.notebook, "parameters": self.parameters, "data": self.data}
        return hashlib.sha256(as_text(what, sort_keys=True).encode()).hexdigest()[:10]

    def as_json(self) -> dict[str, Any]:
        """As `of` reads it."""
        return {
            "label": self.label,
            "notebook": self.notebook,
            "parameters": dict(self.parameters),
            "data": dict(self.data),
        }

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Asked:
        """What `as_json` wrote."""
        return cls(values["label"], values["parameters"], values["data"], values["notebook"])


@functools.cache
def data_named(name: str) -> Mapping[str, Any]:
    """Name, edition and hashes of a data set.

    Raises:
        RecoLabError: there is none of that name, or it cannot be had.
    """
    from recolab.data import load

    return data_of(load(name))


def known_as(path: Path) -> str:
    """The path by which runs of a notebook know it: from the checkout, if it lies in one, else its name."""
    root, whole = circumstances.checkout(), path.resolve()
    if root is not None and whole.is_relative_to(root):
        return whole.relative_to(root).as_posix()
    return path.name
