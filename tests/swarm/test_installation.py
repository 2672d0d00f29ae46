"""Choice and installation of engines, without an engine."""

from pathlib import Path

import pytest

from tests.swarm.__main__ import is_suitable, linked
from tests.swarm.installation import CHOICE, Installation, InstallationError, chosen, install, is_unpacked, main_name


@pytest.mark.parametrize(
    ("choice", "names", "main"),
    [
        (None, ["machine"], "machine"),
        ("28.5, 26.1", ["28.5", "26.1"], "26.1"),
        ("20.10,28.5,20.10", ["20.10", "28.5"], "20.10"),
    ],
)
def test_variable_chooses_engines(
    choice: str | None, names: list[str], main: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(CHOICE, raising=False)
    if choice is not None:
        monkeypatch.setenv(CHOICE, choice)
    assert (chosen(), main_name()) == (names, main)


def test_unknown_engine_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CHOICE, "26.1,27")
    with pytest.raises(ValueError, match="invalid engine '27': must be one of machine"):
        chosen()


@pytest.mark.parametrize(
    ("name", "version", "accepted"),
    [("26.1", "26.1.5+dfsg1", True), ("26.1", "26.10.0", False), ("28.5", "29.0.1", False), ("machine", "24.0", True)],
)
def test_engine_must_have_its_version(name: str, version: str, accepted: bool) -> None:
    assert Installation(name, Path("/")).accepts(version) is accepted


def test_failed_installation_leaves_no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InstallationError, match="No such file or directory: 'apt-get'"):
        install("26.1")
    assert not is_unpacked("26.1")


@pytest.mark.parametrize(
    ("shown", "suitable"),
    [
        ("Docker version 20.10.24+dfsg1, build 297e128", False),
        ("Docker version 26.1.5+dfsg1, build 411e817", False),
        ("Docker version 27.0.3, build 7d4bcd8", True),
        ("Docker version 28.5.2+dfsg4, build 9cc6dea", True),
        ("Docker version 29.0.0, build 1", False),
        ("no version", False),
    ],
)
def test_docker_cli_must_talk_to_all_engines(shown: str, suitable: bool, tmp_path: Path) -> None:
    program = tmp_path / "docker"
    assert not is_suitable(program)
    program.write_text(f"#!/bin/sh\necho '{shown}'\n", "utf-8")
    program.chmod(0o755)
    assert is_suitable(program) is suitable


def test_link_to_docker_cli_is_alone_in_its_folder(tmp_path: Path) -> None:
    link = linked(tmp_path / "sid")
    assert linked(tmp_path / "sid") == link
    assert (list(link.parent.iterdir()), link.readlink()) == ([link], tmp_path / "sid" / "usr" / "bin" / "docker")
