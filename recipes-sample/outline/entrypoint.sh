#!/bin/sh
set -eu

from() { cat "/run/secrets/$1"; }

AWS_SECRET_ACCESS_KEY=$(from aws_secret_key)
OIDC_CLIENT_SECRET=$(from oidc_client_secret)
SECRET_KEY=$(from secret_key)
UTILS_SECRET=$(from utils_secret)
DATABASE_URL="postgres://outline:$(from db_password)@db:5432/outline"
export AWS_SECRET_ACCESS_KEY OIDC_CLIENT_SECRET SECRET_KEY UTILS_SECRET DATABASE_URL

exec "$@"
