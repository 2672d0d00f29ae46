"""Facts about docker/cli's validation, casts and merge, each compared with Docker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.syntax.node import to_value
from rollout_lint.syntax.parser import parse

from tests.oracle.compare import disagreements
from tests.oracle.docker import docker_config, require

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.oracle


@pytest.fixture(autouse=True)
def docker() -> None:
    require()


def service(text: str, image: str = "image: b, ") -> str:
    return f"services: {{a: {{{image}{text}}}}}\n"


def update(text: str) -> str:
    return service(f"deploy: {{update_config: {{{text}}}}}")


REJECTED = {
    "order with an unknown value": (update("order: ''"), "must be one of the following"),
    "order from a variable without value": (update("order: $U"), "must be one of the following"),
    "a negative parallelism": (update("parallelism: -1"), "overflows uint"),
    "monitor as a number": (update("monitor: 30"), "must be a string"),
    "monitor without a unit": (update("monitor: '30'"), "Does not match format 'duration'"),
    "monitor in days": (update("monitor: 1d"), "Does not match format 'duration'"),
    "monitor from a variable without value": (update("monitor: $U"), "Does not match format 'duration'"),
    "a ratio in quotes": (update("max_failure_ratio: '0.5'"), "must be a number"),
    "a ratio from a variable without value": (update("max_failure_ratio: $U"), "strconv.ParseFloat"),
    "a misspelt key": (update("max_failure_ration: 1"), "Additional property max_failure_ration is not allowed"),
    "an extension in update_config": (update("x-z: 1"), "Additional property x-z is not allowed"),
    "an extension in deploy": (service("deploy: {x-y: 1}"), "Additional property x-y is not allowed"),
    "update-config": (service("deploy: {update-config: {}}"), "Additional property update-config is not allowed"),
    "update_config on the service": (service("update_config: {}"), "Additional property update_config is not allowed"),
    "on_failure": (update("on_failure: rollback"), "Additional property on_failure is not allowed"),
    "an empty update_config": (service("deploy: {update_config: }"), "must be a mapping"),
    "a top-level name": ("name: x\n" + service(""), "Additional property name is not allowed"),
    "include": ("include: [x]\n" + service(""), "Additional property include is not allowed"),
    **{
        key: (service(f"{key}: x"), f"Additional property {key} is not allowed")
        for key in ("profiles", "develop", "pull_policy", "platform", "attach", "scale", "cpus")
    },
    "depends_on as a mapping": (service("depends_on: {b: {condition: service_started}}"), "must be a list"),
    "reserved devices": (
        service("deploy: {resources: {reservations: {devices: []}}}"),
        "Additional property devices is not allowed",
    ),
    "cpus as a number": (service("deploy: {resources: {limits: {cpus: 0.5}}}"), "must be a string"),
    **{
        f"a bind mount {words}": (
            service(f"volumes: [{{type: bind, {text}target: /d}}]"),
            "field Source must not be empty",
        )
        for words, text in (
            ("without a source", ""),
            ("with an empty source", "source: '', "),
            ("of U", "source: $U, "),
        )
    },
    "a limit of 2^63": (service("ulimits: {a: 9223372036854775808}"), "invalid type uint64 for ulimits"),
    "a soft limit of 2^63": (service("ulimits: {a: {soft: 9223372036854775808, hard: 1}}"), "panic: "),
    "a fraction as a limit": (service("ulimits: {a: 1.0}"), "invalid type float64 for ulimits"),
    "a fraction as a soft limit": (service("ulimits: {a: {soft: 1e3, hard: 1}}"), "panic: "),
    "an extension in build before 3.11": ("version: '3.10'\n" + service("build: {x-a: 1}"), "x-a is not allowed"),
    "platforms before 3.11": ("version: '3.8'\n" + service("build: {platforms: [a]}"), "platforms is not allowed"),
    "a size of Kubernetes": (service("deploy: {resources: {limits: {memory: 512Mi}}}"), "invalid suffix: 'mi'"),
    "published as text": (service("ports: [{target: 80, published: '80'}]"), "must be a integer"),
    **{
        key: (service(f"{key}: {value}"), "orbidden")
        for key, value in {
            "extends": "{service: b}",
            "volume_driver": "x",
            "volumes_from": "[b]",
            "cpu_quota": "1",
            "cpu_shares": "1",
            "cpuset": "'0'",
            "mem_limit": "1g",
            "memswap_limit": "1g",
        }.items()
    },
    "a duplicate key": ("services: {a: {image: b, image: c}}\n", 'mapping key "image" already defined at line 1'),
    "a colon and a plus": (service("user: '${T:+y}'"), "invalid interpolation format"),
    "a plus": (service("user: '${T+y}'"), "invalid interpolation format"),
    "a command in a dollar": (service("user: '$(id)'"), "invalid interpolation format"),
    "an unbraced requirement": (service("user: '$T?need'"), "required variable T is missing a value"),
    "a required variable": (service("user: '${T:?need}'"), "required variable T is missing a value"),
    "replicas from a variable without value": (service("deploy: {replicas: $U}"), "strconv.Atoi"),
    "a flag of 1": (service("read_only: '${N:-1}'"), "invalid boolean: 1"),
    "init is not cast": (service("init: '${N:-true}'"), "must be a boolean"),
    "pids are not cast": (service("deploy: {resources: {limits: {pids: '${N:-3}'}}}"), "must be a integer"),
    "nested services only": ("x: {services: {a: {image: b}}}\n", "Additional property x is not allowed"),
    "a service outside of services": ("services: {}\na: {image: b}\n", "Additional property a is not allowed"),
    "rollback_config before 3.7": ("version: '3.6'\n" + service("deploy: {rollback_config: {}}"), "rollback_config"),
    "order before 3.4": ("version: '3.3'\n" + update("order: stop-first"), "order"),
    "start_period before 3.4": ("version: '3.3'\n" + service("healthcheck: {start_period: 1s}"), "start_period"),
    "start_interval before 3.12": ("version: '3.11'\n" + service("healthcheck: {start_interval: 1s}"), "interval"),
    "max_replicas_per_node before 3.8": (
        "version: '3.7'\n" + service("deploy: {placement: {max_replicas_per_node: 1}}"),
        "max_replicas_per_node",
    ),
    "an empty port before 3.2": ("version: '3.1'\n" + service("ports: [{}]"), "must be a string or number"),
    "a volume as a mapping before 3.2": (
        "version: '3.0'\n" + service("volumes: [{type: volume, target: /a}]"),
        "must be a string",
    ),
    "preferences before 3.3": ("version: '3.2'\n" + service("deploy: {placement: {preferences: []}}"), "preferences"),
}


@pytest.mark.parametrize("case", REJECTED)
def test_docker_and_linter_reject(case: str, tmp_path: Path) -> None:
    text, words = REJECTED[case]
    path = tmp_path / "a.yml"
    path.write_text(text)
    assert words in docker_config([path], {}).message
    assert disagreements({"a.yml": text}) == []


CASTS = {
    **{
        f"deploy.{path}": "${N:-3}"
        for path in (
            "replicas",
            "update_config.parallelism",
            "rollback_config.parallelism",
            "restart_policy.max_attempts",
            "placement.max_replicas_per_node",
        )
    },
    "deploy.update_config.max_failure_ratio": "${R:-0.5}",
    "deploy.rollback_config.max_failure_ratio": "${R:-0.5}",
    "healthcheck.retries": "${N:-3}",
    "healthcheck.disable": "${F:-yes}",
    "privileged": "${F:-on}",
    "read_only": "${F:-TRUE}",
    "stdin_open": "${F:-n}",
    "tty": "${F:-off}",
    "oom_score_adj": "${N:-3}",
    "ulimits.nofile": "${N:-3}",
}


@pytest.mark.parametrize("path", CASTS)
def test_compare_cast(path: str) -> None:
    keys = path.split(".")
    value = "{" + ": {".join(keys) + f": '{CASTS[path]}'" + "}" * len(keys)
    assert disagreements({"a.yml": service(value[1:-1])}) == []


@pytest.mark.parametrize(
    "text",
    [
        "configs: [{source: c, mode: '${N:-0440}'}]",
        "secrets: [{source: c, mode: '${N:-288}'}]",
        "ports: [{target: '${N:-3}', published: '${N:-4}'}]",
        "ulimits: {nofile: {soft: '${N:-3}', hard: '${N:-4}'}}",
        "volumes: [{type: volume, source: x, target: /y, read_only: '${F:-y}', volume: {nocopy: '${F:-no}'}}]",
        "deploy: {update_config: {failure_action: '${U}'}}",
        "deploy: {update_config: {failure_action: Rollback}}",
        "deploy: {update_config: {max_failure_ratio: 2}}",
        "deploy: {update_config: {max_failure_ratio: -0.5}}",
        "deploy: {update_config: {monitor: -5s}}",
        "deploy: {mode: replicated-job, update_config: {parallelism: 1}}",
        "deploy: {mode: nonsense}",
        "deploy: {rollback_config: {failure_action: rollback, delay: -1s, max_failure_ratio: 3}}",
        "restart: 'no'",
        "build: {context: .}, cgroup_parent: x, devices: [x], domainname: x, external_links: [x], ipc: x, links: [x]",
        "mac_address: x, network_mode: x, pid: x, privileged: true, restart: x, security_opt: [x], shm_size: 1g",
        "userns_mode: x, cgroupns_mode: x, container_name: x, expose: [1], depends_on: [b], x-a: {b: 1}",
        "labels: {a: '{{.Node.Hostname}}'}, hostname: '{{.Node.Hostname}}'",
        "user: 0440, hostname: 0o440",
        "user: '22:22', command: [22:22, 1e3, yes, on]",
        "command: !reset null",
        "ports: !override ['80:80']",
        "deploy: !unknown {replicas: !!str 3}",
        "environment: {A: yes, B: on, C: 0440, D: 1e3, E: 22:22}",
    ],
)
def test_compare_odd_values(text: str) -> None:
    assert disagreements({"a.yml": service(text)}) == []


@pytest.mark.parametrize(
    "text",
    [
        "networks: {n: {external: '${F:-yes}'}, m: {internal: '${F:-no}', attachable: '${F:-on}'}}",
        "volumes: {n: {external: '${F:-yes}'}}",
        "secrets: {n: {external: '${F:-yes}'}}",
        "configs: {n: {external: '${F:-yes}'}}",
        "networks: {n: {external: {name: real}}, m: {external: true, name: real}, o: {driver: overlay, name: o1}}",
        "networks: {n: {x-a: 1}}\nvolumes: {v: {x-a: 1}}\nx-b: 1",
        "'$A': 3",
    ],
)
def test_compare_top_level(text: str) -> None:
    assert disagreements({"a.yml": service("") + text + "\n"}) == []


BASE = (
    "deploy: {mode: replicated, replicas: 2, labels: {l: x, m: y}, endpoint_mode: dnsrr,"
    " update_config: {delay: 10s, monitor: 30s, max_failure_ratio: 0.5, failure_action: rollback, parallelism: 2},"
    " rollback_config: {parallelism: 2, order: start-first},"
    " restart_policy: {condition: any, delay: 3s, max_attempts: 2, window: 9s},"
    " placement: {constraints: [node.role == manager], preferences: [{spread: node.id}], max_replicas_per_node: 3},"
    " resources: {limits: {memory: 1G, cpus: '1'}, reservations: {memory: 64M}}},"
    " healthcheck: {test: [CMD, a], interval: 5s, timeout: 4s, start_period: 3s, retries: 3, disable: true},"
    " stop_grace_period: 1m, read_only: true, init: true, tty: true,"
    " command: [a, b], entrypoint: [c], environment: {A: x, B: y}, labels: {l: x}, extra_hosts: [a:1.1.1.1],"
    " dns: [1.1.1.1], cap_add: [A], cap_drop: [B], sysctls: {a: 1},"
    " ports: [{target: 80, published: 80, mode: host}, '81:81'], secrets: [s, t], configs: [c],"
    " volumes: [a:/a, b:/b], networks: {n: {aliases: [x]}, m: }, logging: {driver: a, options: {o: p, q: r}}, x-a: 1"
)
OVERLAYS: dict[str, tuple[str, Mapping[str, Any]]] = {
    "zero durations stay": (
        "deploy: {update_config: {delay: 0s, monitor: 0s}, restart_policy: {delay: 0s, window: 0s}}",
        {
            "deploy.update_config.delay": "10s",
            "deploy.update_config.monitor": "30s",
            "deploy.restart_policy.delay": "3s",
        },
    ),
    "a zero ratio stays": (
        "deploy: {update_config: {max_failure_ratio: 0}}",
        {"deploy.update_config.max_failure_ratio": 0.5},
    ),
    "an empty action stays": (
        "deploy: {update_config: {failure_action: ''}}",
        {"deploy.update_config.failure_action": "rollback"},
    ),
    "max_replicas_per_node 0 stays": (
        "deploy: {placement: {max_replicas_per_node: 0}}",
        {"deploy.placement.max_replicas_per_node": 3},
    ),
    "a zero healthcheck stays": (
        "stop_grace_period: 0s, healthcheck: {interval: 0s, timeout: 0s, start_period: 0s}",
        {"healthcheck.interval": "5s", "stop_grace_period": "1m0s"},
    ),
    "false stays true": (
        "read_only: false, init: false, tty: false, healthcheck: {disable: false}",
        {"read_only": True, "init": True, "tty": True, "healthcheck.disable": True},
    ),
    "an empty command stays": ("command: []", {"command": ["a", "b"]}),
    "an empty variable stays": ("environment: {A: '', B: }", {"environment.A": "x", "environment.B": "y"}),
    "zero behind a pointer overrides": (
        (
            "deploy: {replicas: 0, update_config: {parallelism: 0}, rollback_config: {parallelism: 0},"
            " restart_policy: {max_attempts: 0}}, healthcheck: {retries: 0}"
        ),
        {
            "deploy.replicas": 0,
            "deploy.update_config.parallelism": 0,
            "deploy.rollback_config.parallelism": 0,
            "deploy.restart_policy.max_attempts": 0,
            "healthcheck.retries": 0,
        },
    ),
    "an empty label overrides": ("deploy: {labels: {l: ''}}, labels: {l: ''}", {"deploy.labels.l": "", "labels.l": ""}),
    "constraints are appended": (
        "deploy: {placement: {constraints: [node.role == worker], preferences: [{spread: x}]}}",
        {"deploy.placement.constraints": ["node.role == manager", "node.role == worker"]},
    ),
    "dns and capabilities are appended": ("dns: [1.1.1.1], cap_add: [A]", {"dns": ["1.1.1.1", "1.1.1.1"]}),
    "the test is appended": ("healthcheck: {test: [CMD, b]}", {"healthcheck.test": ["CMD", "a", "CMD", "b"]}),
    "a test of one text is appended": (
        "healthcheck: {test: curl b}",
        {"healthcheck.test": ["CMD", "a", "CMD-SHELL", "curl b"]},
    ),
    "NONE is appended": ("healthcheck: {test: [NONE]}", {"healthcheck.test": ["CMD", "a", "NONE"]}),
    "command and image are replaced": (
        "command: x, entrypoint: [y], image: z",
        {"command": ["x"], "entrypoint": ["y"], "image": "z"},
    ),
    "aliases are wiped by a mapping": ("networks: {n: {}}", {"networks.n": {}}),
    "aliases survive a list": ("networks: [n]", {"networks.n.aliases": ["x"]}),
    "a port loses its mode": (
        "ports: [{target: 80, published: 80}]",
        {
            "ports": [
                {"target": 80, "published": 80},
                {"mode": "ingress", "target": 81, "published": 81, "protocol": "tcp"},
            ]
        },
    ),
    "volumes by target": ("volumes: ['c:/a:ro', 'd:/d']", {}),
    "secrets and configs by source": ("secrets: [{source: s, target: x}, u], configs: [d]", {}),
    "maps by key": (
        "environment: [B=z, C=c], labels: [n=1], sysctls: {b: 2}",
        {"environment.B": "z", "environment.A": "x"},
    ),
    "options of one driver are merged": (
        "logging: {driver: a, options: {o: s}}",
        {"logging.options": {"o": "s", "q": "r"}},
    ),
    "options of another are not": ("logging: {driver: b}", {"logging.driver": "b"}),
    "an extension of a service is replaced": ("x-a: 2", {"x-a": 2}),
    "a mode beside replicas": ("deploy: {mode: global}", {"deploy.mode": "global", "deploy.replicas": 2}),
    "a disabled healthcheck over a test": ("healthcheck: {disable: true}", {"healthcheck.test": ["CMD", "a"]}),
    "a tag is ignored": ("command: !reset null", {"command": ["null"]}),
    "override appends": (
        "deploy: {placement: {constraints: !override [x == y]}}",
        {"deploy.placement.constraints": ["node.role == manager", "x == y"]},
    ),
    "another policy": (
        "deploy: {update_config: {order: stop-first}, resources: {limits: {memory: 2G}}}",
        {"deploy.update_config.delay": "10s", "deploy.resources.limits.cpus": "1"},
    ),
}


@pytest.mark.parametrize("case", OVERLAYS)
def test_compare_overlay(case: str, tmp_path: Path) -> None:
    text, expected = OVERLAYS[case]
    files: dict[str, str | bytes] = {"a.yml": service(BASE), "b.yml": service(text, image="")}
    merged = merged_by_docker(files, tmp_path)["services"]["a"]
    assert {path: at(merged, path) for path in expected} == expected
    assert disagreements(files) == []
    assert disagreements(files | {"c.yml": service("hostname: c", image="")}) == []


@pytest.mark.parametrize("section", ["networks", "volumes", "secrets", "configs"])
@pytest.mark.parametrize("over", ["{}", "{name: y}", "{external: true}", "{external: {name: z}}"])
def test_overlay_replaces_resource(section: str, over: str, tmp_path: Path) -> None:
    base = "{file: ./x, name: q}" if section in ("secrets", "configs") else "{driver: d, driver_opts: {a: b}, name: q}"
    files: dict[str, str | bytes] = {
        "a.yml": service("") + f"{section}: {{r: {base}, s: {base}}}\nx-a: {{b: 1}}\n",
        "b.yml": f"services: {{}}\n{section}: {{r: {over}}}\nx-a: {{c: 1}}\n",
    }
    merged = merged_by_docker(files, tmp_path)
    assert "driver" not in merged[section]["r"]
    assert merged[section]["s"]["name"] == "q"
    assert merged["x-a"] == {"b": 1}
    assert disagreements(files) == []


@pytest.mark.parametrize("over", ["hostname: c", "ports: ['54:54']"])
def test_overlay_on_service_merges_its_ports(over: str) -> None:
    base = service("ports: ['53:53/tcp', '53:53/udp', '80', '81']")
    assert disagreements({"a.yml": base}) == []
    assert disagreements({"a.yml": base, "b.yml": service(over, image="")}) == []
    assert disagreements({"a.yml": base, "b.yml": "services: {b: {image: c}}\n"}) == []


def test_anchor_ends_with_its_file() -> None:
    base = "x-a: &a {failure_action: rollback}\n" + update("<<: *a")
    assert disagreements({"a.yml": base}) == []
    assert disagreements({"a.yml": base, "b.yml": "services: {a: {deploy: {update_config: *a}}}\n"}) == []


def merged_by_docker(files: Mapping[str, str | bytes], folder: Path) -> Any:
    for name, text in files.items():
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    answer = docker_config([folder / name for name in files], {})
    assert answer.merged is not None, answer.message
    root = parse(answer.merged.encode(), "docker").root
    assert root is not None
    return to_value(root)


def at(value: Any, path: str) -> Any:
    for key in path.split("."):
        value = value[key]
    return value
