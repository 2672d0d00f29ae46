"""What is expected to run, held against what does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_lint.live.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from rollout_lint.live.outcome import Result

_BECAUSE = {
    Outcome.ROLLED_BACK: ", for its update was rolled back",
    Outcome.ROLLBACK_PAUSED: ", for its update is being rolled back, and that failed too",
    Outcome.REMOVED: ", for it was removed",
}


def mismatches(results: Sequence[Result], labels: Mapping[str, str], images: Collection[str]) -> tuple[str, ...]:
    """The expectations that do not hold, in sentences, with the rollback that made it so.

    A label is one of a service, or else of its containers: some service has to have it, and none with another value.
    An image is held against the services of the same repository, without a digest where it has none.
    """
    wrong = [told for key, value in labels.items() for told in _label(results, key, value)]
    return tuple(wrong + [told for image in images for told in _image(results, image)])


def _label(results: Sequence[Result], key: str, value: str) -> Iterator[str]:
    found = [(result, result.service.spec.label(key)) for result in results if result.service]
    holders = [(result, label) for result, label in found if label is not None]
    for result, label in holders:
        if label != value:
            yield f"the label {key} of {result.name} is {label}, not {value}{_BECAUSE.get(result.outcome, '')}"
    if not holders:
        yield f"no service has the label {key}{_rolled_back(results)}"


def _image(results: Sequence[Result], image: str) -> Iterator[str]:
    holders = [(result, result.service.spec.image) for result in results if result.service]
    same = [(result, runs) for result, runs in holders if _parts(runs)[0] == _parts(image)[0]]
    for result, runs in same:
        if not is_image(runs, image):
            yield f"{result.name} has the image {runs}, not {image}{_BECAUSE.get(result.outcome, '')}"
    if not same:
        yield f"no service has the image {image}{_rolled_back(results)}"


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


def _rolled_back(results: Sequence[Result]) -> str:
    names = [result.name for result in results if result.outcome in (Outcome.ROLLED_BACK, Outcome.ROLLBACK_PAUSED)]
    return f"; the update of {' and '.join(names)} was rolled back" if names else ""
