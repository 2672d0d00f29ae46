"""Derived facts about shared storage."""

from __future__ import annotations

import pytest
from rollout_lint.facts.cluster import Cluster, Node

from tests.support import facts_for, service_with


@pytest.mark.parametrize(
    ("image", "volume", "store"),
    [
        ("postgres:16", "data:/var/lib/postgresql/data", "PostgreSQL"),
        ("registry.example.com:5000/library/postgres@sha256:ab", "data:/var/lib/postgresql", "PostgreSQL"),
        ("docker.io/postgres", "/srv:/var/lib", "PostgreSQL"),
        ("postgres:16", "data:/var/lib/postgresql/data:ro", None),
        ("postgres:16", "data:/var/lib/postgresql/data:nocopy,ro", None),
        ("postgres:16", "data:/backups", None),
        ("me/postgres:16", "data:/var/lib/postgresql/data", None),
        ("nginx", "data:/var/lib/postgresql/data", None),
        ("dunglas/mercure:v0.18", "data:/data", "Mercure"),
        ("ipfs/kubo", "data:/data/ipfs", "Kubo"),
    ],
)
def test_exclusive_store(image: str, volume: str, store: str | None) -> None:
    facts = facts_for(f"services: {{a: {{image: '{image}', volumes: ['{volume}']}}}}")
    assert facts["derived.exclusive_store"].value == store


@pytest.mark.parametrize(
    ("environment", "store"),
    [
        ("{MERCURE_PUBLISHER_JWT_KEY: x}", "FrankenPHP"),
        ("[MERCURE_PUBLISHER_JWT_KEY]", "FrankenPHP"),
        ("{MERCURE_URL: x}", None),
        ("{}", None),
    ],
)
def test_exclusive_store_needs_an_environment_variable(environment: str, store: str | None) -> None:
    service = f"{{image: dunglas/frankenphp, volumes: ['caddy:/data'], environment: {environment}}}"
    facts = facts_for(f"services: {{a: {service}}}")
    assert facts["derived.exclusive_store"].value == store


@pytest.mark.parametrize(
    ("image", "volume", "source"),
    [
        ("b", "data:/data", "data"),
        ("b", "/srv/data:/data", "/srv/data"),
        ("b", "data:/data:ro", None),
        ("b", "/data", None),
        ("b", "/var/run/docker.sock:/var/run/docker.sock", None),
        ("b", "/etc/localtime:/etc/localtime", None),
        ("b", "/proc/cpuinfo:/cpu", None),
        ("b", "/processed:/data", "/processed"),
        ("b", "{type: tmpfs, target: /data}", None),
        ("b", "{type: volume, target: /data}", None),
        ("b", "{type: bind, source: ./a, target: /a, read_only: true}", None),
        ("b", "{type: volume, source: data, target: /data, read_only: '${RO:-true}'}", None),
        ("b", "./nginx.conf:/etc/nginx/nginx.conf", None),
        ("b", "./my.cnf:/etc/mysql/conf.d", None),
        ("b", "./Caddyfile:/etc/caddy/Caddyfile", None),
        ("b", "./settings:/app/settings.py", None),
        ("b", "./config:/config", None),
        ("b", "config:/config", "config"),
        ("b", "/srv/example.com:/data", "/srv/example.com"),
        ("b", "/srv/home:/root/.cache", "/srv/home"),
        ("b", "logs:/var/log/nginx", None),
        ("b", "app-logs:/srv/out", None),
        ("b", "catalog:/data", "catalog"),
        ("b", "/run/postgresql:/run/postgresql", None),
        ("b", "/srv/app.socket:/srv/app.socket", None),
        ("postgres:16", "data:/var/lib/postgresql/data", None),
        ("postgres:16", "dumps:/dumps", "dumps"),
    ],
)
def test_shared_volume(image: str, volume: str, source: str | None) -> None:
    facts = facts_for(f"services: {{a: {{image: '{image}', volumes: [{volume}]}}}}")
    assert facts["derived.shared_volume"].value == source


@pytest.mark.parametrize(
    ("deploy", "single"),
    [
        ("{}", True),
        ("{replicas: 1}", True),
        ("{replicas: 0}", False),
        ("{replicas: 2}", False),
        ("{mode: global}", True),
        ("{mode: replicated-job, replicas: 1}", False),
    ],
)
def test_single_writer(deploy: str, single: bool) -> None:
    assert facts_for(service_with(f"deploy: {deploy}"))["derived.single_writer"].value is single


@pytest.mark.parametrize(
    ("image", "volumes", "source"),
    [
        ("postgres:16", "['data:/var/lib/postgresql/data']", "PostgreSQL"),
        ("example/app:1", "['data:/data']", "data"),
        ("example/app:1", "['data:/data:ro']", None),
        ("example/app:1", "['./app.conf:/etc/app.conf']", None),
    ],
)
def test_written_data(image: str, volumes: str, source: str | None) -> None:
    text = f"services: {{a: {{image: '{image}', volumes: {volumes}}}}}\nvolumes: {{data: }}"
    assert facts_for(text)["derived.written_data"].value == source


