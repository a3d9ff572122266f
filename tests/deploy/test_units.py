"""The units, the crontab, the CronJob and the page: every command, option, path and setting that they name is real."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_container import DOCKERFILE, PROJECT, words
from typer.main import get_command

from backcourt.cli.main import VERBS, application
from backcourt.settings import SETTINGS

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
PAGE = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
FILES = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in DEPLOY.rglob("*") if path.is_file()}

# Before the command: the user of a line of cron. After it: what is no option of ours.
NO_VERBS = {"flock", "said"}
OPTIONS = {
    name: {option for each in command.params for option in each.opts}
    for name, command in get_command(application()).commands.items()  # type: ignore[attr-defined]
}


def code(page: str) -> str:
    """The blocks and spans of a page, a line each."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", page, re.M | re.S)
    rest = re.sub(r"^```\w*\n.*?^```", "", page, flags=re.M | re.S)
    return "\n".join([*blocks, *re.findall(r"`([^`]+)`", rest)])


def without_remarks(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


def wrong(text: str) -> Iterator[str]:
    """Commands, options and settings of a text that there are not."""
    for match in re.finditer(r"\bbackcourt(?::[\d.]+)? +([a-z]+)([^\n|;)>&]*)", text):
        verb, rest = match.groups()
        if verb in NO_VERBS:
            continue
        if verb not in VERBS:
            yield f"backcourt {verb}"
        else:
            yield from (f"{verb} {flag}" for flag in re.findall(r"--[a-z-]+", rest) if flag not in OPTIONS[verb])
    known = {setting.env for setting in SETTINGS}
    yield from (name for name in re.findall(r"\bBACKCOURT_[A-Z_]+", text) if name not in known)


def sections(unit: str) -> dict[str, list[tuple[str, str]]]:
    """The settings of a unit by section, in order; raises ValueError for a line that is none."""
    found: dict[str, list[tuple[str, str]]] = {}
    settings: list[tuple[str, str]] = []
    for line in without_remarks(unit).splitlines():
        if heading := re.fullmatch(r"\[(\w+)\]", line):
            settings = found.setdefault(heading[1], [])
        elif line:
            name, sign, value = line.partition("=")
            if not sign or not re.fullmatch(r"[A-Z]\w+", name):
                raise ValueError(line)
            settings.append((name, value))
    return found


@pytest.mark.parametrize("name", [*FILES, "docs/deploy.md"])
def test_what_is_named_is_there(name: str) -> None:
    assert list(wrong(code(PAGE) if name.endswith(".md") else without_remarks(FILES[name]))) == []


def test_what_is_not_there_is_found() -> None:
    text = "backcourt dayly\nx && backcourt daily --now --yes\nbackcourt:0.1.0 status --ages 2\nBACKCOURT_SOURCE=x"
    assert list(wrong(text)) == ["backcourt dayly", "daily --now", "status --ages", "BACKCOURT_SOURCE"]


def test_the_page_names_every_file_and_unit() -> None:
    missing = [path.name for path in DEPLOY.rglob("*") if path.is_file() and path.name not in PAGE.replace("`, `.", "")]
    assert {path.removesuffix(".timer").removesuffix(".service") for path in missing} <= {
        unit.stem for unit in UNITS if f"`{unit.stem}.service`, `.timer`" in PAGE
    }
    for name in re.findall(r"`(deploy/[\w./-]+)", PAGE):
        assert (ROOT / name).exists(), name


class TestSystemd:
    @pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
    def test_a_unit_can_be_read(self, unit: Path) -> None:
        found = sections(unit.read_text(encoding="utf-8"))
        assert found["Unit"][0][0] == "Description"
        assert unit.suffix.removeprefix(".").capitalize() in found
        if unit.suffix == ".timer":
            assert unit.with_suffix(".service") in UNITS
            assert dict(found["Install"]) == {"WantedBy": "timers.target"}
        else:
            service = dict(found["Service"])
            assert service["User"] == "backcourt"
            assert service["Type"] == "oneshot"
            assert "BACKCOURT_WAREHOUSE=/var/lib/backcourt/backcourt.duckdb" in [
                value for name, value in found["Service"] if name == "Environment"
            ]

    def test_a_line_that_is_none_is_found(self) -> None:
        with pytest.raises(ValueError, match="just words"):
            sections("[Unit]\nDescription=x\njust words")

    def test_exit_codes_that_are_no_failure(self) -> None:
        """Warnings only, and another round has it; the same code when the lock of the copy is held."""
        service = dict(sections(FILES["deploy/systemd/backcourt.service"])["Service"])
        assert service["SuccessExitStatus"] == "3 4"
        assert "flock -n -E 4 " in service["ExecStart"]

    def test_no_secret_is_in_them(self) -> None:
        assert ("EnvironmentFile", "/etc/backcourt.env") in sections(FILES["deploy/systemd/backcourt.service"])[
            "Service"
        ]

    def test_systemd_takes_them(self, tmp_path: Path) -> None:
        """Where its own checker is, which also finds a setting that there is not."""
        checker = shutil.which("systemd-analyze")
        if checker is not None:
            assert complaints(checker, tmp_path, "") == []
            assert len(complaints(checker, tmp_path, "Retries=3\n")) == len(UNITS)


def complaints(checker: str, folder: Path, more: str) -> list[str]:
    """What systemd says of the units, with commands and users that are here in the place of those that will be there."""
    for unit in UNITS:
        text = re.sub(r"^(Exec\w+)=.*", r"\1=/bin/true", unit.read_text(encoding="utf-8"), flags=re.M)
        (folder / unit.name).write_text(re.sub(r"^User=.*", "User=root", text, flags=re.M) + more, encoding="utf-8")
    made = [str(folder / unit.name) for unit in UNITS]
    done = subprocess.run([checker, "verify", *made], capture_output=True, text=True, check=False)
    return [line for line in done.stderr.splitlines() if str(folder) in line]


LINES = [line for line in without_remarks(FILES["deploy/crontab"]).splitlines() if line]
MADE: list[dict[str, Any]] = list(yaml.safe_load_all(FILES["deploy/kubernetes/cronjob.yaml"]))


class TestCron:
    def test_each_line_is_a_setting_or_a_time_with_a_user(self) -> None:
        field = r"(?:\*(?:/\d+)?|\d+)"
        jobs = [line for line in LINES if not re.fullmatch(r"[A-Z_]+=\S.*", line)]
        assert len(jobs) == 3
        for line in jobs:
            assert re.match(rf"(?:{field} ){{5}}backcourt \S", line), line
            assert "%" not in line  # cron would end the command there

    def test_the_page_shows_the_line_as_it_is(self) -> None:
        assert next(line for line in LINES if " daily " in line) in PAGE.splitlines()

    def test_the_scripts_it_names_are_there(self) -> None:
        for name in re.findall(r"/opt/backcourt/(deploy/\S+)", "\n".join(FILES.values())):
            assert (ROOT / name).stat().st_mode & 0o111, name


class TestKubernetes:
    def test_one_job_at_a_time(self) -> None:
        job, claim = MADE
        assert (job["kind"], claim["kind"]) == ("CronJob", "PersistentVolumeClaim")
        assert job["spec"]["concurrencyPolicy"] == "Forbid"
        assert job["spec"]["jobTemplate"]["spec"]["backoffLimit"] == 0
        assert claim["spec"]["accessModes"] == ["ReadWriteOncePod"]

    def test_it_runs_the_image_of_the_dockerfile(self) -> None:
        """Its user, its volume, its version, and a command that there is."""
        pod = MADE[0]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        assert f"--uid {pod['securityContext']['runAsUser']} " in DOCKERFILE
        assert container["image"] == f"backcourt:{PROJECT['version']}"
        assert list(wrong(f"backcourt {' '.join(container['args'])}")) == []
        mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        assert mounts["warehouse"] == words(DOCKERFILE, "VOLUME")
        (sources,) = container["env"]
        assert sources == {"name": "BACKCOURT_SOURCES", "value": f"local:{mounts['sources']}"}
        claims = {volume["name"]: volume["persistentVolumeClaim"]["claimName"] for volume in pod["volumes"]}
        assert claims["warehouse"] == MADE[1]["metadata"]["name"]
        assert claims.keys() == mounts.keys()
