"""Contents of the HTML page of a sweep: the worst first, each term explained, each rule linked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.report.sweep.descriptions import describe_cause, describe_terms, describe_test_level
from rollout_lint.report.sweep.html_page import stream_sweep_html
from rollout_lint.report.sweep.html_text import split_blocks, split_sentences

from tests.report.page_tree import by_class, one, parsed, words
from tests.report.sweep_documents import (
    RULES,
    SOURCE,
    document,
    finding,
    mitigated,
    not_at_risk,
    not_evaluated,
    page,
    recipe,
    result,
    risk,
    service,
    small_fleet,
    sweep_folder,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from tests.conftest import Write

COMMIT = SOURCE["commit"]


def first(root: Element, name: str) -> str:
    return words(by_class(root, name)[0])


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param({"commit": COMMIT}, "revision 1a2b3c4d5e6f and uncommitted changes, if any", id="head"),
        pytest.param({"commit": COMMIT, "ref": "v1.2"}, "revision 1a2b3c4d5e6f (v1.2) of 2026-11-24", id="at"),
        pytest.param({"commit": None}, "revision unknown", id="unknown"),
    ],
)
def test_page_begins_with_fleet_revision_and_time(source: dict[str, Any], expected: str) -> None:
    root = parsed(page(document(recipe(), fleet={**SOURCE, **source})))
    assert words(next(root.iter("h1"))) == "shop-fleet"
    assert words(next(root.iter("title"))) == "shop-fleet: update risk of 1 recipe, 2026-11-24"
    assert first(root, "read") == f"1 recipe {expected} checked 2026-11-24 23:05 UTC"
    assert first(root, "headline") == "1 of 1 recipe needs attention."


def test_worst_recipes_are_listed_with_their_cause() -> None:
    [section] = by_class(parsed(page(small_fleet())), "worst")
    assert [words(item) for item in section.findall("ol/li")] == [
        "broken ? not evaluated compose.yml:3 services.app is a list, not a mapping",
        "pi-hole ■ blocked the host port 53 stays with the old task (RL003)",
        "n8n × failing The newest upgrade failed on 2026-11-02, and the next one may have the same result.",  # noqa: RUF001
        "gitlab ▲ latent, high app starts the new task beside the old one (RL001)",
        "nextcloud △ latent, medium app starts the new task beside the old one (RL001)",
    ]
    assert words(section.findall("p")[0]) == "2 more recipes need attention"
    names = {body.get("id"): first(body, "name") for body in by_class(parsed(page(small_fleet())), "recipe")}
    links = [link for link in section.iter("a") if link.get("href", "").startswith("#r1")]
    assert [names[link.get("href", "")[1:]] for link in links] == ["broken"]


@pytest.mark.parametrize(
    ("count", "more"),
    [(5, []), (6, ["1 more recipe needs attention"]), (0, [])],
)
def test_list_of_the_worst_has_five_recipes(count: int, more: list[str]) -> None:
    root = parsed(page(document(not_at_risk("calm"), mitigated(), *(recipe(f"r{each}") for each in range(count)))))
    sections = by_class(root, "worst")
    assert len(sections) == min(count, 1)
    assert sum(len(section.findall("ol/li")) for section in sections) == min(count, 5)
    assert [words(each) for section in sections for each in section.findall("p")] == more


def test_cause_names_a_finding_in_ci_only() -> None:
    of = {**mitigated(), "risk": risk("latent-high")}
    assert describe_cause(of).endswith("(RL001)")
    of["services"] = [service(findings=[finding(variants=["ccci"])])]
    assert describe_cause(of).endswith("(RL001, only in CI)")


def test_cause_without_an_error_or_rule_is_the_level() -> None:
    assert describe_cause({**not_evaluated(), "problems": []}) == "Unknown risk: the files could not be evaluated."


def test_legend_has_only_levels_that_occur() -> None:
    root = parsed(page(document(recipe(), mitigated(), not_at_risk("a"), not_at_risk("b"))))
    assert [words(label) for label in by_class(root, "chip")] == [
        "▽ latent, low 1",
        "◐ fixed in CI only 1",
        "– not at risk 2",  # noqa: RUF001
    ]
    [meanings] = by_class(root, "meanings")
    assert meanings.get("open") is None
    assert by_class(meanings, "ledger")


def test_terms_in_the_table_are_explained_above_it() -> None:
    text = page(document(recipe()))
    [terms] = by_class(parsed(text), "terms")
    assert [words(each) for each in terms.iter("dt")] == ["ccci overlay", "latent"]
    assert text.index('class="terms"') < text.index('<table class="fleet"')


@pytest.mark.parametrize(
    ("cell", "term"),
    [
        ("latent, low (JVM)", "latent"),
        ("fixed in CI only; latent as shipped", "latent"),
        ("PASS L4", "L1 to L5"),
        ("unknown (only L3)", "L1 to L5"),
        ("SAFE", None),
        ("latently", None),
    ],
)
def test_terms_are_those_that_occur(cell: str, term: str | None) -> None:
    assert list(describe_terms(["keycloak", cell])) == ["ccci overlay", *([term] if term else [])]


def test_test_level_has_its_name() -> None:
    assert [describe_test_level(level) for level in (4, 9)] == ["L4 (functional tests)", "L9"]
    assert "passed, L4 (functional tests)" in first(one(recipe()), "evidence")


def test_services_and_findings_are_sorted_worst_first() -> None:
    calm = service("calm", "not-at-risk", findings=[], rules=[])
    low = service("low", findings=[finding(severity="high")])
    findings = [
        finding("RL001", severity="high", superseded_by="RL003"),
        finding("RL004", severity="low"),
        finding("RL005", severity="high", suppressed={"by": "comment", "reason": "known", "until": None}),
        finding("RL002", severity="high"),
        finding("RL003", severity="high"),
    ]
    high = service("high", "latent-high", findings=findings, risk=risk("latent-high", rule="RL003"))
    body = one(recipe(level="latent-high", services=[calm, low, high]))
    sections = by_class(body, "service")
    assert [words(section[0]).split()[0] for section in sections] == ["high", "low", "calm"]
    assert [first(each, "rule") for each in by_class(sections[0], "finding")] == [
        "RL003",
        "RL002",
        "RL004",
        "RL005",
        "RL001",
    ]
    [covered] = by_class(body, "covered")
    assert covered.get("open") is None
    assert words(covered[0]) == "1 finding with the same cause"
    assert "Covered by RL003" in words(covered)


def test_services_of_one_level_are_sorted_by_severity() -> None:
    services = [service(name, findings=[finding(severity=name)]) for name in ("low", "high", "medium")]
    sections = by_class(one(recipe(services=services)), "service")
    assert [words(section[0]).split()[0] for section in sections] == ["high", "medium", "low"]


@pytest.mark.parametrize(("count", "folded"), [(5, []), (8, ["3 more reasons", "RL001 5", "RL001 6", "RL001 7"])])
def test_reasons_after_the_fifth_are_folded(count: int, folded: list[str]) -> None:
    body = one(recipe(reasons=[f"RL001 {number}" for number in range(count)]))
    [section] = [each for each in by_class(body, "reasons")[0] if words(each).startswith("Why")]
    assert len(section.findall("ul/li")) == 5
    shown = [text for each in section.iter("details") for text in (each[0], *each.iter("li"))]
    assert [words(text) for text in shown] == folded


def test_policy_cells_have_values() -> None:
    [table] = by_class(one(mitigated()), "policy")
    rows = {words(row[0]): [words(cell) for cell in row[1:]] for row in table.findall("tbody/tr")}
    assert rows == {
        "deploy.update_config.order": ["start-first compose.yml:47", "start-first", "stop-first compose.ccci.yml:10"],
        "deploy.update_config.failure_action": ["rollback compose.yml:46", "rollback", "rollback"],
        "deploy.update_config.monitor": ["not set", "not set", "60s compose.ccci.yml:11"],
        "deploy.update_config.delay": ["10s compose.yml:48", "10s", "0s Swarm's default"],
    }


def test_policy_cell_has_the_default_that_an_overlay_changes(write: Write) -> None:
    policy = "failure_action: rollback, order: start-first"
    base = f"services: {{app: {{image: a, deploy: {{update_config: {{{policy}}}}}}}}}\n"
    overlay = "services: {app: {deploy: {update_config: {monitor: 60s}, resources: {limits: {memory: 1G}}}}}\n"
    of, table = sweep_folder(write({"r/compose.yml": base, "r/compose.ccci.yml": overlay}))
    [policy_table] = by_class(parsed("".join(stream_sweep_html(of, table))), "policy")
    rows = {words(row[0]): [words(cell) for cell in row[1:]] for row in policy_table.findall("tbody/tr")}
    assert rows["deploy.update_config.monitor"] == ["5s Swarm's default", "60s compose.ccci.yml:1"]
    assert rows["deploy.resources.limits.memory"] == ["not set", "1G compose.ccci.yml:1"]


def test_variant_headings_explain_the_ci_variant() -> None:
    [table] = by_class(one(mitigated()), "policy")
    headings = [words(cell) for cell in table.findall("thead/tr/th")]
    assert headings[1:] == [
        "default compose.yml",
        "smtp compose.yml + compose.smtp.yml",
        "ccci compose.yml + compose.ccci.yml only in CI",
    ]


def test_rule_ids_link_to_the_text_of_the_rule() -> None:
    of = recipe(reasons=["RL001 app: rollback", "RL999 is unknown"])
    root = parsed(page(document(of, rules=RULES)))
    assert [each.get("id") for each in by_class(root, "rule-text")] == ["rule-RL001", "rule-RL003"]
    places = ("worst", "reasons", "finding", "advice", "rule-text")
    for place in places:
        links = [link for each in by_class(root, place) for link in each.iter("a")]
        rules = [link for link in links if (link.get("href") or "").startswith("#rule-")]
        assert rules, place
        assert all(link.get("href") == f"#rule-{words(link)}" for link in rules)
    assert "RL999" in first(root, "reasons")


def test_text_of_a_rule_is_printed_once_and_whole() -> None:
    root = parsed(page(document(recipe("a"), recipe("b"))))
    [text] = [each for each in by_class(root, "rule-text") if each.get("id") == "rule-RL001"]
    assert words(root).count("The new task starts beside the old one.") == 1
    assert [words(step) for step in text.iter("li")] == [
        "The new task starts beside the old one.",
        "It is killed: UpdateStatus tells.",
    ]
    for expected in ("RL001 rollback-start-first A failed start-first update", "It depends.", "How likely Rare with"):
        assert expected in words(text)
    assert "What mitigates it" not in words(text)
    assert text.findall("p/a")[-1].get("href") == "https://docs.example.org/rules#rl001"


def test_blocks_of_a_rule_text_have_lists() -> None:
    assert split_blocks("1. One\n   goes on.\n2. Two.\n\nText\n goes on:\n- a\n- b\n\n- c") == [
        ("steps", ["One goes on.", "Two."]),
        ("text", ["Text goes on:"]),
        ("items", ["a", "b"]),
        ("items", ["c"]),
    ]


def test_advice_is_a_list_of_sentences() -> None:
    fix = by_class(one(recipe()), "fix")[0]
    assert [words(item) for item in by_class(fix, "advice")[0].iter("li")] == [
        "Set the order to stop-first.",
        "See RL003.",
        "Add a healthcheck.",
    ]
    assert "Trade-off: short downtime on every update" in words(fix)


def test_sentences_keep_abbreviations_and_numbers() -> None:
    assert split_sentences(["Use a volume, e.g. NFS, of 1.5 GiB.\nThen `deploy` it! See docs", ""]) == [
        "Use a volume, e.g. NFS, of 1.5 GiB.",
        "Then `deploy` it!",
        "See docs.",
    ]


def test_latent_risk_of_a_service_is_explained() -> None:
    services = [service("a", "latent-high"), service("b", "mitigated")]
    sections = by_class(one(recipe(level="latent-high", services=services)), "service")
    assert words(sections[0][0]) == "a latent-high. The next update is likely to go wrong."
    assert words(sections[1][0]) == "b mitigated"


def test_failed_upgrade_is_the_cause_of_a_failing_recipe() -> None:
    of = recipe(level="failing", recent_upgrade=result("rolled-back", date="2026-11-02"))
    assert describe_cause(of).startswith("The newest upgrade was rolled back on 2026-11-02")
