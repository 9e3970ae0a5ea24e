"""What is shipped for containers names settings, commands and files that there are. Docker itself is not needed."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from engine.cli.group import main
from engine.config import PREFIX, Settings, load

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SETTINGS = {f"{PREFIX}{item.name.upper()}" for item in fields(Settings)} | {"OVERLAP_CONFIG"}
OF_COMPOSE = {"OVERLAP_NAMES"}


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "docs/deployment.md"])
def test_every_setting_that_is_named_is_one(name: str) -> None:
    named = set(re.findall(r"OVERLAP_[A-Z_]*[A-Z]", (ROOT / name).read_text(encoding="utf-8")))
    assert named and named <= SETTINGS | OF_COMPOSE


def test_the_settings_of_compose_can_be_used(tmp_path: Path) -> None:
    environment = COMPOSE["services"]["app"]["environment"]
    given = {name: re.sub(r"\$\{[^}]*\}", "", str(value)) for name, value in environment.items()}
    settings = load({**given, "OVERLAP_HOME": str(tmp_path)})
    assert settings.metrics_port == 9464 and settings.dask_address == "tcp://scheduler:8786"


def test_the_extras_and_copied_files_are_there() -> None:
    import tomllib

    extras = set(re.search(r"overlap-workbench\[([^\]]+)\]", DOCKERFILE)[1].split(","))  # type: ignore[index]
    assert extras <= set(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"])
    for line in re.findall(r"^COPY (?!\.)(\S+) ", DOCKERFILE, re.MULTILINE):
        assert (ROOT / line).exists()


def test_the_image_runs_a_command_that_there_is_as_nobody_of_importance() -> None:
    command = yaml.safe_load(re.search(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)[1])  # type: ignore[index]
    assert command[0] == "overlap"
    told = CliRunner().invoke(main, [command[1], "--help"]).output
    assert all(option in told for option in command if option.startswith("--"))
    assert re.search(r"^USER (?!root)", DOCKERFILE, re.MULTILINE) and 'ENTRYPOINT ["tini", "--"]' in DOCKERFILE
    assert "/health" in DOCKERFILE


def test_nothing_but_the_app_is_open_and_that_on_this_machine_only() -> None:
    services = COMPOSE["services"]
    assert services["app"]["ports"] == ["127.0.0.1:8501:8501"]
    assert [name for name, service in services.items() if "ports" in service] == ["app"]
    assert COMPOSE["networks"]["storage"] == {"internal": True} and services["database"]["networks"] == ["storage"]
    assert services["worker"]["deploy"]["replicas"] == 2
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    assert not re.search(r"PASSWORD: +[^$\s]", text), "no password stands in the file"


def test_what_must_not_be_in_an_image_is_left_out() -> None:
    left_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv*", ".streamlit/secrets.toml"} <= set(left_out)


def test_the_locked_versions_are_read_as_the_image_reads_them(tmp_path: Path) -> None:
    import subprocess

    script = re.search(r"(sed '.*?') /tmp/locked", DOCKERFILE)[1]  # type: ignore[index]
    read = subprocess.run([*shlex.split(script), str(ROOT / "requirements-dev.txt")], capture_output=True, text=True)
    lines = [line for line in read.stdout.splitlines() if line and not line.lstrip().startswith("#")]
    assert len(lines) > 50
    assert all(re.match(r"^[A-Za-z0-9._-]+(\[[a-z,]+\])?==\S+( ;.*)?$", line) for line in lines)
