#!/bin/sh
cat anchors.yml app.yml | docker stack deploy -c - app
cat anchors.yml worker.yml | docker stack deploy -c - worker
docker stack deploy -c redis.yml redis
