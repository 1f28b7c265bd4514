#!/bin/sh
# run.sh: the database's own rules, tried in SQL (pgTAP) on a throw-away private cluster.
#
#   [TOCSIN_BUILD=build/dev] tests/sql/run.sh [FILE.sql…]
# Prints TAP (ok / not ok lines); exit status 0 when all are ok.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${TOCSIN_BUILD:-$here/../../build/dev}
[ $# -gt 0 ] || set -- "$here"/test_*.sql

if [ -z "${TOCSIN_APP:-}" ]; then # outside still: bring a server, and run again inside
	exec "$build/tests/contract/with_cluster" "$here/run.sh" "$@"
fi

if [ "$(psql -XAtc "select count(*) from pg_available_extensions where name = 'pgtap'")" = 0 ]; then
	echo "not ok 1 - pgTAP is not installed: apt-get install pgtap"
	exit 1
fi
psql -XAqt -v ON_ERROR_STOP=1 -f "$here/helpers.sql"
bad=0
for file; do
	echo "# $(basename "$file")"
	out=$(psql -XAqt -v ON_ERROR_STOP=1 -f "$file" 2>&1) || bad=1
	echo "$out" | grep -v '^$'
	if echo "$out" | grep -q '^not ok\|^# Looks like'; then bad=1; fi
done
exit $bad
