"""What is expected to run, held against what does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from rollout_lint.live.model import LiveService


def mismatches(
    services: Sequence[LiveService], labels: Mapping[str, str], images: Collection[str], rolled_back: Collection[str]
) -> tuple[str, ...]:
    """The expectations that do not hold, in sentences; `rolled_back` are the names of services that were rolled back.

    A label is one of a service, or else of its containers: some service has to have it, and none with another value.
    An image is held against the services of the same repository, without a digest where it has none.
    """
    wrong = [told for key, value in labels.items() for told in _label(services, key, value, rolled_back)]
    return tuple(wrong + [told for image in images for told in _image(services, image, rolled_back)])


def _label(services: Sequence[LiveService], key: str, value: str, rolled_back: Collection[str]) -> Iterator[str]:
    holders = [(service.name, label) for service in services if (label := service.spec.label(key)) is not None]
    for name, label in holders:
        if label != value:
            yield f"the label {key} of {name} is {label}, not {value}{_because(name, rolled_back)}"
    if not holders:
        yield f"no service has the label {key}{_told(rolled_back)}"


def _image(services: Sequence[LiveService], image: str, rolled_back: Collection[str]) -> Iterator[str]:
    same = [each for each in services if _parts(each.spec.image)[0] == _parts(image)[0]]
    for service in same:
        if not is_image(service.spec.image, image):
            because = _because(service.name, rolled_back)
            yield f"{service.name} has the image {service.spec.image}, not {image}{because}"
    if not same:
        yield f"no service has the image {image}{_told(rolled_back)}"


def _because(name: str, rolled_back: Collection[str]) -> str:
    return ", for its update was rolled back" if name in rolled_back else ""


def _told(rolled_back: Collection[str]) -> str:
    return f"; the update of {' and '.join(sorted(rolled_back))} was rolled back" if rolled_back else ""


def is_image(runs: str, expected: str) -> bool:
    """Whether an image is the expected one, of which only what is given counts: the tag, the digest, or both."""
    repository, tag, digest = _parts(runs)
    wanted_repository, wanted_tag, wanted_digest = _parts(expected)
    if repository != wanted_repository or (wanted_digest and digest != wanted_digest):
        return False
    return tag == wanted_tag or (bool(wanted_digest) and not wanted_tag)


def _parts(image: str) -> tuple[str, str, str]:
    """Repository, tag and digest; the tag is `latest` where there is neither."""
    name, _, digest = image.partition("@")
    head, slash, last = name.rpartition("/")
    last, _, tag = last.partition(":")
    repository = (head + slash + last).removeprefix("docker.io/").removeprefix("library/")
    return repository, tag or ("" if digest else "latest"), digest
