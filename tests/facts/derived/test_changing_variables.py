"""Derived fact about values that change with every deploy."""

from __future__ import annotations

import pytest

from tests.support import facts_for, service_with

PATH = "derived.changing_variables"


@pytest.mark.parametrize(
    "name",
    [
        *(
            "CI_COMMIT_SHA",
            "CI_COMMIT_SHORT_SHA",
            "CI_COMMIT_TIMESTAMP",
            "CI_PIPELINE_ID",
            "CI_PIPELINE_IID",
            "CI_JOB_ID",
        ),
        *("GITHUB_SHA", "GITHUB_RUN_ID", "GITHUB_RUN_NUMBER", "GITEA_RUN_ID", "CIRCLE_SHA1", "CIRCLE_BUILD_NUM"),
        *("DRONE_COMMIT", "DRONE_COMMIT_SHA", "DRONE_BUILD_NUMBER", "TRAVIS_COMMIT", "TRAVIS_BUILD_NUMBER"),
        *("BITBUCKET_COMMIT", "BITBUCKET_BUILD_NUMBER", "BUILD_SOURCEVERSION", "BUILD_BUILDID", "BUILD_VCS_NUMBER"),
        *("GIT_SHA", "GIT_COMMIT", "GIT_COMMIT_HASH", "GIT_REV", "GIT_HASH", "SOURCE_COMMIT", "COMMIT_SHA", "VCS_REF"),
        *("BUILD_NUMBER", "BUILD_ID", "BUILD_DATE", "BUILD_TIME", "BUILD_TIMESTAMP", "APP_BUILD_DATE", "RELEASE_DATE"),
        *("DEPLOY_TIME", "DEPLOY_DATE", "DEPLOYED_AT", "DEPLOY_ID", "TIMESTAMP", "NOW", "DATE", "CURRENT_TIME"),
        *("COMMIT", "SHA", "REVISION", "git_sha", "build_date"),
    ],
)
def test_changing_variables_knows_the_name(name: str) -> None:
    facts = facts_for(service_with(f"labels: ['x=${{{name}}}']"))
    assert facts[PATH].value == [f"labels: ${name}"]


@pytest.mark.parametrize(
    "name",
    [
        *("TIMEZONE", "TZ", "TIME_ZONE", "DATE_FORMAT", "AUTO_COMMIT", "SYNCHRONOUS_COMMIT", "SESSION_TIME", "TIMEOUT"),
        *(
            "BUILD_ENV",
            "BUILD_TARGET",
            "DEPLOYMENT_MODE",
            "DEPLOY_ENV",
            "CI_COMMIT_TAG",
            "CI_COMMIT_BRANCH",
            "GITHUB_REF",
        ),
        *(
            "TAG",
            "VERSION",
            "RELEASE",
            "GIT_URL",
            "PASSWORD_HASH",
            "APP_ID",
            "JOB_ID",
            "LOG_TIMESTAMP",
            "COMMIT_INTERVAL",
        ),
    ],
)
def test_changing_variables_leaves_out_settings(name: str) -> None:
    assert facts_for(service_with(f"labels: ['x=${{{name}}}'], environment: [{name}]"))[PATH].value == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("labels: {x: '${NOW}'}", ["labels: $NOW"]),
        ("labels: {x: 'a-${NOW:-0}-$SHA'}", ["labels: $NOW", "labels: $SHA"]),
        ("labels: {x: a, 'y': '$NOW'}", ["labels: $NOW"]),
        ("labels: {NOW: }", []),
        ("labels: [NOW]", []),
        ("environment: {NOW: }", ["environment: $NOW"]),
        ("environment: {NOW: ''}", []),
        ("environment: {NOW: 3}", []),
        ("environment: [NOW]", ["environment: $NOW"]),
        ("environment: [NOW=]", []),
        ("environment: ['x=$NOW', 'x=3']", []),
        ("command: serve --since $NOW", ["command: $NOW"]),
        ("command: [serve, '$NOW']", ["command: $NOW"]),
        ("entrypoint: [serve, '$NOW']", ["entrypoint: $NOW"]),
        ("command: serve --since $$NOW", []),
        ("deploy: {labels: {x: '$NOW'}}", []),
        ("healthcheck: {test: 'curl $NOW'}, user: '$NOW'", []),
    ],
)
def test_changing_variables(text: str, value: list[str]) -> None:
    assert facts_for(service_with(text))[PATH].value == value
    assert facts_for(service_with(text), environment={"NOW": "1", "SHA": "2"})[PATH].value == value


def test_changing_variables_is_at_the_item() -> None:
    location = facts_for(service_with("environment: [A=b,\n  C=$NOW]"))[PATH].location
    assert location is not None
    assert (location.line, location.column) == (2, 3)


@pytest.mark.parametrize("image", ["example/web:${TAG}", "example/web:1-$NOW", "${IMAGE}", "example/web@${DIGEST}"])
def test_changing_variables_is_empty_if_the_image_changes(image: str) -> None:
    text = f"services: {{a: {{image: '{image}', labels: {{x: '$NOW'}}}}}}"
    assert facts_for(text)[PATH].value == []


def test_changing_variables_of_an_image_from_a_variable_registry() -> None:
    text = "services: {a: {image: '${REGISTRY}/web:1', labels: {x: '$NOW'}}}"
    assert facts_for(text)[PATH].value == ["labels: $NOW"]


def test_changing_variables_of_merged_layers() -> None:
    base = service_with("environment: {A: $NOW, B: $SHA}")
    facts = facts_for(base, "services: {a: {environment: {A: fixed}, labels: {x: $NOW}}}")
    assert facts[PATH].value == ["labels: $NOW", "environment: $SHA"]
