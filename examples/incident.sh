#!/bin/sh
# Replays, on the Swarm that docker speaks to, an upgrade that Swarm rolls back while `docker stack deploy` says 0, and
# takes away again what it has made. It ends with 0 where `rollout-lint await` fails the upgrade.
set -eu

stack=rollout-lint-incident
image=${IMAGE:-busybox:1.36}

# The release $1, whose task takes the memory $2 before it answers; it may have 64M. A healthcheck asks whether it does.
deploy() {
    docker stack deploy --resolve-image=never --compose-file=- "$stack" <<END
version: "3.8"
services:
  app:
    image: $image
    command:
      - sh
      - -c
      - dd if=/dev/zero of=/dev/null bs=$2 count=1 || exit \$\$?; touch /tmp/ready; exec sleep 3600
    healthcheck: {test: [CMD, test, -e, /tmp/ready], interval: 1s, timeout: 10s}
    networks: [host]
    deploy:
      labels: {release: $1}
      resources: {limits: {memory: 64M}}
      update_config: {failure_action: rollback, order: start-first}
networks: {host: {external: true, name: host}}
END
}

docker node ls >/dev/null
trap 'docker stack rm "$stack" >/dev/null' EXIT
deploy old 1M
rollout-lint await "$stack" --settle 2s
deploy new 512M
echo "docker stack deploy has returned $?"
code=0
rollout-lint await "$stack" --expect-label release=new || code=$?
echo "rollout-lint await has returned $code"
test "$code" -eq 1