LABELLED = Cluster(2, described=(Node("a", "worker", {"db": "true"}), Node("b", "worker", {"db": "true"})))


@pytest.mark.parametrize(
    ("volume", "options", "moving"),
    [
        ("data:/data", "", "data"),
        ("data:/data", "{}", "data"),
        ("data:/data", "{driver: local}", "data"),
        ("data:/data", "{driver: local, labels: {a: b}}", "data"),
        ("data:/data", "{driver: rexray}", None),
        ("data:/data", "{driver_opts: {type: nfs}}", None),
        ("data:/data", "{external: true}", None),
        ("data:/data", "{name: other}", "data"),
        ("data:/data:ro", "", None),
        ("/srv/data:/data", "", None),
        ("/data", "", None),
        ("data:/var/log/nginx", "", None),
    ],
)
def test_moving_volume(volume: str, options: str, moving: str | None) -> None:
    stack = service_with(f"volumes: ['{volume}']") + f"\nvolumes: {{data: {options}}}"
    assert facts_for(stack, cluster=Cluster(2))["derived.moving_volume"].value == moving
    assert facts_for(stack)["derived.moving_volume"].value is None


@pytest.mark.parametrize(
    ("deploy", "cluster", "moving", "choice"),
    [
        ("{}", Cluster(), None, "unknown"),
        ("{}", Cluster(1), None, "unknown"),
        ("{}", Cluster(2), "data", "known"),
        ("{replicas: 2}", Cluster(), None, "unknown"),
        ("{replicas: 0}", Cluster(2), None, "known"),
        ("{mode: global}", Cluster(2), None, "known"),
        ("{mode: replicated-job}", Cluster(2), None, "known"),
        ("{placement: {constraints: [node.role == manager]}}", Cluster(), None, "unknown"),
        ("{placement: {constraints: [node.role == worker]}}", Cluster(3), None, "likely"),
        ("{placement: {constraints: [node.role == worker]}}", LABELLED, "data", "known"),
        ("{placement: {constraints: [node.hostname == a]}}", LABELLED, None, "likely"),
        ("{placement: {constraints: [node.labels.db == true]}}", LABELLED, "data", "known"),
        ("{placement: {preferences: [{spread: node.labels.zone}]}}", Cluster(), "data", "likely"),
    ],
)
def test_choice_of_nodes(deploy: str, cluster: Cluster, moving: str | None, choice: str) -> None:
    stack = service_with(f"volumes: ['data:/data'], deploy: {deploy}") + "\nvolumes: {data: }"
    facts = facts_for(stack, cluster=cluster)
    assert facts["derived.moving_volume"].value == moving
    assert facts["derived.choice_of_nodes"].value == choice


@pytest.mark.parametrize(
    ("volumes", "volume", "store"),
    [
        ("[data:/var/lib/postgresql/data]", "data", "PostgreSQL"),
        ("[data:/dumps]", "data", None),
        ("[data:/dumps, other:/var/lib/postgresql/data]", "other", "PostgreSQL"),
        ("[data:/dumps, /srv:/var/lib/postgresql/data]", None, None),
    ],
)
def test_moving_store(volumes: str, volume: str | None, store: str | None) -> None:
    stack = f"services: {{a: {{image: postgres, volumes: {volumes}}}}}\nvolumes: {{data: , other: }}"
    facts = facts_for(stack, cluster=Cluster(2))
    assert facts["derived.moving_volume"].value == volume
    assert facts["derived.moving_store"].value == store


@pytest.mark.parametrize(
    ("volume", "source"),
    [
        ("'./site:/srv'", "./site"),
        ("'../site:/srv:ro'", "../site"),
        ("'~/site:/srv'", "~/site"),
        ("{type: bind, source: site, target: /srv}", "site"),
        ("'site:/srv'", None),
        ("'/site:/srv'", None),
        ("{type: tmpfs, target: /srv}", None),
    ],
)
@pytest.mark.parametrize(
    ("deploy", "cluster", "is_possible"),
    [
        ("{}", Cluster(), True),
        ("{mode: global}", Cluster(), True),
        ("{mode: global}", Cluster(1), False),
        ("{mode: global, placement: {constraints: [node.hostname == a]}}", Cluster(3), False),
        ("{placement: {constraints: [node.role == manager]}}", Cluster(3), False),
    ],
)
def test_deploy_host_mount(volume: str, source: str | None, deploy: str, cluster: Cluster, is_possible: bool) -> None:
    facts = facts_for(service_with(f"volumes: [{volume}], deploy: {deploy}"), cluster=cluster)
    assert facts["derived.deploy_host_mount"].value == (source if is_possible else None)
