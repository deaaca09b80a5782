"""The locks: whole, hashed, without addresses, and within the ranges of pyproject.toml."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

LOCKS = ["requirements.lock", ".ci/colab.lock"]
SYSTEMS = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}


def entries(lock: Path) -> list[tuple[Requirement, list[str]]]:
    """Every requirement of a lock with its hashes."""
    lines = "".join(line for line in lock.read_text(encoding="utf-8").splitlines(keepends=True) if line[0] != "#")
    found = []
    for line in lines.replace("\\\n", " ").splitlines():
        requirement, *hashes = line.split("--hash=")
        found.append((Requirement(requirement), [each.strip() for each in hashes]))
    return found


def direct_requirements(pyproject: dict[str, Any]) -> list[Requirement]:
    project = pyproject["project"]
    wanted: Iterable[str] = [
        *project["dependencies"],
        *(each for extra in project["optional-dependencies"].values() for each in extra),
        *pyproject["dependency-groups"]["tools"],
    ]
    return [Requirement(each) for each in wanted]


def pins(root: Path) -> list[Requirement]:
    lines = (root / ".ci" / "colab.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if not line.startswith("#")]


def locked_versions(lock: Path, marker_values: dict[str, str]) -> dict[str, list[Version]]:
    """What a lock installs where markers have these values: versions by name."""
    versions: dict[str, list[Version]] = {}
    for requirement, _ in entries(lock):
        if requirement.marker is None or requirement.marker.evaluate(marker_values):
            (pin,) = requirement.specifier
            versions.setdefault(canonicalize_name(requirement.name), []).append(Version(pin.version))
    return versions


def assert_covers(versions: dict[str, list[Version]], wanted: list[Requirement]) -> None:
    twice = [name for name, found in versions.items() if len(found) > 1]
    assert not twice
    absent = [
        str(each)
        for each in wanted
        if not any(version in each.specifier for version in versions.get(canonicalize_name(each.name), []))
    ]
    assert not absent, "run `make lock`"


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize("system", SYSTEMS)
def test_the_lock_has_every_requirement_within_its_range(
    root: Path, pyproject: dict[str, Any], python: str, system: str
) -> None:
    here = {
        **default_environment(),
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": system,
        "platform_system": SYSTEMS[system],
        "os_name": "nt" if system == "win32" else "posix",
    }
    assert_covers(locked_versions(root / "requirements.lock", here), direct_requirements(pyproject))


def test_the_ranges_leave_colabs_packages_as_they_are(root: Path, pyproject: dict[str, Any]) -> None:
    pinned = {each.name: each for each in pins(root)}
    moved = [
        str(each)
        for each in direct_requirements(pyproject)
        if each.name in pinned and str(pinned[each.name].specifier).lstrip("=") not in each.specifier
    ]
    assert not moved


def test_colabs_lock_has_every_requirement_and_every_pin(root: Path, pyproject: dict[str, Any]) -> None:
    on_colab = {**default_environment(), "python_version": "3.13", "python_full_version": "3.13.15"}
    versions = locked_versions(root / ".ci" / "colab.lock", on_colab)
    assert_covers(versions, [*direct_requirements(pyproject), *pins(root)])


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_hashes(root: Path, lock: str) -> None:
    locked = entries(root / lock)
    assert len(locked) > 100
    bare = [
        str(requirement)
        for requirement, hashes in locked
        if not hashes or not all(re.fullmatch("sha256:[0-9a-f]{64}", each) for each in hashes)
    ]
    assert not bare


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_no_address_and_no_path(root: Path, lock: str) -> None:
    text = (root / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|index-url|find-links|file:|(?:^|\s)/\w", text)
