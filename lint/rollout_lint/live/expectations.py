"""Comparison of expected labels and images with those of the running services."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from rollout_lint.live.model import LiveService


def find_mismatches(
    services: Sequence[LiveService], labels: Mapping[str, str], images: Collection[str], rolled_back: Collection[str]
) -> tuple[str, ...]:
    """Return a sentence for each expectation that is not met; `rolled_back` has the names of rolled back services.

    A label belongs to a service or its containers: at least one service must have it, and no service another value.
    An image is compared with the services of the same repository, without the digest if the expected one has no digest.
    """
    mismatches = [each for key, value in labels.items() for each in _check_label(services, key, value, rolled_back)]
    return (*mismatches, *(each for image in images for each in _check_image(services, image, rolled_back)))


def _check_label(services: Sequence[LiveService], key: str, value: str, rolled_back: Collection[str]) -> Iterator[str]:
    holders = [(service.name, label) for service in services if (label := service.spec.label(key)) is not None]
    for name, label in holders:
        if label != value:
            yield f"the label {key} of {name} is {label}, not {value}{_reason(name, rolled_back)}"
    if not holders:
        yield f"no service has the label {key}{_rollbacks(rolled_back)}"


def _check_image(services: Sequence[LiveService], image: str, rolled_back: Collection[str]) -> Iterator[str]:
    same_repository = [each for each in services if _split(each.spec.image)[0] == _split(image)[0]]
    for service in same_repository:
        if not matches_image(service.spec.image, image):
            reason = _reason(service.name, rolled_back)
            yield f"{service.name} has the image {service.spec.image}, not {image}{reason}"
    if not same_repository:
        yield f"no service has the image {image}{_rollbacks(rolled_back)}"


def _reason(name: str, rolled_back: Collection[str]) -> str:
    return ", because its update was rolled back" if name in rolled_back else ""


def _rollbacks(rolled_back: Collection[str]) -> str:
    return f"; the update of {' and '.join(sorted(rolled_back))} was rolled back" if rolled_back else ""


def matches_image(running: str, expected: str) -> bool:
    """Return True if an image has the repository, and the tag or digest, that the expected image names."""
    repository, tag, digest = _split(running)
    expected_repository, expected_tag, expected_digest = _split(expected)
    if repository != expected_repository or (expected_digest and digest != expected_digest):
        return False
    return tag == expected_tag or (bool(expected_digest) and not expected_tag)


def _split(image: str) -> tuple[str, str, str]:
    """Return repository, tag and digest; the tag is `latest` if there is neither."""
    name, _, digest = image.partition("@")
    head, slash, last = name.rpartition("/")
    last, _, tag = last.partition(":")
    repository = (head + slash + last).removeprefix("docker.io/").removeprefix("library/")
    return repository, tag or ("" if digest else "latest"), digest
