"""Examples at the end of the `--help` of each command."""

from __future__ import annotations

EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "check": (
        ("rollout-lint check wiki forum/compose.smtp.yml", "a recipe, and the recipe of this file"),
        ("rollout-lint check -c compose.yml -c compose.ccci.yml", "exactly these files, as a deploy merges them"),
        ("rollout-lint check --format sarif --output out.sarif", "print text, and write SARIF to a file"),
        ("rollout-lint check --watch wiki", "check again whenever a file changes"),
    ),
    "sweep": (
        ("rollout-lint sweep", "the fleet.yml of this folder, or every recipe below it"),
        ("rollout-lint sweep --format html > fleet.html", "write the table as a web page"),
        ("rollout-lint sweep --fail-on medium", "exit 1 if a recipe has a medium risk or a worse one"),
        ("rollout-lint sweep --compare old.json --fail-on-worse", "exit 1 if a recipe is worse than before"),
    ),
    "fleet init": (
        ("rollout-lint fleet init", "list the recipes in this folder"),
        ("rollout-lint fleet init --exclude 'old/**' apps", "list the recipes in another folder, without old ones"),
    ),
    "fleet schema": (("rollout-lint fleet schema > fleet.schema.json", "complete and validate keys in an editor"),),
    "show": (
        ("rollout-lint show wiki", "what each variant of a recipe sets"),
        ("rollout-lint show --all wiki", "Swarm's defaults too"),
        ("rollout-lint show -c compose.yml -c compose.ccci.yml", "merge exactly these files"),
        ("rollout-lint show --all-facts --format json wiki", "all facts that rules can use, for programs"),
    ),
    "fix": (
        ("rollout-lint fix wiki", "show the changes as a diff"),
        ("rollout-lint fix --write wiki", "change the files"),
        ("rollout-lint fix --overlay compose.ccci.yml wiki", "write a minimal overlay for CI"),
        ("rollout-lint fix --only RL001,RL003 --interactive", "fix findings of two rules, and ask before each fix"),
    ),
    "config": (
        ("rollout-lint config wiki", "the effective config of a recipe, and where each value is set"),
        ("rollout-lint config --schema > config.schema.json", "complete and validate keys in an editor"),
    ),
    "rules": (
        ("rollout-lint rules", "one line per rule"),
        ("rollout-lint rules --format markdown > rules.md", "the pages of all rules"),
        ("rollout-lint rules --test our-rules", "test your own rules against their examples"),
    ),
    "explain": (
        ("rollout-lint explain RL001", "why it matters, what a real Swarm did, and how to fix it"),
        ("rollout-lint explain rollback-start-first", "the same rule by name"),
        ("rollout-lint explain --all | less", "all rules"),
    ),
    "inspect": (
        ("docker service inspect wiki_app | rollout-lint inspect", "check a service and its last update"),
        ("rollout-lint inspect running.json --against wiki", "show differences from the stack files"),
        ("rollout-lint inspect running.json -c compose.yml -c compose.ccci.yml", "compare with exactly these files"),
    ),
    "await": (
        ("rollout-lint await wiki", "wait until all updates of the stack end"),
        ("rollout-lint await wiki --expect-label release=1a2b3c4", "also fail if another release runs"),
        ("rollout-lint await wiki_app --timeout 15m --settle 1m", "a service that starts slowly or crashes late"),
        ("rollout-lint await wiki --format junit > await.xml", "write a JUnit report"),
    ),
}
"""Command lines with their descriptions, by command."""


def examples(command: str) -> str:
    """Return the examples of a command as the epilog of its help."""
    lines = (f"  {line}\n      {description}" for line, description in EXAMPLES[command])
    # click does not rewrap a paragraph that starts with this mark.
    return "\n".join(("\b", "Examples:", *lines))
