"""What a number depends on besides its parameters: versions, the commit, the machine."""

from __future__ import annotations

import ast
import functools
import hashlib
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

ROOMS = {
    **{room: room for room in ("data", "split", "features", "layers", "models", "training", "metrics", "evaluate")},
    "backend": "backend.py",
    "experiments": "runs/sweeps/experiments.py",
    "protocols": "runs/sweeps/protocols.py",
}
"""Folders and files of the package that a number passes through, by name."""

PACKAGES = ("recolab", "numpy", "pandas", "keras", "tensorflow")


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that can move a digit; a package that is not installed is left out."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def checkout() -> Path | None:
    """The folder of RecoLab's source this package is imported from; None when it is an installed copy."""
    folder = Path(__file__).resolve().parents[3]
    return folder if (folder / "pyproject.toml").is_file() else None


def commit(folder: Path | None) -> str | None:
    """The git commit of `folder`, followed by "+changes" when files differ from it; None where git knows nothing.

    The recorded rows themselves do not count as changes: writing them must not mark the next row.
    """
    if folder is None:
        return None
    head = _git(folder, "rev-parse", "HEAD")
    if head is None:
        return None
    changes = _git(folder, "status", "--porcelain", "--", ".", ":(exclude)results")
    return head + ("+changes" if changes else "")


def code() -> dict[str, Any]:
    """What code is here now: its commit, and the fingerprints of the rooms. Ask before a run, not after it."""
    return {"commit": commit(checkout()), "rooms": rooms()}


@functools.cache
def rooms() -> dict[str, str]:
    """A fingerprint of the code of each room that a number passes through; comments and docstrings do not count."""
    places = {room: Path(__file__).resolve().parents[2] / place for room, place in ROOMS.items()}
    return {
        room: _fingerprint([place] if place.is_file() else sorted(place.rglob("*.py")))
        for room, place in places.items()
    }


def changed_rooms(row: Mapping[str, Any]) -> list[str]:
    """The rooms whose code is not what it was when this run was recorded; none where that was not noted."""
    then, now = row.get("rooms") or {}, rooms()
    return [room for room, fingerprint in then.items() if now.get(room) != fingerprint]


def _fingerprint(files: list[Path]) -> str:
    code = "\n".join(f"{file.name} {_plain(_without_docstrings(file.read_text('utf-8')))}" for file in files)
    return hashlib.sha256(code.encode()).hexdigest()[:10]


def _plain(tree: Any) -> Any:
    """A syntax tree as lists. Fields without content are left out: each version of Python adds some of its own."""
    if isinstance(tree, ast.AST):
        fields = [[name, _plain(value)] for name, value in ast.iter_fields(tree) if value is not None and value != []]
        return [type(tree).__name__, *fields]
    return [_plain(each) for each in tree] if isinstance(tree, list) else tree


def _without_docstrings(source: str) -> ast.Module:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):  # a lambda's is one expression
            node.body = [line for line in body if not _is_text(line)]  # type: ignore[attr-defined]
    return tree


def _is_text(line: Any) -> bool:
    """A docstring, of a function or of an attribute."""
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and isinstance(line.value.value, str)


def peak_memory(*, children: bool = False) -> float | None:
    """The most memory this process has held so far, in GB, or the largest of its ended children; None on Windows."""
    try:
        import resource
    except ImportError:
        return None
    used = resource.getrusage(resource.RUSAGE_CHILDREN if children else resource.RUSAGE_SELF).ru_maxrss
    return round(used * (1 if sys.platform == "darwin" else 1024) / 2**30, 3)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine() -> dict[str, str | int | None]:
    """The kind of machine, without its name: operating system, architecture, processor, cores this process may use, and
    how many threads TensorFlow was told to take of them."""
    told = os.environ.get("TF_NUM_INTRAOP_THREADS")
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "processor": _processor(),
        "cores": cores(),
        "threads": int(told) if told else cores(),
    }


def _processor() -> str | None:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or None
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), None)


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
