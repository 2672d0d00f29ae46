"""Task behaviours: shell scripts for busybox, each with a healthcheck."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

READY = "/tmp/ready"
SLOT = "ROLLOUT_LINT_SLOT"
RELEASE = "ROLLOUT_LINT_RELEASE"
HEALTHCHECK_RETRIES = 3

_ANSWER = f"touch {READY}"
_STAY = "sleep 1000000 & wait $!"
_UNITS = {"": 1, "B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


@dataclass(frozen=True)
class Behaviour:
    """Script that creates READY as soon as its task is healthy, and the seconds that it needs at most.

    With `has_own_test`, the healthcheck is that of the stack file, and the task is on an overlay network.
    `keeps_binds` is True if the task mounts the files of the host from which it is deployed. `data` is the file in a
    volume to which the task writes its release, if the file does not exist.
    """

    script: str
    starts_within: int = 0
    has_own_test: bool = False
    keeps_binds: bool = False
    data: str = ""

    def command(self) -> list[str]:
        """Return the container's command. It exits at once on SIGTERM."""
        return ["sh", "-c", f"trap 'exit 0' TERM\n{self.script}"]

    def healthcheck(self, own_test: object = None) -> dict[str, object]:
        """Return a quick healthcheck that passes as soon as the task is healthy, or runs the test of the stack file.

        From 27.0 on, Docker Engine would probe every 5 s in the start period without `start_interval`.
        """
        return {
            "test": own_test if self.has_own_test else ["CMD", "test", "-e", READY],
            "interval": "1s",
            "start_interval": "1s",
            "timeout": "10s",
            "retries": HEALTHCHECK_RETRIES,
            "start_period": f"{self.starts_within}s",
        }


def steady(after: int = 0) -> Behaviour:
    """Return a task that becomes healthy after `after` seconds and keeps running."""
    return Behaviour(f"sleep {after} & wait $!\n{_ANSWER}\n{_STAY}", starts_within=after)


def boots_with(memory: str, shutdown: int = 0) -> Behaviour:
    """Return a task that fills `memory`, becomes healthy and keeps running. It dies without the memory.

    It keeps the memory for `shutdown` seconds after SIGTERM.
    """
    keep = f"trap 'sleep {shutdown}; exit 0' TERM\n" if shutdown else ""
    reader = f"{{ head -c 1 >/dev/null; {_ANSWER}; sleep 1000000; }} </tmp/pipe &"
    writer = f"dd if=/dev/zero of=/tmp/pipe bs={size(memory)} count=1 & wait $!"
    return Behaviour(f"{keep}mkfifo /tmp/pipe\n{reader}\n{writer}")


def never_healthy() -> Behaviour:
    """Return a task that runs and never becomes healthy."""
    return Behaviour(_STAY)


def crashes_after(seconds: int, answers: bool = False) -> Behaviour:
    """Return a task that exits with code 1 after `seconds`, healthy before that if `answers`."""
    script = f"{_ANSWER if answers else ':'}\nsleep {seconds} & wait $!\nexit 1"
    return Behaviour(script, starts_within=seconds)


def mounts_files() -> Behaviour:
    """Return a steady task that mounts the files of the first node, from which it is deployed."""
    return replace(steady(), keeps_binds=True)


def stores_data(volume: str) -> Behaviour:
    """Return a steady task that writes its release to a file in a volume, unless the volume has the file."""
    data = f"{volume}/release"
    return Behaviour(f"[ -e {data} ] || echo ${RELEASE} >{data}\n{_ANSWER}\n{_STAY}", data=data)


def finishes(seconds: int = 2) -> Behaviour:
    """Return a task that becomes healthy and exits with code 0 after `seconds`."""
    return Behaviour(f"{_ANSWER}\nsleep {seconds} & wait $!\nexit 0")


