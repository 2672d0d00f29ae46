"""Discovery of recipes and of their variants."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rollout_lint.discovery.env_sample import parse_environment
from rollout_lint.discovery.filesystem import read_bytes
from rollout_lint.discovery.recipes import DEFAULT_OVERLAYS, NoRecipeError, add_overlay, find_recipes
from rollout_lint.discovery.revision import open_revision
from rollout_lint.discovery.revision_paths import format_path, join_path
from rollout_lint.discovery.skipped import SkipReason
from rollout_lint.linter.context import LintContext
from rollout_lint.linter.evaluate import evaluate
from rollout_lint.rules.loader import load_rules
from rollout_lint.syntax.parser import MAX_BYTES

from tests.support import mask_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rollout_lint.discovery.recipe import Recipe
    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import Write
    from tests.repository import Repository

BASE = "services: {a: {image: b}}\n"
OVERLAY = "services: {a: {deploy: {replicas: 2}}}\n"


def variants(recipe: Recipe) -> dict[str, list[str]]:
    return {variant.name: [layer.name for layer in variant.files] for variant in recipe.variants}


def find_only(path: Path | str, overlays: Sequence[str] = DEFAULT_OVERLAYS) -> Recipe:
    recipes = find_recipes(str(path), overlays).recipes
    assert len(recipes) == 1
    return recipes[0]


def find_error(path: Path | str) -> str:
    """Return the message of the error for a path without a recipe."""
    with pytest.raises(NoRecipeError) as error:
        find_recipes(path)
    return str(error.value)


def test_folder_is_a_recipe_with_a_variant_for_its_overlay(write: Write) -> None:
    folder = write({"compose.yml": BASE, "compose.ccci.yml": BASE, "compose.other.yml": OVERLAY})
    recipe = find_only(folder)
    assert recipe.name == folder.name
    assert variants(recipe) == {
        "default": ["compose.yml"],
        "ccci": ["compose.yml", "compose.ccci.yml"],
        "other": ["compose.yml", "compose.other.yml"],
    }
    assert [variant.is_ci for variant in recipe.variants] == [False, True, False]


def test_env_sample_sets_the_default_and_the_options(write: Write) -> None:
    sample = """
