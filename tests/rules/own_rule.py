"""Rule file of a user."""

OWN_RULE = """id: TT001
name: no-memory-limit
summary: Nothing keeps a task from taking all of a host's memory
severity: low
when:
  deploy.mode: {enum: [replicated, global]}
  deploy.resources.limits.memory: {type: "null"}
message: "{service} may take all the memory that its host has"
why: The kernel kills whatever process it likes when a host has no memory left.
fix:
  deploy: {resources: {limits: {memory: 512M}}}
sources: [https://docs.docker.com/engine/containers/resource_constraints/]
examples:
  bad:
    - at: "compose.yml:2"
      files:
        compose.yml: |
          services:
            app:
              image: example/app:1
  good:
    - files:
        compose.yml: |
          services:
            app:
              image: example/app:1
              deploy: {resources: {limits: {memory: 1G}}}
    - files:
        compose.yml: |
          services:
            app:
              image: example/app:1
              deploy: {mode: replicated-job}
"""
NAME = "TT001-no-memory-limit.yaml"
