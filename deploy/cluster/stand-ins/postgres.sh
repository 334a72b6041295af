#!/bin/sh
# Starts PostgreSQL as the official image does with the settings of docker/compose.yaml, from Debian's package.
set -eu
data=/var/lib/postgresql/data
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$data"
  chown postgres:postgres "$data"
  chmod 700 "$data"
  exec setpriv --reuid postgres --regid postgres --init-groups "$0"
fi
programs=$(echo /usr/lib/postgresql/*/bin)
if [ ! -s "$data/PG_VERSION" ]; then
  "$programs/initdb" --pgdata "$data" --username postgres --pwfile "$POSTGRES_PASSWORD_FILE" --encoding UTF8 --locale C.UTF-8 \
    --auth-local trust --auth-host scram-sha-256
  echo "host all all all scram-sha-256" >> "$data/pg_hba.conf"
fi
exec "$programs/postgres" -D "$data" -c listen_addresses='*' -c unix_socket_directories=/tmp
