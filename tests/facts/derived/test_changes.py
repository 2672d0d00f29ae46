"""Facts about differences from a stack over which another one may be deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rollout_lint.facts.cluster import Cluster
from rollout_lint.facts.derived import ServiceFacts, resource_facts
from rollout_lint.facts.images import Images
from rollout_lint.facts.stated import stated_facts
from rollout_lint.stack.model import EarlierStack

from tests.support import stack_of

if TYPE_CHECKING:
    from rollout_lint.facts.model import Fact
    from rollout_lint.stack.model import Stack

DEPLOYED = "services: {a: {image: b, configs: [c], secrets: [c], deploy: {replicas: 1}}}\n"


def earlier(text: str, *changed: tuple[str, str], name: str = "at main") -> EarlierStack:
    stack, _ = stack_of(text)
    return EarlierStack(stack, name, is_revision=True, changed_contents=frozenset(changed))


def stack_after(text: str, *before: EarlierStack) -> Stack:
    stack, _ = stack_of(text)
    stack.earlier = before
    return stack


def service_facts(text: str, *before: EarlierStack) -> ServiceFacts:
    stack = stack_after(text, *before)
    service = stack.services["a"]
    return ServiceFacts(service, stack, stated_facts(service), Cluster(), Images())


def facts_of(title: str, text: str, *before: EarlierStack) -> dict[str, Fact]:
    return {entry.title: facts for entry, facts in resource_facts(stack_after(text, *before))}[title]


def with_mode(mode: str | None) -> str:
    deploy = "" if mode is None else f", deploy: {{mode: '{mode}'}}"
    return f"services: {{a: {{image: b{deploy}}}}}"


@pytest.mark.parametrize(
    ("before", "after", "value"),
    [
        ("replicated", "global", "replicated"),
        ("global", None, "global"),
        ("replicated", "replicated-job", "replicated"),
        (None, "replicated", None),
        ("global", "global", None),
        ("${MODE}", "global", None),
    ],
)
def test_mode_before(before: str | None, after: str | None, value: str | None) -> None:
    facts = service_facts(with_mode(after), earlier(with_mode(before)))
    assert facts["derived.mode_before"].value == value
    assert facts["derived.mode_compared_with"].value == ("at main" if value else None)


def test_mode_before_is_unknown_if_the_mode_is() -> None:
    facts = service_facts(with_mode("${MODE}"), earlier(with_mode("global")))
    assert facts["derived.mode_before"].is_unknown


def test_mode_compared_with_names_the_first_stack_that_differs() -> None:
    stacks = (earlier(with_mode("global")), earlier(with_mode("replicated"), name='in variant "default"'))
    facts = service_facts(with_mode("global"), *stacks)
    assert facts["derived.mode_compared_with"].value == 'in variant "default"'


def test_new_service_has_no_mode_before() -> None:
    facts = service_facts(with_mode("global"), earlier("services: {other: {image: b}}"))
    assert facts["derived.mode_before"].value is None


@pytest.mark.parametrize(
    ("section", "before", "after", "changed"),
    [
        ("networks", "{}", "{driver_opts: {encrypted: ''}}", []),
        ("networks", "{}", "{driver_opts: {encrypted: 'true'}}", ["driver_opts.encrypted"]),
        ("networks", "{driver: overlay}", "{}", []),
        ("networks", "{driver: overlay}", "{driver: macvlan}", ["driver"]),
        ("networks", "{internal: true}", "{internal: false}", ["internal"]),
        ("networks", "{}", "{attachable: false, labels: {a: b}}", []),
        (
            "networks",
            "{ipam: {config: [{subnet: 10.1.0.0/24}]}}",
            "{ipam: {config: [{subnet: 10.2.0.0/24}]}}",
            ["ipam.config.0.subnet"],
        ),
        ("networks", "{name: one}", "{name: two, internal: true}", []),
        ("networks", "{external: true}", "{internal: true}", []),
        ("networks", "{}", "{driver_opts: {mtu: '${MTU}'}}", []),
        ("volumes", "{driver: local, driver_opts: {o: a}}", "{driver_opts: {o: b}}", ["driver_opts.o"]),
        ("volumes", "{driver_opts: {o: a}}", "{}", ["driver_opts.o"]),
        ("volumes", "{driver: rexray, driver_opts: {o: a}}", "{driver: rexray, driver_opts: {o: b}}", []),
        ("volumes", "{driver_opts: {size: 1}}", "{driver_opts: {size: '1'}}", []),
    ],
)
def test_changed_options(section: str, before: str, after: str, changed: list[str]) -> None:
    def text(resource: str) -> str:
        return f"services: {{a: {{image: b}}}}\n{section}: {{x: {resource}}}"

    facts = facts_of(f"{section.removesuffix('s')} x", text(after), earlier(text(before)))
    assert facts["resource.changed_options"].value == changed
    assert facts["resource.options_compared_with"].value == ("at main" if changed else None)


def test_new_resource_has_no_other_options() -> None:
    facts = facts_of(
        "volume x",
        "services: {a: {image: b}}\nvolumes: {x: {driver_opts: {o: a}}}",
        earlier("services: {a: {image: b}}"),
    )
    assert facts["resource.options_compared_with"].value is None
    assert facts["resource.changed_options"].value == []


@pytest.mark.parametrize(
    ("before", "after", "is_reported"),
    [
        ("{file: ./x}", "{file: ./x}", True),
        ("{name: x_v1, file: ./x}", "{name: x_v1, file: ./y}", True),
        ("{name: x_v1, file: ./x}", "{name: x_v2, file: ./x}", False),
        ("{name: 'x_${V}', file: ./x}", "{name: 'x_${V}', file: ./x}", False),
        ("{name: 'x_$$V', file: ./x}", "{name: 'x_$$V', file: ./x}", True),
        ("{external: true}", "{file: ./x}", False),
    ],
)
def test_content_changed_since(before: str, after: str, is_reported: bool) -> None:
    old, new = (f"{DEPLOYED}configs: {{c: {each}}}\nsecrets: {{c: {{external: true}}}}" for each in (before, after))
    facts = facts_of("config c", new, earlier(old, ("configs", "c")))
    assert facts["resource.content_changed_since"].value == ("at main" if is_reported else None)
    assert facts_of("config c", new, earlier(old))["resource.content_changed_since"].value is None


@pytest.mark.parametrize("section", ["configs", "secrets"])
@pytest.mark.parametrize(
    ("resource", "is_fixed"),
    [
        ("{file: ./x}", True),
        ("{name: shop_conf, file: ./x}", True),
        ("{name: shop_conf, file: '${FILE}'}", True),
        ("{name: shop.yml, file: ./x, template_driver: golang}", True),
        ("{name: shop_conf_v3, file: ./x}", False),
        ("{name: shop-conf-2024.01, file: ./x}", False),
        ("{name: shop_conf_5f2a1bc9, file: ./x}", False),
        ("{name: 'shop_${VERSION:-v1}', file: ./x}", False),
        ("{name: '${STACK}_conf', file: ./x}", False),
        ("{external: true}", False),
        ("{external: '${E}', file: ./x}", False),
    ],
)
def test_has_fixed_name(section: str, resource: str, is_fixed: bool) -> None:
    text = f"services: {{a: {{image: b, {section}: [c], deploy: {{replicas: 1}}}}}}\n{section}: {{c: {resource}}}"
    entries = {entry.title: facts for entry, facts in resource_facts(stack_after(text))}
    found = entries.get(f"{section.removesuffix('s')} c")
    assert (found["resource.has_fixed_name"].value if found else False) is is_fixed


def test_unused_or_compose_config_has_no_fixed_name() -> None:
    unused = "services: {a: {image: b, deploy: {replicas: 1}}}\nconfigs: {c: {file: ./x}}"
    for_compose = "services: {a: {image: b, configs: [c]}}\nconfigs: {c: {file: ./x}}"
    for text in (unused, for_compose):
        assert facts_of("config c", text)["resource.has_fixed_name"].value is False
