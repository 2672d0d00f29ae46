"""Corrections of errors, which `fix` applies."""

from __future__ import annotations

import pytest
from rollout_lint.location import Correction, CorrectionKind

from tests.support import service_with, stack_of

COMPOSE_KEYS = (
    "annotations attach blkio_config cgroup cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime",
    "cpu_shares cpus cpuset develop device_cgroup_rules dns_opt driver_opts extends gpus group_add label_file models",
    "mem_limit mem_reservation mem_swappiness memswap_limit oom_kill_disable pids_limit platform post_start pre_stop",
    "profiles provider pull_policy runtime scale storage_opt use_api_socket uts volumes_from",
)
"""Keys of a service in the Compose specification that `docker stack` rejects."""


def corrections_of(*texts: str) -> list[Correction | None]:
    """Return the correction of each error of the layers."""
    return [problem.correction for problem in stack_of(*texts)[1]]


def test_key_of_docker_compose_is_not_a_misspelling() -> None:
    keys = " ".join(COMPOSE_KEYS).split()
    found = corrections_of(service_with(", ".join(f"{key}: b" for key in keys)))
    assert found == [None] * len(keys)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("enviroment: {}", Correction(CorrectionKind.RENAME_KEY, "environment"), id="misspelt"),
        pytest.param(
            "deploy: {update_config: {failure-action: pause}}",
            Correction(CorrectionKind.RENAME_KEY, "failure_action"),
            id="hyphen-decides",
        ),
        pytest.param("deploy: {update_config: {failureaction: pause}}", None, id="two-candidates"),
        pytest.param("parallelism: 1", None, id="other-place"),
        pytest.param("name: b", None, id="name-of-a-service"),
        pytest.param("deploy: {replicas: '2'}", Correction(CorrectionKind.UNQUOTE), id="quoted-number"),
        pytest.param("deploy: {replicas: '-2'}", None, id="negative"),
        pytest.param("deploy: {replicas: '2.5'}", None, id="quoted-fraction"),
        pytest.param("deploy: {replicas: '02'}", None, id="leading-zero"),
        pytest.param("deploy: {replicas: '$$2'}", None, id="dollar"),
        pytest.param("init: 'yes'", None, id="yes"),
        pytest.param("init: 'false'", Correction(CorrectionKind.UNQUOTE), id="quoted-boolean"),
        pytest.param("hostname: 1", Correction(CorrectionKind.QUOTE), id="number"),
        pytest.param("hostname: 2026-01-01", Correction(CorrectionKind.QUOTE), id="date"),
        pytest.param("hostname: true", None, id="boolean"),
        pytest.param("hostname: !!int 1", None, id="tag"),
        pytest.param("stop_grace_period: 30", None, id="no-unit"),
    ],
)
def test_correction_of_a_service(text: str, expected: Correction | None) -> None:
    assert corrections_of(service_with(text)) == [expected]


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        pytest.param(('version: "3.8"\n', ""), Correction(CorrectionKind.SET_VERSION, "3.8"), id="missing"),
        pytest.param(("", 'version: "3.8"\n'), Correction(CorrectionKind.REMOVE_KEY, "version"), id="only-here"),
        pytest.param(('version: "3"\n', 'version: "3.8"\n'), Correction(CorrectionKind.SET_VERSION, "3"), id="latest"),
        pytest.param(
            ('version: ""\n', 'version: "3.8"\n'), Correction(CorrectionKind.REMOVE_KEY, "version"), id="empty"
        ),
    ],
)
def test_correction_of_a_version(versions: tuple[str, str], expected: Correction) -> None:
    assert corrections_of(*(version + service_with("init: true") for version in versions)) == [expected]


def test_correction_of_a_name_at_the_top() -> None:
    assert corrections_of(f"name: a\n{service_with('init: true')}") == [Correction(CorrectionKind.REMOVE_KEY, "name")]
