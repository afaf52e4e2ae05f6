#!/bin/sh
# restore.sh DUMP: puts a dump of backup.sh into the empty database of DATABASE_URL, all of it or nothing.
set -eu
(cd "$(dirname "$1")" && sha256sum --check --quiet "$(basename "$1").sha256")
pg_restore --exit-on-error --single-transaction --no-owner --dbname="$DATABASE_URL" "$1"
