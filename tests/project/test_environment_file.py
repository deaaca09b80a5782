"""environment.yml, checked as far as conda's own parser can without a channel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import rattler
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet


@pytest.fixture(scope="module")
def environment(root: Path) -> dict[str, Any]:
    return yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))


def spec_of(environment: dict[str, Any], name: str) -> rattler.MatchSpec:
    (text,) = [each for each in environment["dependencies"] if str(each).split()[0] == name]
    return rattler.MatchSpec(text)


@pytest.mark.parametrize("version", ["3.10.14", "3.11.0", "3.12.11", "3.13.15", "3.14.0"])
def test_conda_takes_the_pythons_that_pyproject_allows(
    environment: dict[str, Any], pyproject: dict[str, Any], version: str
) -> None:
    by_conda = rattler.VersionSpec(str(spec_of(environment, "python").version)).matches(rattler.Version(version))
    assert by_conda == (version in SpecifierSet(pyproject["project"]["requires-python"]))


def test_pip_comes_from_conda_and_installs_the_project_with_extras_it_has(
    environment: dict[str, Any], pyproject: dict[str, Any]
) -> None:
    assert spec_of(environment, "pip")
    (from_pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    (editable,) = from_pip
    assert editable.startswith("-e .[")
    assert Requirement(f"recolab{editable.removeprefix('-e .')}").extras == set(
        pyproject["project"]["optional-dependencies"]
    )


def test_everything_from_conda_is_from_one_open_channel(environment: dict[str, Any]) -> None:
    assert environment["channels"] == ["conda-forge", "nodefaults"]
