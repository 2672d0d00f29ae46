"""Small recipes for fleet tests."""

from __future__ import annotations

HEALTHY = "healthcheck: {test: curl -f http://localhost/}"
OVERLAY = "services: {app: {deploy: {update_config: {order: stop-first}}}}\n"


def recipe(order: str = "start-first", action: str = "rollback", image: str = "example/app") -> str:
    """Return a stack with one service `app` and this policy."""
    policy = f"update_config: {{failure_action: {action}, order: {order}}}"
    return f"services: {{app: {{image: {image}, {HEALTHY}, deploy: {{{policy}}}}}}}\n"
