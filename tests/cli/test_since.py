"""`check --since`: findings in changed files, and about what a deploy cannot change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.packaging.recipes import RISKY, SAFE
from tests.support import validate

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Run
    from tests.repository import Repository

STACK = """services:
  app:
    image: example/app:1
    configs: [app_conf]
    secrets: [key]
    volumes: [media:/srv/media]
    networks: [back]
    deploy:
      replicas: 2
  agent:
    image: example/agent:1
    deploy:
      mode: global
configs:
  app_conf:
    file: ./app.conf
secrets:
  key:
    file: ./key.pem
networks:
  back:
    internal: false
volumes:
  media:
    driver_opts: {type: cifs, o: "addr=192.0.2.1,password=hunter1", device: "//a/b"}
"""
FILES: dict[str, str] = {"shop/compose.yml": STACK, "shop/app.conf": "a", "shop/key.pem": "k"}


@pytest.fixture
def shop(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Repository with the stack, committed, as the current folder."""
    repository.commit({**FILES, "wiki/compose.yml": RISKY})
    monkeypatch.chdir(repository.folder)
    return repository


def edit(repository: Repository, name: str, before: str, after: str) -> None:
    path = repository.folder / name
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def findings(run: Run, *arguments: str, code: int = 1) -> list[tuple[str, str, str, int]]:
    """Return rule, severity, file and line of each active finding."""
    ran = run("check", *(arguments or ("--since", "HEAD")), "--format", "json")
    assert ran.exit_code == code, ran.output
    validate("check", ran.json)
    found = (each for recipe in ran.json["recipes"] for each in recipe["findings"])
    active = [each for each in found if each["superseded_by"] is None and each["suppressed"] is None]
    return [(each["rule"], each["severity"], each["file"], each["line"]) for each in active]


def test_changed_mode_is_reported_once(run: Run, shop: Repository) -> None:
    edit(shop, "shop/compose.yml", "mode: global", "mode: replicated")
    assert [each for each in findings(run) if each[0] != "RL065"] == [("RL062", "high", "compose.yml", 13)]


def test_removed_mode_is_reported_at_the_service(run: Run, shop: Repository) -> None:
    edit(shop, "shop/compose.yml", "    deploy:\n      mode: global\n", "")
    assert ("RL062", "high", "compose.yml", 10) in findings(run)


def test_changed_mode_in_an_overlay_is_reported_in_its_variant(run: Run, shop: Repository) -> None:
    overlay = "services: {app: {deploy: {mode: global}}}\n"
    shop.commit({"shop/compose.prod.yml": overlay.replace("mode: global", "labels: {a: b}")})
    edit(shop, "shop/compose.prod.yml", "labels: {a: b}", "mode: global")
    edit(shop, "shop/compose.yml", "      replicas: 2\n", "      labels: {a: b}\n")
    document = run("check", "--since", "HEAD", "--format", "json").json
    changes = [each for each in document["recipes"][0]["findings"] if each["rule"] == "RL062"]
    assert [(each["variant"], each["severity"], each["file"]) for each in changes] == [
        ("prod", "high", "compose.prod.yml")
    ]


def test_changed_config_is_reported_without_other_changes(run: Run, shop: Repository) -> None:
    edit(shop, "shop/app.conf", "a", "b")
    assert findings(run) == [("RL064", "high", "compose.yml", 16)]


def test_changed_secret_is_found_in_the_index_without_its_file(run: Run, shop: Repository) -> None:
    edit(shop, "shop/key.pem", "k", "l")
    assert findings(run, code=0) == []
    shop.git("add", "--all")
    (shop.folder / "shop/key.pem").unlink()
    assert findings(run) == [("RL064", "high", "compose.yml", 19)]


@pytest.mark.parametrize("file", ["key.pem", "app.env", "link.conf", ".env"])
def test_config_with_a_private_file_is_not_opened(run: Run, shop: Repository, file: str) -> None:
    shop.commit({"shop/app.env": "a", "shop/.env": "a"})
    (shop.folder / "shop/link.conf").symlink_to("app.env")
    edit(shop, "shop/compose.yml", "    file: ./app.conf", f"    file: ./{file}")
    edit(shop, "shop/compose.yml", "  app:\n", "  app:\n    env_file: app.env\n")
    shop.git("add", "--all")
    shop.git("commit", "--quiet", "--message", "private")
    for name in ("key.pem", "app.env", ".env"):
        (shop.folder / "shop" / name).write_text("changed")
    assert findings(run, code=0) == []


