"""Both sides of a proof: the bad example, and the fixed one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from rollout_lint.selftest import add_fix_overlay

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rollout_lint.rules.model import Rule

SIDES = ("bad", "fixed")


@dataclass(frozen=True)
class Named:
    """Name of a side of a proof. `number` counts the proofs of a rule from 1."""

    rule: str
    side: str
    number: int

    @property
    def name(self) -> str:
        """Name in reports."""
        return f"{self.rule}-{self.example.replace(' ', '-')}"

    @property
    def example(self) -> str:
        """Side, with the number of the proof unless it is the first."""
        return self.side if self.number == 1 else f"{self.side} {self.number}"


@dataclass(frozen=True)
class Side(Named):
    """Side of a proof, with its files, the files that are deployed before, and the files of configs that change."""

    files: dict[str, str]
    proof: dict[str, Any]
    before: dict[str, str] = field(default_factory=dict)
    changed: tuple[str, ...] = ()


Case = TypeVar("Case", bound=Side)


def sides(rules: Iterable[Rule], kind: str, make: type[Case]) -> list[Case]:
    """Return both sides of every proof that has the key `kind`."""
    return [
        make(rule.id, side, number, _files(rule, proof, side), proof, *_before(rule, proof, side))
        for rule in rules
        for number, proof in enumerate(rule.proofs, 1)
        if kind in proof
        for side in SIDES
    ]


def _example(rule: Rule, proof: dict[str, Any], side: str) -> dict[str, Any]:
    if side == "fixed" and "fixed_example" in proof:
        return dict(rule.examples["good"][proof["fixed_example"]])
    return dict(rule.examples["bad"][proof.get("bad_example", 0)])


def _files(rule: Rule, proof: dict[str, Any], side: str) -> dict[str, str]:
    files: dict[str, str] = _example(rule, proof, side)["files"]
    return files if side == "bad" or "fixed_example" in proof else add_fix_overlay(files, rule)


def _before(rule: Rule, proof: dict[str, Any], side: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the files that are deployed before those of the proof, and the files of configs that change then."""
    example = _example(rule, proof, side)
    earlier = example.get("earlier", {"files": example.get("first_variant", {})})
    return earlier["files"], tuple(earlier.get("changed", ()))
