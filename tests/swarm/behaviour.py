"""How a task behaves: a shell script for busybox, and how one asks it whether it answers."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

READY = "/tmp/ready"
SLOT = "ROLLOUT_LINT_SLOT"
HEALTHCHECK_RETRIES = 3

_ANSWER = f"touch {READY}"
_STAY = "sleep 1000000 & wait $!"
_UNITS = {"": 1, "B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


@dataclass(frozen=True)
class Behaviour:
    """A script that creates READY once its task answers, and the seconds it may need to do so."""

    script: str
    starts_within: int = 0

    def command(self) -> list[str]:
        """The container's command; it ends at once when it is told to."""
        return ["sh", "-c", f"trap 'exit 0' TERM\n{self.script}"]

    def healthcheck(self) -> dict[str, object]:
        """A quick healthcheck that passes once the task answers."""
        return {
            "test": ["CMD", "test", "-e", READY],
            "interval": "1s",
            "timeout": "10s",
            "retries": HEALTHCHECK_RETRIES,
            "start_period": f"{self.starts_within}s",
        }


def steady(after: int = 0) -> Behaviour:
    """Answers after some seconds and stays."""
    return Behaviour(f"sleep {after} & wait $!\n{_ANSWER}\n{_STAY}", starts_within=after)


def boots_with(memory: str) -> Behaviour:
    """Really occupies so much memory, then answers and stays; dies when it does not get the memory."""
    reader = f"{{ head -c 1 >/dev/null; {_ANSWER}; sleep 1000000; }} </tmp/pipe &"
    writer = f"dd if=/dev/zero of=/tmp/pipe bs={size(memory)} count=1 & wait $!"
    return Behaviour(f"mkfifo /tmp/pipe\n{reader}\n{writer}")


def never_healthy() -> Behaviour:
    """Runs, and never answers."""
    return Behaviour(_STAY)


def crashes_after(seconds: int, answers: bool = False) -> Behaviour:
    """Ends with exit code 1 after some seconds, in which it answers or does not."""
    script = f"{_ANSWER if answers else ':'}\nsleep {seconds} & wait $!\nexit 1"
    return Behaviour(script, starts_within=seconds)


def finishes(seconds: int = 2) -> Behaviour:
    """Answers, and ends with exit code 0 after some seconds."""
    return Behaviour(f"{_ANSWER}\nsleep {seconds} & wait $!\nexit 0")


def locks(volume: str, after: int = 0, shutdown: int = 0) -> Behaviour:
    """Takes an exclusive lock in a volume or ends with exit code 1; its shutdown, lock held, needs time."""
    take = f"sleep {after} & wait $!\nexec 9>{volume}/lock\nflock --nonblock 9 || exit 1"
    release = f"trap 'sleep {shutdown}; exit 0' TERM"
    return Behaviour(f"{take}\n{release}\n{_ANSWER}\n{_STAY}", starts_within=after)


def starts_once(volume: str, seconds: int = 0) -> Behaviour:
    """Stays when it is the first of its slot to use the volume; ends with exit code 1, after some seconds, when not."""
    return Behaviour(f"mkdir {volume}/${SLOT} || {{ sleep {seconds} & wait $!; exit 1; }}\n{_ANSWER}\n{_STAY}")


def binds(port: int, after: int = 0) -> Behaviour:
    """Listens on a port of the host, after some seconds, or ends with exit code 1."""
    listen = f"sleep {after} & wait $!\nhttpd -p {port} || exit 1"
    return Behaviour(f"{listen}\n{_ANSWER}\n{_STAY}", starts_within=after)


BEHAVIOURS: Mapping[str, Callable[..., Behaviour]] = {
    function.__name__.replace("_", "-"): function
    for function in (steady, boots_with, never_healthy, crashes_after, finishes, locks, starts_once, binds)
}


_WHOSE = {"behaviour", "slots", "only_first", "others"}


def behaviour(spec: Mapping[str, object]) -> Behaviour:
    """The behaviour that a proof names, for every task, only for those in its `slots`, or only for the first one.

    The other tasks are steady, `others` seconds after they start.
    """
    parameters = {key: value for key, value in spec.items() if key not in _WHOSE}
    made = BEHAVIOURS[str(spec["behaviour"])](**parameters)
    others = steady(int(str(spec.get("others", 0))))
    if "only_first" in spec:
        return _unless(made, f"mkdir {spec['only_first']}/first", others)
    slots = spec.get("slots")
    return made if slots is None else _only_in(made, slots, others)


def size(text: str) -> int:
    """The bytes of a size as Compose writes it: 90M is 90 MiB."""
    match = re.fullmatch(r"(\d+)([BKMG]?)B?", text.upper())
    if match is None:
        raise ValueError(f"not a size: {text!r}")
    return int(match[1]) * _UNITS[match[2]]


def _only_in(made: Behaviour, slots: object, others: Behaviour) -> Behaviour:
    if not isinstance(slots, Sequence) or isinstance(slots, str):
        raise TypeError(f"slots: a list is needed, not {slots!r}")
    named = "|".join(str(slot) for slot in slots)
    return _unless(made, f'case "${SLOT}" in {named}) ;; *) false ;; esac', others)


def _unless(made: Behaviour, test: str, other: Behaviour) -> Behaviour:
    """The other behaviour where the test fails."""
    within = max(made.starts_within, other.starts_within)
    return Behaviour(f"{test} || {{\n{other.script}\n}}\n{made.script}", starts_within=within)
