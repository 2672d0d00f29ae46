#!/bin/sh
cd "$(dirname "$0")" || exit 1
docker build -t registry.example.com/web:1 .
docker stack deploy -c docker-compose.yml -c docker-compose.prod.yml web
