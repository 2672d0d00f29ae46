"""Tests of the HTML page of a sweep: content, escaping, and content security policy."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Any

import pytest
from rollout_lint.fleet.risk_level import RiskLevel
from rollout_lint.report.sweep.descriptions import LEVEL_DESCRIPTIONS, describe_next_update, format_age, format_headline
from rollout_lint.report.sweep.html_page import stream_sweep_html
from rollout_lint.report.sweep.rows import HEADINGS as TEXT_HEADINGS

from tests.conftest import SAMPLES
from tests.report.hostile_documents import HOSTILE_TEXTS, hostile_fleet
from tests.report.page_tree import by_class, one, parsed, words
from tests.report.sweep_documents import (
    HEADINGS,
    ORDER,
    PATCH,
    RULES,
    cells_of,
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
    stated,
    sweep_folder,
    table_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion


@pytest.mark.parametrize(
    "of",
    [document(), document(recipe()), small_fleet(), hostile_fleet()],
    ids=["empty", "one-recipe", "small", "hostile"],
)
def test_page_is_well_formed(of: dict[str, Any]) -> None:
    text = page(of)
    assert text.startswith("<!DOCTYPE html>")
    root = parsed(text)
    assert root.get("lang") == "en"
    identifiers = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(identifiers) == len(set(identifiers))
    assert len(by_class(root, "recipe")) == len(of["recipes"])


def test_page_table_is_sorted_by_risk() -> None:
    of = small_fleet()
    rows = by_class(parsed(page(of)), "row")
    shown = [tuple(words(cell) for cell in row) for row in rows]
    marked = [(*cells[:-1], cells[-1].partition(" ")[2]) for cells in shown]
    given = sorted(of["recipes"], key=lambda each: (RiskLevel(each["risk"]["level"]).rank, each["recipe"]))
    assert marked == [cells_of(each) for each in given]
    assert [cells[-1].partition(" ")[0] for cells in shown] == [
        LEVEL_DESCRIPTIONS[each["risk"]["level"]].mark for each in given
    ]


def test_page_headings_are_those_of_the_text_format() -> None:
    [row] = [row for row in parsed(page(small_fleet())).iter("tr") if [words(cell) for cell in row] == list(HEADINGS)]
    assert {cell.get("scope") for cell in row} == {"col"}
    assert [heading for heading in HEADINGS if heading != "age"] == list(TEXT_HEADINGS)


def test_page_describes_each_risk_level() -> None:
    assert tuple(LEVEL_DESCRIPTIONS) == tuple(RiskLevel)
    assert len({each.mark for each in LEVEL_DESCRIPTIONS.values()}) == len(RiskLevel)
    of = small_fleet()
    rows = by_class(parsed(page(of)), "ledger")[0].findall("tbody/tr")
    assert [[words(cell) for cell in row] for row in rows] == [
        [str(of["summary"][level]), f"{each.mark} {each.name}", each.meaning]
        for level, each in LEVEL_DESCRIPTIONS.items()
    ]


@pytest.mark.parametrize(
    "summary",
    [
        pytest.param({"recipes": 0}, id="empty"),
        pytest.param({"recipes": 1, "safe": 1}, id="safe"),
        pytest.param({"recipes": 1, "failing": 1}, id="failing"),
        pytest.param({"recipes": 9, "not-evaluated": 2, "latent-low": 1}, id="not-evaluated"),
        pytest.param({"recipes": 9, "blocked": 1, "latent-low": 1}, id="blocked"),
        pytest.param({"recipes": 9, "mitigated": 4, "not-at-risk": 5}, id="mitigated"),
        pytest.param({"recipes": 9, "safe": 9, "partly-evaluated": 1}, id="partly"),
        pytest.param({"recipes": 9, "not-evaluated": 1, "latent-low": 8, "partly-evaluated": 2}, id="partly-at-risk"),
    ],
)
def test_headline_counts_recipes(summary: dict[str, int], snapshot: SnapshotAssertion) -> None:
    assert format_headline(summary) == snapshot


BLOCKED = service(level="blocked", findings=[finding("RL003")], risk=risk("blocked", rule="RL003"))
VARIANTS = recipe()["variants"]


@pytest.mark.parametrize(
    "of",
    [
        pytest.param(not_evaluated(), id="not-evaluated"),
        pytest.param(recipe(level="blocked", services=[BLOCKED], risk=BLOCKED["risk"]), id="blocked"),
        pytest.param(recipe(level="failing", recent_upgrade=result("rolled-back")), id="rolled-back"),
        pytest.param(recipe(level="failing", recent_upgrade=result("fail")), id="failed"),
        pytest.param(recipe(level="failing", recent_upgrade=None), id="failing"),
        pytest.param(recipe(level="latent-low"), id="latent-low"),
        pytest.param(recipe(level="latent-high", order="stop-first"), id="latent-high"),
        pytest.param(recipe(level="latent-unexposed"), id="latent-unexposed"),
        pytest.param(recipe(failed_before=result("fail", date="2026-01-02")), id="failed-before"),
        pytest.param(mitigated(), id="mitigated"),
        pytest.param(recipe(level="safe", order="stop-first"), id="safe"),
        pytest.param(not_at_risk("a"), id="not-at-risk"),
        pytest.param({**mitigated(), "not_evaluated": ["smtp"]}, id="partly-evaluated"),
        pytest.param({**not_evaluated(), "variants": VARIANTS, "not_evaluated": ["default"]}, id="one-variant"),
    ],
)
def test_details_begin_with_the_next_update(of: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    lead = describe_next_update(of, RULES)
    assert lead == snapshot
    assert words(next(one(of).iter("summary"))) == lead
    assert "update_config" not in lead


def test_lead_is_about_the_rule_that_set_the_level() -> None:
    """The policy is rollback and start-first, and RL001 matches too, but RL003 sets the level."""
    lesser = service("db", findings=[finding("RL003", severity="high")])
    findings = [finding(severity="high"), finding("RL003", severity="low")]
    worst = service("proxy", "latent-high", findings=findings, risk=risk("latent-high", rule="RL003"))
    actual = recipe(level="latent-high", services=[lesser, worst], risk=risk("latent-high", rule="RL003"))
    lead = describe_next_update(actual, RULES)
    assert f"{RULES['RL003']['summary']} (RL003, proxy)." in lead
    assert "RL001" not in lead


@pytest.mark.parametrize(("rule", "known"), [(None, RULES), ("RL003", RULES), ("RL001", {})])
def test_lead_has_no_story_without_a_known_rule(rule: str | None, known: dict[str, Any]) -> None:
    of = recipe(level="latent-high", risk=risk("latent-high", rule=rule))
    assert "RL0" not in describe_next_update(of, known)


def test_next_update_mentions_a_risk_in_ci_only(snapshot: SnapshotAssertion) -> None:
    variants = [*recipe()["variants"], {"name": "ccci", "ci": True, "files": ["compose.yml", "compose.ccci.yml"]}]
    only = service(findings=[finding(variants=["ccci"])])
    in_ci = describe_next_update(recipe(variants=variants, services=[only]), RULES)
    shipped = describe_next_update(recipe(variants=variants), RULES)
    assert in_ci != shipped
    assert [in_ci, shipped] == snapshot


def test_policy_table_has_a_column_for_each_variant(snapshot: SnapshotAssertion) -> None:
    table = by_class(one(mitigated()), "policy")[0]
    rows = {words(row[0]): [words(cell) for cell in row[1:]] for row in table.iter("tr")}
    assert rows[ORDER][::2] == ["start-first compose.yml:47", "stop-first compose.ccci.yml:10"]
    assert rows["deploy.update_config.monitor"][2] == "60s compose.ccci.yml:11"
    assert rows["deploy.update_config.delay"][0] == "10s compose.yml:48"
    assert rows == snapshot


def test_overlay_changes_have_both_values(snapshot: SnapshotAssertion) -> None:
    actual = [words(item) for item in by_class(one(mitigated()), "overlaid")[0].iter("li")]
    assert len(actual) == 3
    assert actual == snapshot


def test_overlay_without_policy_changes_is_mentioned(snapshot: SnapshotAssertion) -> None:
    of = mitigated()
    of["services"] = [service()]
    assert words(by_class(one(of), "overlaid")[0]) == snapshot


def test_first_variant_has_no_overlay_changes() -> None:
    only = [{"name": "default", "ci": True, "files": ["compose.yml"]}]
    assert by_class(one(recipe(variants=only)), "overlaid") == []


def test_upgrade_results_have_remarks(snapshot: SnapshotAssertion) -> None:
    actual = [words(each) for each in by_class(one(mitigated()), "evidence")[0]]
    assert [each.split()[0] for each in actual] == ["2026-06-10", "2026-05-28", "2026-05-01"]
    assert actual == snapshot


def test_upgrade_failure_before_a_pass_may_be_fixed(snapshot: SnapshotAssertion) -> None:
    failure = result("fail", ref="0"), result("pass", ref="9")
    passed_since = by_class(one(recipe(evidence=[result(), *failure])), "evidence")[0]
    newest = by_class(one(recipe(evidence=[*failure])), "evidence")[0]
    assert words(passed_since[1]) != words(newest[0])
    assert [words(passed_since[1]), words(newest[0])] == snapshot


def test_format_age_uses_days(snapshot: SnapshotAssertion) -> None:
    assert {age: format_age(age) for age in (0, 1, 167, -1, -9)} == snapshot


def test_finding_has_its_rule_location_and_notes(snapshot: SnapshotAssertion) -> None:
    each = finding(assumes="the host has the memory", superseded_by="RL003", variants=["default", "ccci"])
    body = one({**mitigated(), "services": [service(findings=[each])]})
    actual = words(by_class(body, "finding")[0])
    for expected in ("medium RL001", "compose.yml:47", "RL003", "the host has the memory", "default, ccci"):
        assert expected in actual
    assert actual == snapshot


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "rules/README.md#rl003", "data:text/html,x", "//x/y", "https:", "http://\u202eh/", None],
)
def test_page_links_only_web_addresses(link: str | None) -> None:
    rules = {"RL001": {**RULES["RL001"], "link": link}}
    root = parsed(page(document(recipe(), rules=rules)))
    assert {each.get("href", "")[:5] for each in root.iter("a")} == {"#r1", "#rule"}


def test_finding_of_an_unknown_rule_is_printed() -> None:
    root = parsed(page(document(recipe(), rules={})))
    assert "RL001" in words(by_class(root, "finding")[0])


def test_overlay_fix_keeps_its_lines() -> None:
    [pre] = one(recipe()).iter("pre")
    assert "".join(pre.itertext()) == PATCH


def test_service_without_findings_is_only_named(snapshot: SnapshotAssertion) -> None:
    body = one(mitigated())
    assert len(by_class(body, "service")) == 1
    [silent] = by_class(body, "silent")
    assert words(silent).endswith(": db.")
    assert words(silent) == snapshot


def test_stack_findings_have_a_heading(snapshot: SnapshotAssertion) -> None:
    [section] = by_class(one(recipe(services=[service(None)])), "service")
    assert words(section[0]) == snapshot


def test_policy_table_marks_a_variant_that_was_not_evaluated() -> None:
    of = {**mitigated(), "not_evaluated": ["ccci", "smtp"]}
    values = of["services"][0]["policy"].values()
    for each in values:
        each.pop("ccci", None)
    of["services"][0]["variants"] = ["default"]
    body = one(of)
    rows = by_class(body, "policy")[0].findall("tbody/tr")
    assert len(rows) == len(values)
    assert {words(cell) for row in rows for cell in row[2:]} == {"not evaluated"}
    assert by_class(body, "overlaid") == []


def test_lead_names_the_ci_variant_only_if_the_others_are_known() -> None:
    only_in_ci = {**mitigated(), "risk": risk("latent-low")}
    only_in_ci["services"] = [service(findings=[finding(variants=["ccci"])])]
    sentence = "Only the CI variant is affected"
    assert sentence in describe_next_update(only_in_ci, RULES)
    assert sentence not in describe_next_update({**only_in_ci, "not_evaluated": ["smtp"]}, RULES)


def test_lead_names_suppressions_beside_an_unread_variant() -> None:
    of = {**recipe(level="safe"), "risk": risk("safe", "safe; RL001 suppressed; ccci not evaluated")}
    assert "suppressed with a reason" in describe_next_update(of, RULES)


def test_errors_have_a_location() -> None:
    assert "compose.yml:3 services.app is a list" in words(by_class(one(not_evaluated()), "problems")[0])


def test_changes_are_sorted_and_linked(snapshot: SnapshotAssertion) -> None:
    of = small_fleet()
    root = parsed(page(of))
    [section] = by_class(root, "changes")
    actual = [words(item) for item in section.findall("ul/li")]
    assert actual == snapshot
    assert [each.split()[0] for each in actual] == ["worse", "new", "gone"]
    target = next(section.iter("a")).get("href", "")
    assert target.startswith("#")
    [body] = [body for body in by_class(root, "recipe") if body.get("id") == target[1:]]
    assert words(body[0][0]) == "n8n"


def test_page_without_comparison_has_no_changes(snapshot: SnapshotAssertion) -> None:
    assert by_class(parsed(page(document(recipe()))), "changes") == []
    actual = parsed(page(document(recipe(), changes={"since": "2026-01-01", "recipes": []})))
    assert words(by_class(actual, "changes")[0]) == snapshot


def test_page_escapes_markup_in_values() -> None:
    ours = elements(page(small_fleet()))
    theirs = elements(page(hostile_fleet()))
    assert theirs <= ours
    text = words(parsed(page(hostile_fleet())))
    for name in HOSTILE_TEXTS:
        if name.isprintable():
            assert " ".join(name.split()) in text


def elements(text: str) -> set[tuple[str, frozenset[str]]]:
    """Return the element names with their attribute names."""
    return {(element.tag, frozenset(element.attrib)) for element in parsed(text).iter()}


def test_page_escapes_unprintable_characters() -> None:
    text = page(hostile_fleet())
    assert all(char.isprintable() or char == "\n" for char in text)
    assert r"\u202e" in text
    assert r"\x1b" in text
    text.encode()


def attributes(text: str, *names: str) -> Iterator[str]:
    for element in parsed(text).iter():
        yield from (value for name, value in element.attrib.items() if name in names)


@pytest.mark.parametrize("of", [small_fleet(), hostile_fleet()], ids=["small", "hostile"])
def test_page_loads_no_resources(of: dict[str, Any]) -> None:
    text = page(of)
    root = parsed(text)
    tags = {element.tag for element in root.iter()}
    assert not tags & {"img", "link", "iframe", "object", "embed", "base", "audio", "video", "source", "use", "image"}
    assert not list(attributes(text, "src", "srcset", "style", "action", "poster", "background"))
    assert not [name for element in root.iter() for name in element.attrib if str(name).startswith("on")]
    assert all(re.match(r"https?://|#(r\d+|rule-\w+|recipes)$", value) for value in attributes(text, "href"))
    for code in (*root.iter("style"), *root.iter("script")):
        assert not re.search(r"url\(|@import|https?:|//\w|fetch\(|XMLHttp|innerHTML|eval\(", words(code))


def test_content_policy_allows_only_own_style_and_script() -> None:
    text = page(hostile_fleet())
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    directives = dict(part.strip().split(" ", 1) for part in policy.replace("&#39;", "'").split(";"))
    assert directives["default-src"] == "'none'"
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        [code] = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        assert directives[directive] == f"'sha256-{digest}'"
    assert text.index("Content-Security-Policy") < text.index("<style>") < text.index("<script>")


def test_style_and_script_are_independent_of_the_document() -> None:
    def code(of: dict[str, Any]) -> list[str]:
        return re.findall(r"<(?:style|script)>.*?</(?:style|script)>", page(of), re.DOTALL)

    assert code(document()) == code(hostile_fleet())


def test_page_of_samples_contains_the_whole_document() -> None:
    of, table = sweep_folder(SAMPLES)
    text = "".join(stream_sweep_html(of, table))
    root = parsed(text)
    shown = words(root)
    assert [words(row[0]) for row in by_class(root, "row")][:4] == ["keycloak", "n8n", "drone", "discourse"]
    for row in table.rows:
        assert all(cell in shown for cell in row.cells)
    for each in of["recipes"]:
        assert all(reason in shown for reason in each["reasons"])
        assert all(result["ref"] in shown for result in each["evidence"])
        for one_service in each["services"]:
            assert all(found["message"] in shown for found in one_service["findings"])
            assert (one_service["repair"]["overlay"] or "") in "".join(root.itertext())
            for values in one_service["policy"].values():
                assert all(f"{value['text']} {value['file']}:{value['line']}" in shown for value in values.values())


def test_page_reads_recipes_one_at_a_time() -> None:
    class Lazy:
        reads = 0

        def __getitem__(self, position: int) -> dict[str, Any]:
            self.reads += 1
            return not_at_risk(f"r{position}")

    many = document(*(not_at_risk(f"r{number}") for number in range(1000)))
    lazy = Lazy()
    pieces = stream_sweep_html({**many, "recipes": lazy}, table_of(many))
    for _ in range(4):
        next(pieces)
    assert 0 < lazy.reads < 500
    assert "r999" in "".join(pieces)


def test_page_is_streamed_in_small_pieces() -> None:
    many = [not_at_risk(f"r{number}") for number in range(1000)]
    of = document(*many)
    sizes = [len(piece) for piece in stream_sweep_html(of, table_of(of))]
    assert max(sizes) < sum(sizes) / 10


def test_page_is_small_for_recipes_without_risk() -> None:
    def size(count: int) -> int:
        return len(page(document(*(not_at_risk(f"r{number:04}") for number in range(count)))))

    assert (size(110) - size(10)) / 100 < 2000


def test_page_without_recipes_has_a_message(snapshot: SnapshotAssertion) -> None:
    actual = [words(each) for each in parsed(page(document())).iter("p")]
    assert format_headline({"recipes": 0}) in " ".join(actual)
    assert actual == snapshot


def test_policy_of_an_overlay_service_has_one_column(snapshot: SnapshotAssertion) -> None:
    of = mitigated()
    of["services"] = [service("probe", variants=["ccci"], policy={ORDER: {"ccci": stated("start-first", 4)}})]
    row = list(by_class(one(of), "policy")[0].iter("tr"))[1]
    cells = [words(cell) for cell in row[1:]]
    assert (cells[0], cells[2]) == (cells[1], "start-first compose.yml:4")
    assert cells == snapshot


def test_reasons_escape_backticks() -> None:
    of = recipe()
    of["reasons"] = ["an odd ` mark", "`code` in it"]
    reasons = [words(item) for item in by_class(one(of), "reasons")[0].iter("li")]
    assert reasons[:2] == ["an odd ` mark", "code in it"]
