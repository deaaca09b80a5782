"""Where the site's Colab and source buttons get their address from."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def buttons(extension: Callable[[str], ModuleType]) -> ModuleType:
    return extension("repository_buttons")


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/someone/course",
        "https://github.com/someone/course.git\n",
        "https://name:token@github.com/someone/course.git",
        "git@github.com:someone/course.git",
        "ssh://git@github.com:22/someone/course.git",
    ],
)
def test_every_way_to_write_a_remote_gives_the_same_address(buttons: ModuleType, remote: str) -> None:
    assert buttons.web_address(remote) == "https://github.com/someone/course"


@pytest.mark.parametrize("remote", ["", "/srv/git/course", "../course.git", "https://example.org/someone/course"])
def test_a_folder_or_an_unknown_host_gives_no_address(buttons: ModuleType, remote: str) -> None:
    assert buttons.web_address(remote) == ""


def test_the_setting_comes_before_the_remote_and_neither_gives_no_address(buttons: ModuleType, tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text("[tool.recolab]\nrepository = ''\n")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    assert buttons.repository_address(tmp_path) == ""

    origin = "git@github.com:someone/course.git"
    subprocess.run(["git", "remote", "add", "origin", origin], cwd=tmp_path, check=True)
    assert buttons.repository_address(tmp_path) == "https://github.com/someone/course"

    project.write_text("[tool.recolab]\nrepository = 'https://gitlab.com/someone/else'\n")
    assert buttons.repository_address(tmp_path) == "https://gitlab.com/someone/else"
