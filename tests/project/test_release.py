"""One version, one licence, one name, wherever they are written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

import recolab


@pytest.fixture(scope="module")
def citation(root: Path) -> dict[str, Any]:
    return yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))


def test_the_changelog_begins_with_this_version(root: Path) -> None:
    headings = re.findall(r"^## (\S+)", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == recolab.__version__


def test_the_citation_names_this_version_and_licence(citation: dict[str, Any], pyproject: dict[str, Any]) -> None:
    assert citation["version"] == recolab.__version__
    assert citation["license"] == pyproject["project"]["license"] == "MIT"
    assert {"cff-version", "message", "title", "authors"} <= set(citation)


def test_both_licences_lie_in_full(root: Path) -> None:
    assert "Permission is hereby granted" in (root / "LICENSE").read_text(encoding="utf-8")
    assert "Section 8 -- Interpretation." in (root / "LICENSE-TEXT").read_text(encoding="utf-8")


def test_colab_installs_recolab_or_says_it_cannot(pyproject: dict[str, Any]) -> None:
    install = pyproject["tool"]["recolab"]["install"]
    assert install == "" or Requirement(install).name == "recolab"