def locks(volume: str, after: int = 0, shutdown: int = 0) -> Behaviour:
    """Return a task that locks a volume exclusively or exits with code 1.

    It keeps the lock for `shutdown` seconds after SIGTERM.
    """
    take = f"sleep {after} & wait $!\nexec 9>{volume}/lock\nflock --nonblock 9 || exit 1"
    release = f"trap 'sleep {shutdown}; exit 0' TERM"
    return Behaviour(f"{take}\n{release}\n{_ANSWER}\n{_STAY}", starts_within=after)


def starts_once(volume: str, seconds: int = 0) -> Behaviour:
    """Return a task that runs if it is the first of its slot in the volume, and else exits with code 1."""
    return Behaviour(f"mkdir {volume}/${SLOT} || {{ sleep {seconds} & wait $!; exit 1; }}\n{_ANSWER}\n{_STAY}")


def recovers_after(starts: int, volume: str) -> Behaviour:
    """Return a task that exits with code 1 until its slot was started `starts` times, and then keeps running."""
    count = f"n=0; until mkdir {volume}/${SLOT}-$n; do n=$((n + 1)); done"
    return Behaviour(f"{count}\n[ $n -ge {starts} ] || exit 1\n{_ANSWER}\n{_STAY}")


def binds(port: int, after: int = 0, shutdown: int = 0) -> Behaviour:
    """Return a task that listens on a host port after `after` seconds, or exits with code 1.

    It keeps the port for `shutdown` seconds after SIGTERM.
    """
    listen = f"sleep {after} & wait $!\nhttpd -p {port} || exit 1\ntrap 'sleep {shutdown}; exit 0' TERM"
    return Behaviour(f"{listen}\n{_ANSWER}\n{_STAY}", starts_within=after)


def serves(port: int) -> Behaviour:
    """Return a task that answers HTTP requests on a port of its own."""
    return Behaviour(f"touch /tmp/index.html\nhttpd -p {port} -h /tmp\n{_ANSWER}\n{_STAY}")


BEHAVIOURS: Mapping[str, Callable[..., Behaviour]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        steady,
        boots_with,
        never_healthy,
        crashes_after,
        mounts_files,
        stores_data,
        finishes,
        locks,
        starts_once,
        binds,
        serves,
        recovers_after,
    )
}


_TASK_SELECTION = {"behaviour", "slots", "only_first", "others", "healthcheck"}


def behaviour(spec: Mapping[str, object]) -> Behaviour:
    """Return the behaviour of a proof, for all tasks, the tasks in `slots`, or the first task only.

    The other tasks are steady after `others` seconds. With `healthcheck: file`, all tasks run the test of the file.
    """
    parameters = {key: value for key, value in spec.items() if key not in _TASK_SELECTION}
    made = BEHAVIOURS[str(spec["behaviour"])](**parameters)
    if spec.get("healthcheck") == "file":
        return replace(made, has_own_test=True)
    others = steady(int(str(spec.get("others", 0))))
    if "only_first" in spec:
        return _unless(made, f"mkdir {spec['only_first']}/first", others)
    slots = spec.get("slots")
    return made if slots is None else _only_in(made, slots, others)


def size(text: str) -> int:
    """Return a Compose size in bytes. 90M means 90 MiB."""
    match = re.fullmatch(r"(\d+)([BKMG]?)B?", text.upper())
    if match is None:
        raise ValueError(f"invalid size {text!r}")
    return int(match[1]) * _UNITS[match[2]]


def _only_in(made: Behaviour, slots: object, others: Behaviour) -> Behaviour:
    if not isinstance(slots, Sequence) or isinstance(slots, str):
        raise TypeError(f"invalid slots {slots!r}: must be a list")
    named = "|".join(str(slot) for slot in slots)
    return _unless(made, f'case "${SLOT}" in {named}) ;; *) false ;; esac', others)


def _unless(made: Behaviour, test: str, other: Behaviour) -> Behaviour:
    """Return `made`, or `other` if the shell test fails."""
    within = max(made.starts_within, other.starts_within)
    return Behaviour(f"{test} || {{\n{other.script}\n}}\n{made.script}", starts_within=within)