def test_renamed_config_is_not_reported(run: Run, shop: Repository) -> None:
    edit(shop, "shop/app.conf", "a", "b")
    edit(shop, "shop/compose.yml", "    file: ./app.conf", "    name: shop_app_conf_v2\n    file: ./app.conf")
    assert {rule for rule, *_ in findings(run, code=0)} == {"RL065"}


def test_changed_options_are_reported_without_their_values(run: Run, shop: Repository) -> None:
    edit(shop, "shop/compose.yml", "password=hunter1", "password=hunter2")
    edit(shop, "shop/compose.yml", "internal: false", "internal: true")
    changes = [each for each in findings(run) if each[0] == "RL063"]
    assert changes == [("RL063", "medium", "compose.yml", 21), ("RL063", "medium", "compose.yml", 24)]
    for format_ in ("text", "json", "sarif", "markdown", "concise"):
        assert "hunter" not in run("check", "--since", "HEAD", "--format", format_).output


def test_findings_in_other_files_are_left_out(run: Run, shop: Repository, snapshot: SnapshotAssertion) -> None:
    ran = run("check", "--since", "HEAD")
    assert (ran.exit_code, ran.stdout) == (0, "No recipe has changed since HEAD: no file was checked. Exit 0.\n")
    edit(shop, "shop/compose.yml", "mode: global", "mode: replicated")
    edit(shop, "shop/app.conf", "a", "b")
    assert run("check", "--since", "HEAD").stdout == snapshot


def test_changed_recipe_keeps_its_own_findings(run: Run, shop: Repository) -> None:
    edit(shop, "wiki/compose.yml", "image:", "image: ")
    assert ("RL001", "medium") in {each[:2] for each in findings(run)}


def test_new_file_counts_as_changed(run: Run, shop: Repository) -> None:
    (shop.folder / "new").mkdir()
    (shop.folder / "new/compose.yml").write_text(RISKY)
    found = run("check", "--since", "HEAD", "--format", "json").json
    assert [each["name"] for each in found["recipes"]] == ["new"]
    assert found["recipes"][0]["findings"]


@pytest.mark.parametrize("name", [".env.sample", "compose.smtp.yml"])
def test_changed_sample_or_removed_overlay_counts_for_all(run: Run, shop: Repository, name: str) -> None:
    shop.commit({f"wiki/{name}": "A=1\n" if name.startswith(".") else "services: {app: {labels: {a: b}}}\n"})
    assert findings(run, code=0) == []
    path = shop.folder / "wiki" / name
    path.write_text("A=2\n") if name.startswith(".") else path.unlink()
    assert ("RL001", "medium") in {each[:2] for each in findings(run)}


def test_line_ends_are_no_change(run: Run, shop: Repository) -> None:
    for name in FILES:
        path = shop.folder / name
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert findings(run, code=0) == []


def test_given_files_are_compared(run: Run, shop: Repository) -> None:
    edit(shop, "shop/compose.yml", "mode: global", "mode: replicated")
    given = ("-c", "shop/compose.yml", "--since", "HEAD")
    assert ("RL062", "high", "shop/compose.yml", 13) in findings(run, *given)


def test_earlier_commit_is_compared(run: Run, shop: Repository) -> None:
    edit(shop, "shop/compose.yml", "mode: global", "mode: replicated")
    shop.commit()
    assert findings(run, code=0) == []
    assert ("RL062", "high", "compose.yml", 13) in findings(run, "--since", "HEAD~1")


def test_suppression_and_baseline_apply(run: Run, shop: Repository) -> None:
    edit(shop, "shop/compose.yml", "mode: global", "mode: replicated  # rollout-lint: ignore[RL062] replaced by hand")
    assert "RL062" not in {rule for rule, *_ in findings(run, code=0)}
    edit(shop, "shop/app.conf", "a", "b")
    assert run("check", "--write-baseline").exit_code == 0
    assert [each[0] for each in findings(run)] == ["RL064"]


