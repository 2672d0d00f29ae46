"""A recipe at risk, and the same repaired."""

SAFE = """version: "3.8"
services:
  app:
    image: example/app:2
    healthcheck: {test: curl -f http://localhost/}
    deploy:
      update_config:
        failure_action: rollback
        order: stop-first
"""
RISKY = SAFE.replace("stop-first", "start-first")
