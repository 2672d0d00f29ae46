"""Derived fact about healthchecks that ask the service by its name."""

from __future__ import annotations

import pytest

from tests.support import facts_for

NETWORK = "networks:\n  n:\n  host: {external: true}\n"


def asked(test: str, *keys: str) -> object:
    lines = "".join(f"    {key}\n" for key in keys)
    text = f"services:\n  app:\n    image: b\n    healthcheck: {{test: {test}}}\n{lines}{NETWORK}"
    return facts_for(text, service="app")["derived.asks_itself"].value


@pytest.mark.parametrize(
    "test",
    [
        "curl -f http://app:80/",
        "wget -qO- http://app/",
        "curl -f https://user:word@app/x",
        "curl http://APP:80",
        "pg_isready -U x -h app",
        "mysqladmin ping -happ -uroot",
        "mysqladmin ping --host=app",
        "redis-cli -h app ping",
        "nc -z app 80",
        "timeout 5 nc -z app 5432 || exit 1",
        "bash -c '</dev/tcp/app/80'",
        "sh -c 'curl -f app'",
        "true && curl -sf app/health",
        "wget --spider app:8080",
        "ping -c1 app",
        "getent hosts app",
        "mongosh app:27017/test",
        "curl -f http://app:${PORT}/",
        "curl -f http://app:${PORT:-80}/",
        '[CMD, pg_isready, "-h", app]',
        '[CMD-SHELL, "curl -f http://app/ || exit 1"]',
    ],
)
def test_own_name_is_found_where_a_host_is_expected(test: str) -> None:
    name = "APP" if "APP" in test else "app"
    assert asked(test if test.startswith("[") else f'"{test}"') == name


@pytest.mark.parametrize(
    "test",
    [
        "curl http://localhost/app",
        "curl http://app.example.com/",
        "curl http://my-app/",
        "curl http://webapp:80",
        "curl -f http://127.0.0.1:80/app/health",
        "curl -f http://${HOST}/",
        "pg_isready -U app -d app",
        "mysqladmin ping -u app -papp",
        "redis-cli -a app ping",
        "pgrep app",
        "test -f /app/ready",
        "cat /app:80",
        "app healthcheck",
        "node /app/health.js",
        "python -m app",
        "[NONE]",
        "[CMD, app]",
    ],
)
def test_own_name_in_other_places_is_not_a_host(test: str) -> None:
    assert asked(test if test.startswith("[") else f'"{test}"') is None


@pytest.mark.parametrize(
    ("host", "keys", "name"),
    [
        ("tasks.app", (), "tasks.app"),
        ("other", ("networks: {n: {aliases: [other]}}",), "other"),
        ("tasks.other", ("networks: {n: {aliases: [other]}}",), "tasks.other"),
        ("other", ("networks: {n: {aliases: ['${X}']}}",), None),
        ("other", ("networks: [n]",), None),
        ("app", ("networks: [host]",), None),
        ("app", ("hostname: app",), None),
        ("app", ("hostname: other",), "app"),
        ("tasks.app", ("hostname: app",), "tasks.app"),
        ("app", ("extra_hosts: ['app:127.0.0.1']",), None),
        ("app", ("extra_hosts: {app: 127.0.0.1}",), None),
        ("app", ("extra_hosts: ['app=127.0.0.1']",), None),
        ("app", ("extra_hosts: ['${X}']",), "app"),
    ],
)
def test_names_of_a_service(host: str, keys: tuple[str, ...], name: str | None) -> None:
    assert asked(f"curl -f http://{host}:80", *keys) == name


def test_unknown_hostname_leaves_the_fact_unknown() -> None:
    text = 'services: {app: {image: b, hostname: "$X", healthcheck: {test: curl http://app/}}}'
    assert facts_for(text, service="app")["derived.asks_itself"].is_unknown


def test_word_with_the_name_is_the_location() -> None:
    words = "".join(f"        - {word}\n" for word in ("CMD", "pg_isready", "'-h'", "app", "'-q'"))
    text = f"services:\n  app:\n    image: b\n    healthcheck:\n      test:\n{words}"
    location = facts_for(text, service="app")["derived.asks_itself"].location
    assert location is not None
    assert location.line == 9


@pytest.mark.parametrize(
    ("test", "words"),
    [
        ("curl http://app:80/app", ["CMD-SHELL", "curl http://localhost:80/app"]),
        ('"curl app && pg_isready -h APP"', ["CMD-SHELL", "curl localhost && pg_isready -h localhost"]),
        ('[CMD, nc, "-z", tasks.app, "80"]', ["CMD", "nc", "-z", "localhost", "80"]),
        ('"curl http://app:$${PORT}/"', ["CMD-SHELL", "curl http://localhost:$${PORT}/"]),
        ('"curl http://${HOST:-app}/"', None),
        ("curl http://other:80/", None),
        ("curl http://localhost/app", None),
        (f"curl{' http://app/' * 19}", ["CMD-SHELL", f"curl{' http://localhost/' * 19}"]),
        (f"curl{' http://app/' * 20}", None),
    ],
)
def test_local_test_has_localhost_for_each_name(test: str, words: list[str] | None) -> None:
    text = f"services:\n  app:\n    image: b\n    healthcheck: {{test: {test}}}\n"
    assert facts_for(text, service="app")["derived.local_healthcheck_test"].value == words


def test_service_called_localhost_asks_its_own_container() -> None:
    text = "services: {localhost: {image: b, healthcheck: {test: 'curl http://localhost/'}}}"
    assert facts_for(text, service="localhost")["derived.asks_itself"].value is None
