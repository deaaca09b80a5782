"""What a number depends on besides its parameters: versions, the commit, the machine."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

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
    folder = Path(__file__).resolve().parents[2]
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


def machine() -> dict[str, str | int | None]:
    """The kind of machine, without its name: operating system, architecture, processor, cores this process may use."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "processor": _processor(),
        "cores": usable,
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
