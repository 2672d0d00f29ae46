"""Healthcheck that asks the service by its name instead of its own container."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from rollout_lint.facts.derived.health import has_healthcheck
from rollout_lint.facts.derived.network import on_host_network
from rollout_lint.facts.derived.registry import derived
from rollout_lint.record import Record
from rollout_lint.stack.model import ALIASES
from rollout_lint.stack.unknown import Unknown, is_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rollout_lint.facts.derived.registry import Derivation, ServiceFacts
    from rollout_lint.stack.model import Setting

_TASKS = "tasks."
"""Prefix under which Swarm's DNS returns the addresses of all tasks."""

_LOCALHOST = "localhost"
"""Name in every `/etc/hosts` by which a container asks itself."""

_MAX_NAMES = 20
"""Limit of replaced names, because each one needs a search of the whole command."""

_CLIENTS = ("nc", "ncat", "telnet", "ping", "nslookup", "dig", "getent", "curl", "wget")
_CLIENT = rf"(?:timeout\s+\S+\s+)?(?:{'|'.join(_CLIENTS)})"

_PLACES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("://",), r"://(?:[^/\s@'\"]*@)?NAME(?=[:/?#\s'\"]|$)"),
    (("-h", "--server"), r"(?:^|[\s'\"])(?:-h|--host(?:name)?|--server)(?:\s+|=)?['\"]?NAME(?=[:/\s'\"]|$)"),
    ((":",), r"(?<![\w./-])NAME:\d{1,5}(?!\d)"),
    (("/dev/",), r"/dev/(?:tcp|udp)/NAME/"),
    (_CLIENTS, rf"(?:^|[|;&(!]|\s-c\s)\s*['\"]?{_CLIENT}\s(?:[^|;&(!]*\s)?['\"]?NAME(?=[/\s'\"]|$)"),
)
"""Places of a host in a command: an address, an option, `name:port`, a path of bash, a word of a network client.

One of the texts before a pattern is in each command that it matches: a pattern is slow to compile.
"""


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
    host = _find_host(facts, list(map(_text, words)))
    if host is None or on_host_network(facts)[0]:
        return None, None
    return host.name, words[host.word].location


@derived("array", "null")
def local_healthcheck_test(facts: ServiceFacts) -> Derivation:
    """Words of healthcheck.test as written, with `localhost` for each name that asks_itself finds; else null.

    Null too if the name comes from a variable, or is used more often than a healthcheck needs it.
    """
    name, location = asks_itself(facts)
    if name is None:
        return None, None
    kind, *settings = facts.service.lists["healthcheck.test"]
    before = [word.written for word in settings]
    words = list(before)
    for _ in range(_MAX_NAMES):
        host = _find_host(facts, words)
        if host is None:
            return (None, None) if words == before else ([_text(kind), *words], location)
        word = words[host.word]
        words[host.word] = f"{word[: host.start]}{_LOCALHOST}{word[host.start + len(host.name) :]}"
    return None, None


class _Host(Record):
    """Name of a host in a command: the number of its word, and where the name starts in it."""

    name: str
    word: int
    start: int


def _find_host(facts: ServiceFacts, words: list[str]) -> _Host | None:
    """Return the first name of the service in a command, unless the container's `/etc/hosts` has it."""
    match = _find_first_name(" ".join(words), _names(facts))
    if match is None or _is_in_hosts_file(facts, match[1]):
        return None
    start = match.start(1)
    lengths = accumulate(len(word) + 1 for word in words)
    number, end = next((number, end) for number, end in enumerate(lengths) if start < end)
    return _Host(match[1], number, start - end + len(words[number]) + 1)


def _find_first_name(text: str, names: tuple[str, ...]) -> re.Match[str] | None:
    folded = text.casefold()
    if not any(name.casefold() in folded for name in names):
        return None
    patterns = [_pattern(place, names) for marks, place in _PLACES if any(mark in folded for mark in marks)]
    matches = [match for pattern in patterns if (match := pattern.search(text))]
    return min(matches, key=lambda match: match.start(), default=None)


def _text(word: Setting) -> str:
    """Return the text of a word; one with variables as it is written, because the name is in it all the same."""
    return word.written if is_unknown(word.value) else str(word.value)


def _names(facts: ServiceFacts) -> tuple[str, ...]:
    aliases = (item.value.name for item in facts.service.lists.get(ALIASES, []))
    known = (alias for alias in aliases if alias and not isinstance(alias, Unknown))
    return tuple(dict.fromkeys((facts.service.name, *known)))


@lru_cache(maxsize=1000)
def _pattern(place: str, names: tuple[str, ...]) -> re.Pattern[str]:
    name = f"((?:{re.escape(_TASKS)})?(?:{'|'.join(map(re.escape, names))}))"
    return re.compile(place.replace("NAME", name), re.IGNORECASE)


def _is_in_hosts_file(facts: ServiceFacts, name: str) -> bool:
    return name.lower() in {each.lower() for each in _hosts_file(facts)}


def _hosts_file(facts: ServiceFacts) -> Iterator[str]:
    """Yield the names in the container's `/etc/hosts`. Raises UnknownFactError for an unknown host name."""
    yield _LOCALHOST
    yield facts.value("hostname") or ""
    yield from (str(item.value) for item in facts.service.lists.get("extra_hosts", []) if not is_unknown(item.value))