def test_link_out_of_the_repository_is_not_followed(run: Run, shop: Repository, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("secret")
    (shop.folder / "shop/app.conf").unlink()
    (shop.folder / "shop/app.conf").symlink_to(tmp_path / "outside")
    assert findings(run, code=0) == []


def test_earlier_file_that_docker_rejects_is_not_compared(run: Run, shop: Repository) -> None:
    shop.commit({"shop/compose.yml": STACK.replace("replicas: 2", "replicas: many")})
    (shop.folder / "shop/compose.yml").write_text(STACK.replace("mode: global", "mode: replicated"))
    assert "RL062" not in {rule for rule, *_ in findings(run, code=0)}


def test_unchanged_template_is_no_error(run: Run, shop: Repository) -> None:
    shop.commit({"tool/compose.yml": "{% if a %}\nservices: {}\n"})
    edit(shop, "shop/compose.yml", "mode: global", "mode: replicated")
    assert findings(run)
    (shop.folder / "tool/compose.yml").write_text("{% if b %}\nservices: {}\n")
    assert run("check", "--since", "HEAD").exit_code == 2


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--since", "gone"], "there is no commit gone"),
        (["--since", "--output"], "is not the name of a commit"),
        (["--since", "HEAD", "--changed"], "--since and --changed cannot be combined"),
        (["--since", "HEAD", "--files-from", "x"], "--since and --files-from cannot be combined"),
        (["--since", "HEAD", "--write-baseline"], "--since and --write-baseline cannot be combined"),
        (["--since", "HEAD", "-"], "--since and standard input cannot be combined"),
        (["--since", "HEAD", "-c", "-"], "--since and standard input cannot be combined"),
    ],
)
def test_invalid_use_is_an_error(run: Run, arguments: list[str], message: str) -> None:
    ran = run("check", *arguments, stdin="")
    assert ran.exit_code == 2
    assert message in ran.stderr


def test_folder_without_a_repository_is_an_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(SAFE)
    ran = run("check", tmp_path, "--since", "HEAD")
    assert ran.exit_code == 2
    assert "--since HEAD: not a git repository" in ran.stderr


def sweep(run: Run, *arguments: str | Path) -> dict[str, Any]:
    return {each["recipe"]: each for each in run("sweep", *arguments, "--format", "json").json["recipes"]}


def test_sweep_compares_with_the_commit_of_an_earlier_sweep(run: Run, shop: Repository) -> None:
    Path("old.json").write_text(run("sweep", "--format", "json").stdout)
    edit(shop, "shop/compose.yml", "mode: global", "mode: replicated")
    assert sweep(run)["shop"]["risk"]["level"] == "not-at-risk"
    row = sweep(run, "--compare", "old.json")["shop"]
    assert row["risk"]["level"] == "blocked"
    assert "RL062" in row["rules"]


def test_sweep_compares_with_the_newest_upgrade_test(run: Run, shop: Repository) -> None:
    commit = shop.git("rev-parse", "HEAD")
    result = f"{{upgrade: pass, date: 2026-06-10, ref: {commit}}}"
    (shop.folder / "fleet.yml").write_text(f"version: 1\nrecipes:\n  - name: shop\n    results: [{result}]\n")
    assert sweep(run, "fleet.yml")["shop"]["risk"]["level"] == "not-at-risk"
    edit(shop, "shop/app.conf", "a", "b")
    row = sweep(run, "fleet.yml")["shop"]
    assert row["risk"]["level"] == "blocked"
    assert f"at {commit[:12]} (upgrade test of 2026-06-10)" in str(row)


def test_sweep_of_a_revision_compares_commits(run: Run, shop: Repository) -> None:
    Path("old.json").write_text(run("sweep", "--at", "HEAD", "--format", "json").stdout)
    shop.commit({"shop/key.pem": "l"})
    assert sweep(run, "--compare", "old.json", "--at", "HEAD")["shop"]["risk"]["level"] == "blocked"
    assert sweep(run, "--compare", "old.json", "--at", "HEAD~1")["shop"]["risk"]["level"] == "not-at-risk"


@pytest.mark.parametrize("commit", ['"f"', "null", "[]", f'"{"f" * 40}"'])
@pytest.mark.usefixtures("shop")
def test_sweep_ignores_an_unknown_commit(run: Run, commit: str) -> None:
    Path("old.json").write_text(f'{{"date": "2026-06-01", "fleet": {{"commit": {commit}}}, "recipes": []}}')
    assert sweep(run, "--compare", "old.json")["shop"]["risk"]["level"] == "not-at-risk"
