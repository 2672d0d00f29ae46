#!/bin/sh
# Replays an upgrade on the current Swarm: Swarm rolls it back while `docker stack deploy` returns 0. Then removes the
# stack. Exits with 0 if `rollout-lint await` reports the failed upgrade.
set -eu

stack=rollout-lint-incident
image=${IMAGE:-busybox:1.36}

# Deploys release $1, whose task uses memory $2 before it is healthy. The limit is 64M.
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
