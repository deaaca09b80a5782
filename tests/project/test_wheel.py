"""The wheel that `pip install` builds, as on Colab."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import recolab


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="the build backend is not installed: run `make setup`")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def files_below(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_has_this_version_and_every_file_of_the_package(root: Path, wheel: Path) -> None:
    assert wheel.name.startswith(f"recolab-{recolab.__version__}-")
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert {f"recolab/{name}" for name in files_below(root / "recolab")} <= inside


def test_recorded_results_travel_inside_the_wheel(root: Path, wheel: Path) -> None:
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("recolab/_results/")}
    assert inside == {f"recolab/_results/{name}" for name in files_below(root / "results")}
