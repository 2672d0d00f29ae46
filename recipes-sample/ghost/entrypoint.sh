#!/bin/sh
# Ghost itself cannot read a password from a file.
set -eu
database__connection__password=$(cat "$GHOST_DB_PASSWORD_FILE")
export database__connection__password
exec docker-entrypoint.sh node current/index.js
