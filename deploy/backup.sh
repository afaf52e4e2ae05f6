#!/bin/sh
# backup.sh FOLDER: one dump of the database of DATABASE_URL, read back once, whole or not there at all.
# By the door that keeps sessions (or PostgreSQL itself): a dump is one long transaction.
# Files come after the dump: what it names is then in their copy too (docs/operations.md).
set -eu
umask 077
at=$(date -u +%Y%m%dT%H%M%SZ)
dump="$1/portal-$at.dump"
trap 'rm -f "$dump.part"' EXIT
pg_dump --format=custom --no-owner --dbname="$DATABASE_URL" --file="$dump.part"
pg_restore --list "$dump.part" >/dev/null
mv "$dump.part" "$dump"
(cd "$1" && sha256sum "portal-$at.dump" >"portal-$at.dump.sha256")
echo "$dump"
