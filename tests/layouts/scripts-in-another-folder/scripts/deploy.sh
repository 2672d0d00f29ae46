#!/bin/sh
set -eu
cd "$(dirname "$0")/.."
docker stack deploy --prune --compose-file stacks/shop.yml --compose-file stacks/production.yml shop
docker stack deploy -c stacks/mail.yml mail
