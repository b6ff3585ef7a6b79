#!/bin/sh
# Run by the image's entry point when the data are made: the extension in POSTGRES_DB, and its settings.
set -eu

version=
case "${PGSTREAM_EXTENSION:-pg_stream}" in
  pg_stream) name=pg_stream ;;
  pg_trickle | pg_trickle@0.108) name=pg_trickle ;;
  pg_trickle@0.67)
    name=pg_trickle
    version="VERSION '0.67.0'"
    ;;
  *)
    echo "PGSTREAM_EXTENSION is pg_stream, pg_trickle, pg_trickle@0.108 or pg_trickle@0.67, not '$PGSTREAM_EXTENSION'." >&2
    exit 1
    ;;
esac

cat "/usr/share/pgstream/$name.conf" >>"$PGDATA/postgresql.conf"
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --command "CREATE EXTENSION $name $version"
