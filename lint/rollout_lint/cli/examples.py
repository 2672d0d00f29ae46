"""What each command's `--help` ends with: the command as somebody would type it, and what that does."""

from __future__ import annotations

EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "check": (
        ("rollout-lint check wiki forum/compose.smtp.yml", "a recipe, and the one that this file belongs to"),
        ("rollout-lint check --format concise - < compose.yml", "what an editor has not saved"),
        ("rollout-lint check --format sarif --output out.sarif", "the text here, and SARIF in a file"),
        ("rollout-lint check --watch wiki", "again whenever a file changes, until Ctrl-C"),
    ),
    "sweep": (
        ("rollout-lint sweep", "this folder's fleet.yml, or every recipe below it"),
        ("rollout-lint sweep --format html > fleet.html", "the same as a page for everybody"),
        ("rollout-lint sweep --fail-on latent-medium", "exit 1 from this risk on"),
        ("rollout-lint sweep --compare old.json --fail-on-worse", "exit 1 where it is worse than it was"),
    ),
    "fleet init": (
        ("rollout-lint fleet init", "name the recipes in this folder and below it"),
        ("rollout-lint fleet init --exclude 'old/**' apps", "those of another folder, but for some"),
    ),
    "fleet schema": (("rollout-lint fleet schema > fleet.schema.json", "for an editor that completes keys"),),
    "show": (
        ("rollout-lint show wiki", "every variant of a recipe"),
        ("rollout-lint show -c compose.yml -c compose.ccci.yml", "exactly what a deploy would merge"),
        ("rollout-lint show --all-facts --format json wiki", "all that a rule may ask for"),
    ),
    "fix": (
        ("rollout-lint fix wiki", "what would be written, as a diff"),
        ("rollout-lint fix wiki | git apply", "the same as --write"),
        ("rollout-lint fix --overlay compose.ccci.yml wiki", "an overlay for a CI, with no more than it takes"),
        ("rollout-lint fix --only RL001,RL003 --interactive", "two rules, and a question each time"),
    ),
    "config": (
        ("rollout-lint config wiki", "what counts for a recipe, and who says each value"),
        ("rollout-lint config --schema > config.schema.json", "for an editor that completes keys"),
    ),
    "rules": (
        ("rollout-lint rules", "one line for each rule"),
        ("rollout-lint rules --format markdown > rules.md", "the pages of all rules"),
        ("rollout-lint rules --test our-rules", "hold rules of your own to their examples"),
    ),
    "explain": (
        ("rollout-lint explain RL001", "why it matters, what a real Swarm did, what to write"),
        ("rollout-lint explain rollback-start-first", "the same, by its name"),
        ("rollout-lint explain --all | less", "every rule's page"),
    ),
    "inspect": (
        ("docker service inspect wiki_app | rollout-lint inspect", "what its update came to, and what the rules say"),
        ("rollout-lint inspect running.json --against wiki", "where it differs from the files"),
        ("rollout-lint inspect running.json -c compose.yml -c compose.ccci.yml", "from exactly these files"),
    ),
    "await": (
        ("rollout-lint await wiki", "until every update of the stack is over"),
        ("rollout-lint await wiki --expect-label release=1a2b3c4", "and fail where another release runs"),
        ("rollout-lint await wiki_app --timeout 15m --settle 1m", "a service that is slow, or crashes late"),
        ("rollout-lint await wiki --format junit > await.xml", "for whatever shows the results of tests"),
    ),
}
"""By the words of the command."""


def examples(command: str) -> str:
    """The examples of a command, as the end of its help."""
    lines = (f"  {line}\n      {what}" for line, what in EXAMPLES[command])
    # The mark keeps click from joining the lines.
    return "\n".join(("\b", "Examples:", *lines))
