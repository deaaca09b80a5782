"""`import recolab` and `recolab --help` answer at once: judged by what they load, not by the clock."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = {"tensorflow", "keras", "pandas", "numpy", "altair", "matplotlib", "papermill", "requests", "pooch"}


def loaded_by(code: str) -> set[str]:
    """The heavy packages that a fresh Python has loaded when `code` has run."""
    report = f"{code}\nimport json, sys; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    return HEAVY & set(json.loads(done.stdout.splitlines()[-1]))


def test_import_recolab_loads_nothing_heavy() -> None:
    assert loaded_by("import recolab") == set()


def test_help_loads_nothing_heavy() -> None:
    run = "from recolab.cli import app\napp(['--help'], standalone_mode=False)"
    assert loaded_by(run) == set()


def test_a_room_is_loaded_when_it_is_first_asked_for() -> None:
    assert "pandas" in loaded_by("import recolab as rl\nrl.Ratings")
