"""Healthcheck that asks the service by its name instead of its own container."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from rollout_lint.facts.derived.health import has_healthcheck
from rollout_lint.facts.derived.network import on_host_network
from rollout_lint.facts.derived.registry import derived
from rollout_lint.stack.model import ALIASES
from rollout_lint.stack.unknown import Unknown, is_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts
    from rollout_lint.stack.model import Setting

_TASKS = "tasks."
"""Prefix under which Swarm's DNS returns the addresses of all tasks."""

_CLIENT = r"(?:timeout\s+\S+\s+)?(?:nc|ncat|telnet|ping|nslookup|dig|getent|curl|wget)"

_PLACES = (
    r"://(?:[^/\s@'\"]*@)?NAME(?=[:/?#\s'\"]|$)",
    r"(?:^|[\s'\"])(?:-h|--host(?:name)?|--server)(?:\s+|=)?['\"]?NAME(?=[:/\s'\"]|$)",
    r"(?<![\w./-])NAME:\d{1,5}(?!\d)",
    r"/dev/(?:tcp|udp)/NAME/",
    rf"(?:^|[|;&(!]|\s-c\s)\s*['\"]?{_CLIENT}\s(?:[^|;&(!]*\s)?['\"]?NAME(?=[/\s'\"]|$)",
)
"""Places of a host in a command: an address, an option, `name:port`, a path of bash, a word of a network client."""


@derived("string", "null", words={"is any string": "the healthcheck asks the name of the service"})
def asks_itself(facts: ServiceFacts) -> Derivation:
    """Name by which the healthcheck asks the service as a whole, not its own container; else null.

    It is the name of the service, an alias, or `tasks.` and one of these. Swarm's DNS knows a task only once it is
    healthy (moby `daemon/cluster/executor/container/controller.go Start`, activateServiceBinding), and answers with
    other tasks until then. The host name of the container and `extra_hosts` take precedence, as they are in its
    `/etc/hosts`.
    """
    if not has_healthcheck(facts)[0]:
        return None, None
    words = facts.service.lists.get("healthcheck.test", [])[1:]
    text, names = " ".join(map(_text, words)), _names(facts)
    # A pattern takes longer to compile than all other facts of a service take.
    has_name = any(name.casefold() in text.casefold() for name in names)
    match = _pattern(names).search(text) if has_name else None
    if match is None or on_host_network(facts)[0]:
        return None, None
    name = next(filter(None, match.groups()))
    return (None, None) if _is_in_hosts_file(facts, name) else (name, _word_at(words, match.end() - 1).location)


def _text(word: Setting) -> str:
    """Return the text of a word; one with variables as it is written, because the name is in it all the same."""
    return word.written if is_unknown(word.value) else str(word.value)


def _word_at(words: list[Setting], offset: int) -> Setting:
    """Return the word at an offset in the words, which are joined by spaces."""
    for word in words:
        offset -= len(_text(word)) + 1
        if offset < 0:
            return word
    raise IndexError(offset)


def _names(facts: ServiceFacts) -> tuple[str, ...]:
    aliases = (item.value.name for item in facts.service.lists.get(ALIASES, []))
    known = (alias for alias in aliases if alias and not isinstance(alias, Unknown))
    return tuple(dict.fromkeys((facts.service.name, *known)))


@lru_cache(maxsize=1000)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    name = f"((?:{re.escape(_TASKS)})?(?:{'|'.join(map(re.escape, names))}))"
    return re.compile("|".join(place.replace("NAME", name) for place in _PLACES), re.IGNORECASE)


def _is_in_hosts_file(facts: ServiceFacts, name: str) -> bool:
    return name.lower() in {each.lower() for each in _hosts_file(facts)}


def _hosts_file(facts: ServiceFacts) -> Iterator[str]:
    """Yield the names in the container's `/etc/hosts`. Raises UnknownFactError for an unknown host name."""
    yield facts.value("hostname") or ""
    yield from (str(item.value) for item in facts.service.lists.get("extra_hosts", []) if not is_unknown(item.value))
