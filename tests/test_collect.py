"""Paths to recipes, recipes to variants."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rollout_lint.collect import NoRecipeError, Recipe, read_environment, recipes_at

if TYPE_CHECKING:
    from tests.conftest import Write

BASE = "services: {a: {image: b}}\n"


def variants(recipe: Recipe) -> dict[str, list[str]]:
    return {variant.name: [layer.name for layer in variant.files] for variant in recipe.variants}


def only(path: Path | str, **options: tuple[str, ...]) -> Recipe:
    recipes = list(recipes_at(str(path), **options))
    assert len(recipes) == 1
    return recipes[0]


def test_a_folder_is_a_recipe_with_a_variant_for_its_overlay(write: Write) -> None:
    folder = write({"compose.yml": BASE, "compose.ccci.yml": BASE, "compose.other.yml": BASE})
    recipe = only(folder)
    assert recipe.name == folder.name
    assert variants(recipe) == {"default": ["compose.yml"], "ccci": ["compose.yml", "compose.ccci.yml"]}
    assert [variant.ci for variant in recipe.variants] == [False, True]


def test_compose_file_in_env_sample_says_the_default_and_comments_are_options(write: Write) -> None:
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
    recipe = only(write({".env.sample": sample, **dict.fromkeys(names, BASE)}))
    assert variants(recipe) == {
        "default": ["compose.yml", "compose.mariadb.yml"],
        "smtp": ["compose.yml", "compose.mariadb.yml", "compose.smtp.yml"],
        "sso": ["compose.yml", "extra/compose.sso.yml"],
        "ccci": ["compose.yml", "compose.mariadb.yml", "compose.ccci.yml"],
    }
    assert recipe.variants[0].environment["DOMAIN"] == "app.example.com"
    assert recipe.variants[0].environment["QUOTED"] == "a # b"


def test_a_missing_option_is_a_problem_and_the_rest_stays(write: Write) -> None:
    recipe = only(write({"compose.yml": BASE, ".env.sample": "A=1\n#COMPOSE_FILE=$COMPOSE_FILE:compose.gone.yml\n"}))
    assert variants(recipe) == {"default": ["compose.yml"]}
    assert [(p.file, p.line, p.message) for p in recipe.problems] == [
        (".env.sample", 2, "COMPOSE_FILE names compose.gone.yml, which does not exist")
    ]


@pytest.mark.parametrize("outside", ["../secret.yml", "/etc/hostname", "link.yml"])
def test_no_layer_leads_out_of_the_given_tree(write: Write, outside: str) -> None:
    folder = write(
        {"secret.yml": BASE, "r/compose.yml": BASE, "r/.env.sample": f"COMPOSE_FILE=compose.yml:{outside}\n"}
    )
    (folder / "r/link.yml").symlink_to(folder / "secret.yml")
    recipe = only(folder / "r")
    assert recipe.variants == []
    assert "lies outside" in recipe.problems[0].message


def test_a_link_within_the_given_tree_is_followed(write: Write) -> None:
    folder = write({"shared/base.yml": BASE, "r/.env.sample": ""})
    (folder / "r/compose.yml").symlink_to(folder / "shared/base.yml")
    assert variants(only(folder)) == {"default": ["compose.yml"]}


@pytest.mark.parametrize("name", ["compose.yml", "compose.ccci.yml", ".env.sample"])
def test_a_file_stands_for_its_recipe(write: Write, name: str) -> None:
    folder = write({"compose.yml": BASE, "compose.ccci.yml": BASE, ".env.sample": ""})
    assert variants(only(folder / name)).keys() == {"default", "ccci"}


def test_an_overlay_that_no_variant_has_becomes_one(write: Write) -> None:
    folder = write({"compose.yml": BASE, "compose.smtp.yml": BASE})
    assert variants(only(folder / "compose.smtp.yml"))["smtp"] == ["compose.yml", "compose.smtp.yml"]


def test_another_file_stands_for_itself(write: Write) -> None:
    folder = write({"compose.yml": BASE, "swarm/web.yml": BASE})
    assert variants(only(folder / "swarm/web.yml")) == {"default": ["web.yml"]}


def test_recipes_are_found_below_a_folder_hidden_and_excluded_ones_passed_over(write: Write) -> None:
    names = ["b/compose.yml", "a/docker-compose.yml", "a/nested/compose.yml", ".git/compose.yml", "old/c/compose.yml"]
    folder = write(dict.fromkeys(names, BASE))
    assert [recipe.name for recipe in recipes_at(str(folder))] == ["a", "b", "c"]
    assert [recipe.name for recipe in recipes_at(str(folder), exclude=("old/",))] == ["a", "b"]


def test_a_path_without_a_recipe_says_so(write: Write) -> None:
    folder = write({"notes.txt": "x"})
    with pytest.raises(NoRecipeError, match="holds no recipe"):
        list(recipes_at(str(folder)))
    with pytest.raises(NoRecipeError, match="does not exist"):
        list(recipes_at(str(folder / "gone")))


def test_the_name_of_the_current_folder_is_known(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write({"compose.yml": BASE}))
    assert only(".").name == Path.cwd().name


def test_env_lines_that_are_none_are_passed_over() -> None:
    assert read_environment("no equals\n# A=1\nB='x'\n=3\n9C=1\nD=\n") == {"B": "x", "D": ""}


def test_overlays_by_pattern(write: Write) -> None:
    names = ["compose.yml", "compose.ci-a.yml", "compose.ci-b.yml", "compose.smtp.yml", "ci/compose.x.yml"]
    folder = write(dict.fromkeys(names, BASE))
    found = variants(only(folder, overlays=("compose.ci-*.yml", "ci/*.yml", "*.yaml", "compose.y?l")))
    assert list(found) == ["default", "ci-a", "ci-b", "x"]
    assert found["x"] == ["compose.yml", "ci/compose.x.yml"]


def test_a_pattern_does_not_lead_out_of_the_given_tree(write: Write) -> None:
    folder = write({"r/compose.yml": BASE, "outside/compose.x.yml": BASE})
    recipe = only(folder / "r", overlays=("../outside/*.yml", f"{folder}/*/*.yml"))
    assert list(variants(recipe)) == ["default"]


def test_a_stack_beside_a_compose_file_of_another_use_is_a_recipe_too(write: Write) -> None:
    stack = "services: {}\n"
    folder = write({f"shop/{name}": stack for name in ("docker-compose.yml", "docker-stack.yml", "swarm-prod.yaml")})
    write({"shop/docker-stack.prod.yml": stack, "shop/stackedit.yml": stack, "alone/docker-swarm.yml": stack})
    found = {recipe.name: [layer.name for layer in recipe.variants[0].files] for recipe in recipes_at(str(folder))}
    assert found == {
        "alone": ["docker-swarm.yml"],
        "shop": ["docker-compose.yml"],
        "shop/docker-stack.yml": ["docker-stack.yml"],
        "shop/swarm-prod.yaml": ["swarm-prod.yaml"],
    }
    [named] = recipes_at(str(folder / "shop" / "docker-stack.yml"))
    assert named.name == "shop/docker-stack.yml"


def test_a_stack_that_is_a_layer_is_no_recipe_of_its_own(write: Write) -> None:
    folder = write({"compose.yml": "", "stack.yml": "", ".env.sample": "COMPOSE_FILE=compose.yml:stack.yml\nA=1\n"})
    assert [len(recipe.variants[0].files) for recipe in recipes_at(str(folder))] == [2]


def test_a_stack_beside_has_the_values_of_the_sample_and_stays_in_the_tree(write: Write, tmp_path: Path) -> None:
    folder = write({"r/compose.yml": "", "r/stack.yml": "", "r/.env.sample": "A=1\n", "secret.yml": ""})
    _, beside = recipes_at(str(folder / "r"))
    assert beside.variants[0].environment == {"A": "1"}
    (folder / "r" / "stack.yml").unlink()
    (folder / "r" / "stack.yml").symlink_to(tmp_path / "secret.yml")
    _, beside = recipes_at(str(folder / "r"))
    assert (beside.variants, len(beside.problems)) == ([], 1)
