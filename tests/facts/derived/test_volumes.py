"""Derived facts about shared storage."""

from __future__ import annotations

import pytest

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
