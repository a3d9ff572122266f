"""The Dockerfile, line by line: nothing here can build it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from backcourt.settings import SETTINGS

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
Lines = list[tuple[str, str]]


def instructions(text: str) -> Lines:
    """Each instruction with its arguments, remarks left out and continued lines joined."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    joined = lines.replace("\\\n", " ")
    return [
        (word.upper(), rest.strip()) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)
    ]


def problems(text: str) -> list[str]:
    """What is wrong with a Dockerfile of this project."""
    made = instructions(text)
    last = made[max(at for at, (word, _) in enumerate(made) if word == "FROM") :]
    found = [f"{word} is not for this file" for word, _ in made if word in ("ADD", "ONBUILD", "MAINTAINER")]
    found += [
        f"{rest} reaches out by itself" for _, rest in made if re.search(r"https?://|\bcurl\b|\bwget\b|git\+", rest)
    ]
    found += [
        f"{rest} bakes a secret in" for _, rest in made if re.search(r"(?i)(token|password|secret|api_?key)\s*=", rest)
    ]
    found += [f"COPY of {name}, which is not there" for name in copied(made) if not (ROOT / name).exists()]
    found += [f"COPY of {name}, which .dockerignore keeps out" for name in copied(made) if not is_let_in(name)]
    users = [rest for word, rest in last if word == "USER"]
    if not users or users[-1] in ("root", "0"):
        found.append("it runs as root")
    if any(word == "RUN" and re.search(r"\b(apt-get|gcc|build-essential)\b", rest) for word, rest in last):
        found.append("build tools stay in the image")
    installs = [rest for word, rest in made if word == "RUN" and "pip" in rest and " install " in rest]
    if not all("-c constraints.txt" in rest and "--no-cache-dir" in rest for rest in installs) or len(installs) != 1:
        found.append("what is installed is not held to constraints.txt")
    return found


def copied(made: Lines) -> list[str]:
    """What is copied from the project's folder."""
    return [name for word, rest in made if word == "COPY" and "--from" not in rest for name in rest.split()[:-1]]


def is_let_in(name: str) -> bool:
    """Whether .dockerignore, which keeps everything out but what it names, lets a file in."""
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return "*" in rules and f"!{name}" in rules


def words(text: str, instruction: str) -> str:
    """The last such instruction's arguments."""
    return [rest for word, rest in instructions(text) if word == instruction][-1]


def test_nothing_is_wrong_with_it() -> None:
    assert problems(DOCKERFILE) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("COPY src src", "COPY source src", "COPY of source, which is not there"),
        ("COPY src src", "COPY src src\nCOPY Makefile .", "COPY of Makefile, which .dockerignore keeps out"),
        ("COPY src src", "ADD https://example.org/x.tar src", "ADD is not for this file"),
        ("COPY src src", "RUN curl -O example.org/x", "curl -O example.org/x reaches out by itself"),
        ("USER backcourt", "USER root", "it runs as root"),
        ("USER backcourt\n", "", "it runs as root"),
        ("-c constraints.txt ", "", "what is installed is not held to constraints.txt"),
        ("PYTHONUNBUFFERED=1", "API_TOKEN=abc", "bakes a secret in"),
        ("VOLUME /data", "RUN apt-get install gcc", "build tools stay in the image"),
    ],
)
def test_a_defect_is_found(old: str, new: str, problem: str) -> None:
    assert old in DOCKERFILE
    assert any(problem in each for each in problems(DOCKERFILE.replace(old, new)))


def test_it_starts_the_command_line() -> None:
    assert words(DOCKERFILE, "ENTRYPOINT") == '["backcourt"]'
    assert words(DOCKERFILE, "CMD") == '["--help"]'
    assert "backcourt" in PROJECT["scripts"]


def test_python_is_one_that_the_project_takes() -> None:
    versions = {rest.split()[0] for word, rest in instructions(DOCKERFILE) if word == "FROM"}
    (image,) = versions
    version = re.fullmatch(r"python:(\d+\.\d+)-slim", image)
    assert version
    assert f"{version[1]}.0" in SpecifierSet(PROJECT["requires-python"])


def test_the_warehouse_lies_on_the_volume() -> None:
    places = re.findall(r"(BACKCOURT_\w+)=(\S+)", words(DOCKERFILE, "ENV"))
    assert places == [("BACKCOURT_WAREHOUSE", f"{words(DOCKERFILE, 'VOLUME')}/backcourt.duckdb")]
    assert {name for name, _ in places} <= {setting.env for setting in SETTINGS}


def test_every_dependency_has_its_version() -> None:
    """What pyproject.toml asks for stands in constraints.txt, in a version that it allows; extras too."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    held = dict(line.lower().split("==") for line in lines if not line.startswith("#"))
    asked = [*PROJECT["dependencies"], *(one for extra in PROJECT["optional-dependencies"].values() for one in extra)]
    for requirement in (Requirement(each) for each in asked):
        if requirement.name != "backcourt":
            assert held[requirement.name.lower()] in requirement.specifier, requirement
    assert len(asked) > len(PROJECT["dependencies"])


def test_what_the_package_needs_is_copied() -> None:
    """The readme that pyproject.toml names, and its sources."""
    assert {"pyproject.toml", "constraints.txt", PROJECT["readme"], "src"} == set(copied(instructions(DOCKERFILE)))
