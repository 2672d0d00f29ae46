"""Both sides of a proof: the bad example, and the fixed one."""

from __future__ import annotations

from dataclasses import dataclass
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
    """Side of a proof, with its files."""

    files: dict[str, str]
    proof: dict[str, Any]


Case = TypeVar("Case", bound=Side)


def sides(rules: Iterable[Rule], kind: str, make: type[Case]) -> list[Case]:
    """Return both sides of every proof that has the key `kind`."""
    return [
        make(rule.id, side, number, _files(rule, proof, side), proof)
        for rule in rules
        for number, proof in enumerate(rule.proofs, 1)
        if kind in proof
        for side in SIDES
    ]


def _files(rule: Rule, proof: dict[str, Any], side: str) -> dict[str, str]:
    bad: dict[str, str] = rule.examples["bad"][proof.get("bad_example", 0)]["files"]
    if side == "bad":
        return bad
    if "fixed_example" in proof:
        return dict(rule.examples["good"][proof["fixed_example"]]["files"])
    return add_fix_overlay(bad, rule)
