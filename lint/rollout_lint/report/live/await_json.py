"""`await --format json`; `schemas/await.schema.json` describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rollout_lint.report.common.json_values import VERSION, format_json

if TYPE_CHECKING:
    from datetime import datetime

    from rollout_lint.live import Convergence, Failure, Result
    from rollout_lint.live.model import UpdateStatus


def format_await_json(convergence: Convergence) -> str:
    """Return the JSON document of the awaited updates."""
    results = convergence.results
    document = {
        "version": VERSION,
        "names": list(convergence.names),
        "seconds": round(convergence.seconds, 1),
        "exit_code": convergence.exit_code,
        "services": [_convert_result(result) for result in results],
        "mismatches": list(convergence.mismatches),
        "summary": {
            "services": len(results),
            "converged": sum(result.ok for result in results),
            "failed": sum(result.is_final and not result.ok for result in results),
            "not_over": sum(not result.is_final for result in results),
        },
    }
    return format_json(document)


def _convert_result(result: Result) -> dict[str, Any]:
    service = result.service
    return {
        "service": result.name,
        "stack": service.stack if service else None,
        "outcome": result.outcome.value,
        "converged": result.ok,
        "message": result.message,
        "image": service.spec.image if service else None,
        "version": service.version if service else None,
        "update": convert_update(service.update) if service and service.update else None,
        "running": result.running,
        "wanted": result.desired,
        "failures": [_convert_failure(failure) for failure in result.failures],
        "events": [{"after": event.after, "message": event.message} for event in result.events],
    }


def convert_update(update: UpdateStatus) -> dict[str, Any]:
    """Return the update status that Docker reports."""
    return {
        "state": update.state,
        "started": _format_time(update.started),
        "completed": _format_time(update.completed),
        "message": update.message or None,
    }


def _convert_failure(failure: Failure) -> dict[str, Any]:
    return {
        "task": failure.task,
        "slot": failure.slot,
        "release": "new" if failure.is_new else "old",
        "image": failure.image or None,
        "exit_code": failure.exit_code,
        "at": _format_time(failure.time),
        "message": failure.message,
    }


def _format_time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
