"""Folder in which every text from outside is a hostile value."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from tests.fleet.recipes import HEALTHY, recipe
from tests.live.recordings import load_recording
from tests.rules.own_rule import OWN_RULE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Value = Callable[[str], str]

GOOD = "good"
"""Folder of the files that commands can read. Files with errors that end a run are in `bad` beside it."""
NOT_UTF8 = os.fsdecode(b"bytes\xff\xc3(")
RISKY = "deploy: {update_config: {failure_action: rollback, order: start-first}}"


def write_tree(folder: Path, value: Value) -> None:
    """Write the files. `value` returns the hostile value of a place."""
    files = {
        **_recipe_files(value),
        **_error_files(value),
        **_config_files(value),
        **_fleet_files(value),
        **_rule_files(value),
        **_live_files(value),
    }
    for name, text in files.items():
        path = folder / name if name.startswith("bad/") else folder / GOOD / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="")


def _recipe_files(value: Value) -> dict[str, str]:
    text = yaml(value)
    return {
        f"{value('folder')}/compose.yml": recipe(),
        f"{NOT_UTF8}/compose.yml": recipe(),
        "app/compose.yml": recipe(image='"example/app:${TAG}"'),
        f"app/compose.{value('overlay')}.yml": f"services: {{app: {{hostname: a, {RISKY}}}}}\n",
        "app/.env.sample": f"{value('variable')}=1\n# COMPOSE_FILE=compose.yml:{value('listed')}\nTAG={value('tag')}\n",
        f"files/{value('file')}.yml": recipe(),
        "global/compose.yml": "services: {app: {image: b, deploy: {mode: global}}}\n",
        f"deploy-{value('script')}.sh": "docker stack deploy -c values/compose.yml -c app/compose.yml x\n",
        f"composed/{value('composed')}.yml": "services: {a: {build: ., profiles: [x]}}\n",
        f"lone/{value('lone')}.yml": "services: {a: {deploy: {replicas: 2}}}\n",
        "values/compose.yml": "services:\n  app:\n"
        f"    image: {text('image')}\n    command: {text('command')}\n"
        f"    labels: {{{text('label')}: {text('label-value')}}}\n"
        f"    healthcheck: {{test: {text('healthcheck')}}}\n"
        f"    volumes: [{{type: bind, source: {text('source-path')}, target: {text('target')}}}]\n"
        f"    environment: {{A: {text('environment')}}}\n    user: {text('user')}\n"
        "    deploy:\n      update_config:\n"
        f"        order: start-first\n        failure_action: {text('failure-action')}\n"
        f"      placement: {{constraints: [{text('constraint')}]}}\n"
        f"      endpoint_mode: {text('endpoint-mode')}\n"
        f"      restart_policy: {{condition: {text('condition')}}}\n"
        f"volumes: {{data: {{name: {text('volume')}, driver: {text('driver')}}}}}\n"
        f"networks: {{net: {{external: true, name: {text('network')}}}}}\n",
        "values/compose.ccci.yml": f"services: {{app: {{image: {text('image-ci')}, deploy: {{replicas: 0}}}}}}\n",
    }


def _error_files(value: Value) -> dict[str, str]:
    text = yaml(value)
    return {
        "errors/service/compose.yml": f"services: {{{text('service')}: {{image: b}}}}\n",
        "errors/key/compose.yml": f"{text('key')}: 1\nservices: {{a: {{image: b, {text('service-key')}: 1}}}}\n",
        "errors/types/compose.yml": "services:\n  a:\n    image: b\n"
        f"    stop_grace_period: {text('duration')}\n    ports: [{text('port')}]\n    ulimits: {text('ulimits')}\n"
        f"    volumes: [{text('mount')}]\n    depends_on: {text('list')}\n    env_file: [{text('env-file')}]\n"
        f"    deploy: {{replicas: {text('integer')}, resources: {{limits: {{memory: {text('size')}}}}}}}\n",
        "errors/version/compose.yml": f"version: {text('version')}\nservices: {{a: {{image: b}}}}\n",
        "errors/syntax/compose.yml": f"services: {{a: {{image: b}}}}\nx-a: [{text('syntax')}\n",
        "errors/raw/compose.yml": f"services: {{a: {{image: b}}}}\n{value('raw')}\n",
        "errors/tag/compose.yml": f"services: {{a: {{image: !{value('yaml-tag')} b}}}}\n",
        "errors/variable/compose.yml": f"services: {{a: {{image: {text('braces').replace('a', '${a', 1)}}}}}\n",
        "errors/required/compose.yml": 'services: {a: {image: "${A:?' + text("required")[1:-1] + '}"}}\n',
        "errors/twice/compose.yml": f"services: {{a: {{image: b}}}}\n{text('twice')}: 1\n{text('twice')}: 1\n",
        "errors/extends/compose.yml": f"services: {{a: {{image: b, extends: {{file: {text('extends')}}}}}}}\n",
        "errors/secret/compose.yml": f"services: {{a: {{image: b, secrets: [{text('secret')}]}}}}\n",
        "errors/template/compose.yml": f"services:\n{{% if {value('template')} %}}\n  a: {{image: b}}\n{{% endif %}}\n",
    }


def _config_files(value: Value) -> dict[str, str]:
    text = yaml(value)
    return {
        "suppressed/compose.yml": recipe(),
        "suppressed/.rollout-lint.yml": f"ignore: [{{rule: RL001, reason: {text('reason')}}}]\n"
        f"images: {{{text('config-image')}: {{runtime: {text('runtime')}}}}}\noverlays: [{text('config-overlay')}]\n"
        f"exclude: [{text('exclude')}]\nstacks: [{{files: [compose.yml], name: {text('stack-name')}}}]\n",
        "commented/compose.yml": f"services:\n  app:\n    image: b\n    {HEALTHY}\n    deploy:\n      update_config:\n"
        "        failure_action: rollback\n"
        f"        order: start-first  # rollout-lint: ignore[RL001] {value('comment')}\n",
        "bad/config/compose.yml": recipe(),
        "bad/config/.rollout-lint.yml": f"{text('config-key')}: 1\nfail-on: {text('fail-on')}\n"
        f"severity: {{{text('severity-rule')}: {text('severity')}}}\n",
        "bad/rule-name/compose.yml": recipe(),
        "bad/rule-name/.rollout-lint.yml": f"disable: [{text('disabled')}]\n",
        "bad/toml/compose.yml": recipe(),
        "bad/toml/rollout-lint.toml": f"a = {value('toml')}\n",
        "baselines/bad.json": json.dumps({"version": value("baseline"), value("baseline-key"): 1}),
        "baselines/odd.json": value("baseline-text"),
        "list.txt": f"{value('listed-path')}\0files/{value('listed-path')}.yml\0",
    }


def _fleet_files(value: Value) -> dict[str, str]:
    text = yaml(value)
    # Results with other values are rejected.
    plain = yaml(lambda place: value(place) if value(place).isprintable() else f"::error::{place}")
    return {
        "fleet/fleet.yml": "version: 1\nresults: [results.yml]\nrecipes:\n"
        f"  - {{name: {plain('recipe')}, path: one, role: {text('role')}, runtime: {text('fleet-runtime')}, "
        f"note: {text('note')}}}\n  - {{name: two, path: two}}\n",
        "fleet/one/compose.yml": recipe(),
        "fleet/two/compose.yml": recipe(),
        "fleet/results.yml": "- {recipe: two, date: 2026-06-10, upgrade: pass, level: 4}\n"
        f"- {{recipe: {plain('recipe')}, date: 2026-06-10, ref: {plain('ref')}, upgrade: fail}}\n",
        "bad/fleet/fleet.yml": f"version: 1\n{text('fleet-key')}: 1\nrecipes: [{{name: {text('missing-recipe')}}}, "
        f"{{name: x, path: {text('missing-path')}, memory: {text('memory')}}}]\n",
        "bad/results/fleet.yml": f"version: 1\nresults: [a.yml, b.xml, c.json, {text('missing-results')}]\n",
        "bad/results/x/compose.yml": recipe(),
        "bad/results/a.yml": f"- {{recipe: {text('result-recipe')}, date: {text('date')}, "
        f"upgrade: {text('upgrade')}}}\n",
        "bad/results/b.xml": f"<a>{value('xml')}</b>",
        "bad/results/c.json": value("result-text"),
        "meta/compose.yml": recipe(),
        "meta/recipe_meta.py": f"EXPECT = {value('meta')!r}\n{value('meta-text')}\n",
        "old.json": json.dumps(_earlier_sweep(value)),
        "bad/old.json": json.dumps({"version": 1, "recipes": [{"recipe": value("old-key"), value("old-key"): 1}]}),
    }


def _earlier_sweep(value: Value) -> dict[str, Any]:
    """Return the document of an earlier sweep, in which a recipe has vanished."""
    risk = {"level": "latent-medium", "text": value("old-risk"), "because": [value("old-reason")], "rule": "RL001"}
    row = {"recipe": value("old-recipe"), "risk": risk, "rules": [value("old-rule")], "services": []}
    rows = [row, {**row, "recipe": "two", "risk": {**risk, "level": "safe"}}]
    return {"version": 1, "date": value("old-date"), "recipes": rows, "summary": {"recipes": 2}}


def _rule_files(value: Value) -> dict[str, str]:
    text = yaml(value)
    own = OWN_RULE
    for line, changed in {
        "summary: Nothing keeps a task from taking all of a host's memory": f"summary: {text('summary')}",
        'message: "{service} may take all the memory that its host has"': "message: "
        + text("message").replace('"', '"{service} ', 1),
        "why: The kernel kills whatever process it likes when a host has no memory left.": f"why: {text('why')}\n"
        f"likelihood: {text('likelihood')}\nmitigation: {text('mitigation')}\ntrade_off: {text('trade-off')}\n"
        f"alternative: {text('alternative')}\nassumes: {text('assumes')}\n"
        f"notes: {{deploy.mode: {text('rule-note')}, deploy.resources.limits.memory: {text('rule-note')}}}",
        "  deploy: {resources: {limits: {memory: 512M}}}": f"  deploy: {{endpoint_mode: {text('fix-value')}}}",
        "sources: [https://docs.docker.com/engine/containers/resource_constraints/]": f"sources: [{text('source')}]",
    }.items():
        assert line in own
        own = own.replace(line, changed, 1)
    own = own.replace(
        "        compose.yml: |\n",
        f"        {text('example-file')}: {json.dumps('x-a: ' + text('example'))}\n        compose.yml: |\n",
    )
    advice = OWN_RULE.replace("TT001", "TT002").replace("name: no-memory-limit", "name: advice")
    before, _, after = advice.partition("fix:\n")
    advice = f"{before}fix: null\nadvice: {text('advice')}\n{after.partition(chr(10))[2]}"
    return {
        "rules/TT001-no-memory-limit.yaml": own,
        "rules/TT002-advice.yaml": advice,
        f"bad/rules/{value('rule-file')}.yaml": OWN_RULE.replace("TT001", "TT003"),
        "bad/fact/TT001-no-memory-limit.yaml": OWN_RULE.replace("  deploy.mode:", f"  {text('fact')}:"),
        "bad/rule/TT004-x.yaml": f"id: {text('rule-id')}\nname: {text('rule-name')}\n"
        f"severity: {text('rule-severity')}\nwhen: {{deploy.mode: {{const: 1}}}}\n{text('rule-key')}: 1\n",
    }


def _live_files(value: Value) -> dict[str, str]:
    """Return the answers of Docker, in files that are named for its commands."""
    service, tasks = load_recording("incident").last
    labels = {**service["Spec"]["Labels"], "com.docker.stack.namespace": value("stack"), value("live-label"): "x"}
    service["Spec"] |= {"Name": value("live-service"), "Labels": labels}
    service["PreviousSpec"] = {**service["Spec"], "Labels": {value("previous-label"): "x"}}
    service["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"] = value("live-image")
    service["Spec"]["UpdateConfig"]["FailureAction"] = value("live-action")
    service["UpdateStatus"] |= {"State": "paused", "Message": value("update-message")}
    unknown = {**service, "ID": "b" * 25, "UpdateStatus": {"State": value("update-state")}}
    for number, task in enumerate(tasks):
        task["Status"] |= {"State": ("failed", "pending", "rejected")[number], "Err": value("task-error")}
        task["Spec"]["ContainerSpec"]["Image"] = value("task-image")
        task["DesiredState"] = "running"
    return {
        "docker/service-ls": f"{service['ID']}\n{unknown['ID']}\n",
        "docker/service-ps": "".join(f"{task['ID']}\n" for task in tasks),
        "docker/service-inspect": json.dumps([service, unknown]),
        "docker/inspect---type": json.dumps(tasks),
        "docker/error": f"first\n{value('docker-error')}",
        "bad/services.json": json.dumps([{"ID": 3, "Spec": {"Name": value("bad-service")}}]),
        "bad/odd-services.json": value("odd-services"),
    }


def yaml(value: Value) -> Value:
    """Return a function for values in double quotes, with escapes that YAML and JSON share."""
    return lambda place: json.dumps(value(place))