TYPE=app
DOMAIN=app.example.com  # the site
export QUOTED="a # b"
COMPOSE_FILE="compose.yml"
COMPOSE_FILE="$COMPOSE_FILE:compose.mariadb.yml"
#COMPOSE_FILE="$COMPOSE_FILE:compose.smtp.yml"
# COMPOSE_FILE=compose.yml:extra/compose.sso.yml
"""
    names = ["compose.yml", "compose.mariadb.yml", "compose.smtp.yml", "extra/compose.sso.yml", "compose.ccci.yml"]
    recipe = find_only(write({".env.sample": sample, **dict.fromkeys(names, BASE)}))
    assert variants(recipe) == {
        "default": ["compose.yml", "compose.mariadb.yml"],
        "smtp": ["compose.yml", "compose.mariadb.yml", "compose.smtp.yml"],
        "sso": ["compose.yml", "extra/compose.sso.yml"],
        "ccci": ["compose.yml", "compose.mariadb.yml", "compose.ccci.yml"],
    }
    assert recipe.variants[0].environment["DOMAIN"] == "app.example.com"
    assert recipe.variants[0].environment["QUOTED"] == "a # b"


def test_missing_option_is_a_problem_of_the_recipe(write: Write, snapshot: SnapshotAssertion) -> None:
    recipe = find_only(
        write({"compose.yml": BASE, ".env.sample": "A=1\n#COMPOSE_FILE=$COMPOSE_FILE:compose.gone.yml\n"})
    )
    assert variants(recipe) == {"default": ["compose.yml"]}
    assert [(problem.file, problem.line) for problem in recipe.problems] == [(".env.sample", 2)]
    assert [problem.message for problem in recipe.problems] == snapshot


@pytest.mark.parametrize("outside", ["../secret.yml", "/etc/hostname", "link.yml"], ids=["parent", "absolute", "link"])
def test_layer_outside_the_tree_is_rejected(write: Write, outside: str, snapshot: SnapshotAssertion) -> None:
    folder = write(
        {"secret.yml": BASE, "r/compose.yml": BASE, "r/.env.sample": f"COMPOSE_FILE=compose.yml:{outside}\n"}
    )
    (folder / "r/link.yml").symlink_to(folder / "secret.yml")
    recipe = find_only(folder / "r")
    assert recipe.variants == []
    assert [problem.message for problem in recipe.problems] == snapshot


def test_link_within_the_tree_is_followed(write: Write) -> None:
    folder = write({"shared/base.yml": BASE, "r/.env.sample": ""})
    (folder / "r/compose.yml").symlink_to(folder / "shared/base.yml")
    assert variants(find_only(folder)) == {"default": ["compose.yml"]}


@pytest.mark.parametrize("name", ["compose.yml", "compose.ccci.yml", ".env.sample"])
def test_file_selects_its_recipe(write: Write, name: str) -> None:
    folder = write({"compose.yml": BASE, "compose.ccci.yml": BASE, ".env.sample": ""})
    assert variants(find_only(folder / name)).keys() == {"default", "ccci"}


def test_overlay_selects_the_recipe_of_its_base(write: Write) -> None:
    folder = write({"compose.yml": BASE, "compose.smtp.yml": OVERLAY})
    assert variants(find_only(folder / "compose.smtp.yml"))["smtp"] == ["compose.yml", "compose.smtp.yml"]


def test_other_file_is_a_recipe_of_its_own(write: Write) -> None:
    folder = write({"compose.yml": BASE, "swarm/web.yml": BASE})
    assert variants(find_only(folder / "swarm/web.yml")) == {"default": ["web.yml"]}


def test_recipes_are_found_at_any_depth_unless_excluded(write: Write) -> None:
    names = ["b/compose.yml", "a/docker-compose.yml", "a/nested/compose.yml", ".ci/compose.yml", "old/c/compose.yml"]
    folder = write(dict.fromkeys([*names, ".git/compose.yml", "b/node_modules/x/compose.yml"], BASE))
    assert [recipe.name for recipe in find_recipes(str(folder)).recipes] == [".ci", "a", "nested", "b", "c"]
    assert [recipe.name for recipe in find_recipes(str(folder), exclude=("old/", ".*/")).recipes] == [
        "a",
        "nested",
        "b",
    ]


COMPOSE_ONLY = "services: {a: {build: .}}\n"


def test_compose_file_that_does_not_name_the_base_is_ignored(write: Write) -> None:
    sample = "COMPOSE_FILE=docker-compose.yml:docker-compose.dev.yml\n"
    folder = write({"docker-compose.yml": COMPOSE_ONLY, "docker-compose.dev.yml": COMPOSE_ONLY, ".env.example": sample})
    write({"docker-stack.yml": BASE})
    found = find_recipes(folder)
    assert [variants(recipe) for recipe in found.recipes] == [{"default": ["docker-stack.yml"]}]
    assert [Path(each.file).name for each in found.skipped] == ["docker-compose.dev.yml", "docker-compose.yml"]


def test_file_of_a_variant_is_not_listed_as_skipped(write: Write) -> None:
    folder = write({"app.yml": BASE, "compose.ccci.yml": f"name: app\n{BASE}"})
    found = find_recipes(folder)
    assert [variants(recipe).keys() for recipe in found.recipes] == [{"default", "ccci"}]
    assert found.skipped == []


def test_overlay_for_a_swarm_is_not_listed_as_for_docker_compose(write: Write) -> None:
    overlay = "services: {a: {deploy: {replicas: 2}}}\n"
    folder = write({"docker-compose.yml": COMPOSE_ONLY, "docker-compose.swarm.yml": overlay})
    reasons = {Path(each.file).name: each.reason for each in find_recipes(folder).skipped}
    assert reasons == {
        "docker-compose.yml": SkipReason.COMPOSE_ONLY,
        "docker-compose.swarm.yml": SkipReason.NO_BASE,
    }


def test_overlay_below_its_base_completes_it(write: Write) -> None:
    base = "services: {a: {deploy: {replicas: 2}}, c: {image: d}}\nnetworks: {n: }\n"
    overlay = "services: {a: {image: b, networks: [n]}}\n"
    folder = write({"other.yml": BASE, "stack.base.yml": base, "prod/stack.prod.yml": overlay})
    found = find_recipes(folder)
    assert [variants(recipe) for recipe in found.recipes] == [
        {"default": ["other.yml"]},
        {"prod": ["stack.base.yml", "prod/stack.prod.yml"]},
    ]
    assert found.skipped == []


@pytest.mark.parametrize(
    "text",
    [
        '{"services": {"a": {"build": "."}}}\n',
        "services:\n  a:\n    'build': .\n",
        '"name": shop\nservices: {a: {image: b}}\n',
    ],
    ids=["json", "quoted-key", "quoted-root-key"],
)
def test_quoted_key_for_docker_compose_is_recognised(write: Write, text: str) -> None:
    found = find_recipes(write({"docker-compose.yml": text}))
    assert (found.recipes, [each.reason for each in found.skipped]) == ([], [SkipReason.COMPOSE_ONLY])


def test_overlay_in_another_folder_selects_its_base(write: Write) -> None:
    command = "deploy:\n\tdocker stack deploy -c apps/shop/stack.yml -c overlay.yml shop\n"
    folder = write({"apps/shop/stack.yml": BASE, "apps/shop/.env.sample": "A=1\n", "overlay.yml": OVERLAY})
    write({"Makefile": command, ".git/HEAD": ""})
    [recipe] = find_recipes(folder / "overlay.yml").recipes
    assert recipe == find_only(folder)
    assert (recipe.name, recipe.variants[0].environment) == ("shop", {"A": "1"})


def test_hint_quotes_a_path_for_the_shell(write: Write) -> None:
    folder = write({"two words.yml": COMPOSE_ONLY})
    [skipped] = find_recipes(folder).skipped
    assert f"`rollout-lint check -c '{folder}/two words.yml'`" in skipped.hint


def test_path_without_a_recipe_is_an_error(write: Write, snapshot: SnapshotAssertion) -> None:
    folder = write({"notes.txt": "x"})
    assert [mask_folder(find_error(folder / name), folder) for name in ("", "gone")] == snapshot


def test_current_folder_has_its_real_name(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write({"compose.yml": BASE}))
    assert find_only(".").name == Path.cwd().name


def test_parse_environment_skips_other_lines() -> None:
    assert parse_environment("no equals\n# A=1\nB='x'\n=3\n9C=1\nD=\n") == {"B": "x", "D": ""}


def test_overlays_are_found_by_pattern(write: Write) -> None:
    names = ["compose.yml", "compose.ci-a.yml", "compose.ci-b.yml", "ci/compose.x.yml"]
    folder = write(dict.fromkeys(names, BASE))
    found = variants(find_only(folder, overlays=("compose.ci-*.yml", "ci/*.yml", "*.yaml", "compose.y?l")))
    assert list(found) == ["default", "ci-a", "ci-b", "x"]
    assert found["x"] == ["compose.yml", "ci/compose.x.yml"]


def test_pattern_does_not_lead_out_of_the_tree(write: Write) -> None:
    folder = write({"r/compose.yml": BASE, "outside/compose.x.yml": BASE})
    recipe = find_only(folder / "r", overlays=("../outside/*.yml", f"{folder}/*/*.yml"))
    assert list(variants(recipe)) == ["default"]


def test_stack_file_next_to_a_compose_file_is_a_recipe(write: Write) -> None:
    stack = "services: {}\n"
    folder = write({f"shop/{name}": stack for name in ("docker-compose.yml", "docker-stack.yml", "swarm-prod.yaml")})
    write({"shop/docker-stack.prod.yml": stack, "shop/stackedit.yml": stack, "alone/docker-swarm.yml": stack})
    found = {
        recipe.name: [layer.name for layer in recipe.variants[0].files] for recipe in find_recipes(str(folder)).recipes
    }
    assert found == {
        "alone": ["docker-swarm.yml"],
        "shop": ["docker-compose.yml"],
        "shop/docker-stack.yml": ["docker-stack.yml"],
        "shop/swarm-prod.yaml": ["swarm-prod.yaml"],
    }
    [named] = find_recipes(str(folder / "shop" / "docker-stack.yml")).recipes
    assert named.name == "shop/docker-stack.yml"


def test_stack_file_that_is_a_layer_is_not_a_recipe(write: Write) -> None:
    folder = write({"compose.yml": "", "stack.yml": "", ".env.sample": "COMPOSE_FILE=compose.yml:stack.yml\nA=1\n"})
    assert [len(recipe.variants[0].files) for recipe in find_recipes(str(folder)).recipes] == [2]


def test_second_stack_uses_the_sample_and_stays_in_the_tree(write: Write, tmp_path: Path) -> None:
    folder = write({"r/compose.yml": BASE, "r/stack.yml": BASE, "r/.env.sample": "A=1\n", "secret.yml": BASE})
    _, beside = find_recipes(str(folder / "r")).recipes
    assert beside.variants[0].environment == {"A": "1"}
    (folder / "r" / "stack.yml").unlink()
    (folder / "r" / "stack.yml").symlink_to(tmp_path / "secret.yml")
    found = find_recipes(str(folder / "r"))
    assert [recipe.name for recipe in found.recipes] == ["r"]
    assert [(Path(each.file).name, each.reason) for each in found.skipped] == [("stack.yml", SkipReason.OUTSIDE)]


@pytest.mark.parametrize(
    "name",
    ["x" * 300 + ".yml", "a\0b.yml", "loop.yml", "loop.yml/x.yml", "compose.yml/../x"],
    ids=["too-long", "null-byte", "loop", "below-loop", "below-file"],
)
def test_layer_with_an_impossible_path_does_not_exist(write: Write, name: str, snapshot: SnapshotAssertion) -> None:
    folder = write({"compose.yml": BASE, ".env.sample": f"COMPOSE_FILE=compose.yml:{name}\n"})
    (folder / "loop.yml").symlink_to("loop.yml")
    recipe = find_only(folder)
    assert recipe.variants == []
    assert [problem.message.replace("x" * 300, "LONG") for problem in recipe.problems] == snapshot


def test_impossible_path_does_not_exist(snapshot: SnapshotAssertion) -> None:
    assert [find_error(path).replace("x" * 300, "LONG") for path in ("x" * 300, "a\0b")] == snapshot


def test_double_star_in_a_name_matches_like_one(write: Write) -> None:
    folder = write(dict.fromkeys(["compose.yml", "compose.a.yml", "ci/x/compose.b.yml"], BASE))
    assert list(variants(find_only(folder, overlays=("**pose.a.yml", "**/compose.b.yml")))) == ["default", "a", "b"]


def test_sample_outside_the_tree_or_too_large_is_not_read(
    write: Write, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    folder = write({"r/compose.yml": BASE, "elsewhere": "SECRET=1\n", "r/shared": "A=1\n"})
    sample = folder / "r" / ".env.sample"
    sample.symlink_to(tmp_path / "elsewhere")
    recipe = find_only(folder / "r")
    assert [each.file for each in recipe.problems] == [".env.sample"]
    assert [each.message for each in recipe.problems] == snapshot(name="outside")
    assert "SECRET" not in recipe.variants[0].environment
    assert find_only(folder).variants[0].environment == {"SECRET": "1"}
    sample.unlink()
    sample.symlink_to("shared")
    assert find_only(folder / "r").variants[0].environment == {"A": "1"}
    sample.unlink()
    sample.write_text("A=1\n" * 300_000)
    recipe = find_only(folder / "r")
    assert [each.file for each in recipe.problems] == [".env.sample"]
    assert [each.message for each in recipe.problems] == snapshot(name="too-large")
    assert recipe.variants[0].environment == {}


def test_folders_are_sorted_and_links_to_folders_are_skipped(write: Write) -> None:
    names = ["b/x/compose.yml", "b/a/compose.yml", "a-/compose.yml", "a/compose.yml", "c.d/e/stack.yml"]
    folder = write(dict.fromkeys(names, BASE))
    (folder / "a0").symlink_to("b", target_is_directory=True)
    (folder / "b" / "up").symlink_to("..", target_is_directory=True)
    found = [group.folder.relative_to(folder).as_posix() for group in find_recipes(folder).groups]
    assert found == ["a", "a-", "b/a", "b/x", "c.d/e"]


APP = """
services:
  a:
    image: b
    deploy: {update_config: {failure_action: rollback, order: $ORDER}}
"""
DATABASE = """
services:
  db: {image: postgres, volumes: [data:/var/lib/postgresql/data]}
volumes: {data: }
"""
SAMPLE = """
ORDER=start-first
COMPOSE_FILE=compose.yml:compose.db.yml
#COMPOSE_FILE=$COMPOSE_FILE:link.yml
"""
FLEET = {
    "app/compose.yml": APP,
    "app/.env.sample": SAMPLE,
    "app/compose.db.yml": DATABASE,
    "app/compose.ccci.yml": "services: {a: {deploy: {update_config: {order: stop-first}}}}\n",
    "app/ci/compose.x.yml": "services: {a: {deploy: {replicas: 3}}}\n",
    "app/docker-stack.yml": "services: {beside: {image: b}}\n",
    "deep/er/docker-compose.yml": "services: [",
    "old/c/compose.yml": BASE,
    ".hidden/compose.yml": BASE,
    "two words/größe/compose.yml": "services: {a: {image: b}}\r\n",
    "shared/mail.yml": "services: {mail: {image: m}}\n",
}


def export(repository: Repository, ref: str = "HEAD") -> Path:
    """Return the root of the exported revision, with all files."""
    return join_path(open_revision(repository.folder, ref).export(repository.folder).path, "")


@pytest.fixture(scope="module")
def context() -> LintContext:
    return LintContext(load_rules())


def summarize(path: Path, context: LintContext) -> list[tuple[object, ...]]:
    """Return the results for all recipes below a path, without the path itself."""
    recipes = find_recipes(
        path, overlays=("compose.ccci.yml", "ci/*.yml", "../shared/*.yml"), exclude=("old/",)
    ).recipes
    summary: list[tuple[object, ...]] = []
    for recipe in recipes:
        evaluation = evaluate(recipe, context)
        variants_ = [
            (each.variant.name, each.variant.environment, each.services, each.stack) for each in evaluation.variants
        ]
        summary.append((recipe.name, evaluation.status, evaluation.problems, evaluation.findings, variants_))
    return summary


def test_revision_gives_the_same_result_as_the_disk(repository: Repository, context: LintContext) -> None:
    folder = repository.folder
    (folder / "app").mkdir()
    (folder / "app" / "link.yml").symlink_to("../shared/mail.yml")
    (folder / "again").symlink_to("app", target_is_directory=True)
    (folder / "away.yml").symlink_to(folder.parent / "secret.yml")
    (folder.parent / "secret.yml").write_text(BASE)
    repository.commit({**FLEET, "out/compose.yml": BASE, "out/.env.sample": "COMPOSE_FILE=../away.yml\n"})
    on_disk = summarize(folder, context)
    [app] = (summary for summary in on_disk if summary[0] == "app")
    assert app[3]
    app_on_disk = summarize(folder / "app", context)
    shutil.rmtree(folder / "app")
    repository.commit({"deep/er/docker-compose.yml": BASE, "old/c/compose.yml": None, "away.yml": None})
    then = export(repository, "HEAD~1")
    assert summarize(then, context) == on_disk
    assert summarize(then / "app", context) == app_on_disk != [app]
    assert summarize(export(repository), context) == summarize(folder, context) != on_disk
    assert [summary[:2] for summary in on_disk] == [
        (".hidden", "evaluated"),
        ("app", "evaluated"),
        ("app/docker-stack.yml", "evaluated"),
        ("er", "not-evaluated"),
        ("out", "not-evaluated"),
        ("größe", "evaluated"),
    ]


@pytest.mark.parametrize("name", ["compose.yml", "compose.ccci.yml", "compose.db.yml", "other.yml"])
def test_file_of_a_revision_selects_its_recipe(repository: Repository, name: str) -> None:
    repository.commit({**FLEET, "app/other.yml": BASE})
    path = export(repository) / "app" / name
    [recipe] = find_recipes(path).recipes
    [as_on_disk] = find_recipes(repository.folder / "app" / name).recipes
    assert variants(recipe) == variants(as_on_disk)
    assert format_path(Path(recipe.path)) == f"{as_on_disk.path}@HEAD"


def test_revision_without_a_recipe_is_an_error(repository: Repository, snapshot: SnapshotAssertion) -> None:
    repository.commit({"notes.txt": "x"})
    root = export(repository)
    assert [mask_folder(find_error(path), root) for path in (root, root / "gone")] == snapshot


@pytest.mark.parametrize("sample", ["../secret", "/etc/hostname"], ids=["parent", "absolute"])
def test_link_out_of_a_revision_is_not_followed(
    repository: Repository, sample: str, snapshot: SnapshotAssertion
) -> None:
    (repository.folder.parent / "secret").write_text("SECRET=1\n")
    (repository.folder / ".env.sample").symlink_to(sample)
    repository.commit({"compose.yml": BASE})
    [recipe] = find_recipes(export(repository)).recipes
    assert [each.file for each in recipe.problems] == [".env.sample"]
    assert [each.message for each in recipe.problems] == snapshot
    assert recipe.variants[0].environment == {}


def test_overlay_in_another_folder_has_a_relative_name(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"r/compose.yml": BASE, "ci/compose.ccci.yml": BASE})
    root = export(repository)
    for overlay, name in (
        (root / "ci" / "compose.ccci.yml", "../ci/compose.ccci.yml"),
        (tmp_path / "compose.ccci.yml", "../../compose.ccci.yml"),
    ):
        [recipe] = find_recipes(root / "r").recipes
        add_overlay(recipe, root / "r", overlay)
        assert variants(recipe)["ccci"] == ["compose.yml", name]


def test_read_bytes_stops_at_the_limit(repository: Repository) -> None:
    repository.commit({"a": "0123456789"})
    for folder in (repository.folder, export(repository)):
        assert read_bytes(folder / "a", 3) == b"012"


def test_missing_or_too_large_layer_is_a_problem(repository: Repository, snapshot: SnapshotAssertion) -> None:
    repository.commit({"r/compose.yml": BASE + "#" * MAX_BYTES, "s/compose.yml": BASE})
    blob = repository.git("rev-parse", "HEAD:s/compose.yml")
    (repository.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    root = export(repository)
    large, lost = (evaluate(recipe, LintContext()) for recipe in find_recipes(root).recipes)
    assert (large.status, lost.status) == ("not-evaluated", "not-evaluated")
    assert [[each.message for each in evaluation.problems] for evaluation in (large, lost)] == snapshot


def test_name_of_a_recipe_does_not_depend_on_commands(write: Write) -> None:
    folder = write({"shop/app.yml": BASE})
    assert find_only(folder).name == "shop"
    write({"deploy.sh": "docker stack deploy -c shop/app.yml shop\n"})
    assert find_only(folder).name == "shop"
    assert find_only(folder).variants[0].deployed_by == f"{folder}/deploy.sh:1"


def test_name_of_a_stack_file_says_that_it_is_for_a_swarm(write: Write) -> None:
    text = "services: {a: {image: b, profiles: [x]}}\n"
    folder = write({"a/docker-stack.yml": text, "b/docker-compose.yml": text})
    found = find_recipes(folder)
    assert [recipe.name for recipe in found.recipes] == ["a"]
    assert [each.reason for each in found.skipped] == [SkipReason.COMPOSE_ONLY]


@pytest.mark.parametrize("text", ["services:\n  a: {image: b}\n\0", "services:\n  a:\n    image: b\n  c: [\n"])
def test_stack_file_that_is_not_yaml_is_listed(write: Write, text: str) -> None:
    folder = write({"compose.yml": BASE, "stacks/broken.yml": text, ".travis.yml": "services:\n  - docker\n a: ["})
    assert [(Path(each.file).name, each.reason) for each in find_recipes(folder).skipped] == [
        ("broken.yml", SkipReason.UNREADABLE)
    ]
