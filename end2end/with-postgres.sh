#!/usr/bin/env bash
# with-postgres.sh DIR COMMAND…: starts a PostgreSQL of its own on a free loopback port, its data in
# DIR, runs COMMAND with TEST_POSTGRES_URL, and stops it however the command ends.
#
# Where no PostgreSQL server program is installed, says so and runs COMMAND without it: the tests
# then run on SQLite alone.
set -euo pipefail

dir=$(realpath -m "$1")
shift


find_programs() {
  local found
  found=$(command -v initdb || true)
  if [[ -z $found ]]; then
    # The newest of the versions that Debian keeps side by side.
    found=$(find /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1)
  fi
  [[ -n $found ]] && dirname "$(realpath "$found")"
}

run_without() {
  printf '\033[1m==> PostgreSQL tests are skipped: %s\033[0m\n' "$1"
  shift
  exec "$@"
}

programs=$(find_programs) || run_without 'no PostgreSQL server program is installed (`apt-get install postgresql` brings it).' "$@"

# PostgreSQL refuses to run as root.
as=()
if ((EUID == 0)); then
  id postgres >/dev/null 2>&1 && command -v runuser >/dev/null ||
    run_without 'this is root, and there is no user `postgres` to run it as.' "$@"
  as=(runuser -u postgres --)
fi

stop() {
  if [[ -f $dir/data/postmaster.pid ]]; then
    "${as[@]}" "$programs/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true
  fi
}

# One that an interrupted run left behind.
stop
rm -rf "$dir"
mkdir -p "$dir"
if ((EUID == 0)); then
  chown postgres "$dir"
  if ! "${as[@]}" test -w "$dir"; then
    # A parent directory is closed to that user.
    rmdir "$dir"
    dir=$(mktemp -d)
    chown postgres "$dir"
  fi
fi
trap 'stop; rm -rf "$dir"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

cd "$dir"
"${as[@]}" "$programs/initdb" --no-sync -A trust -U postgres -D "$dir/data" >"$dir/initdb.log" 2>&1 || {
  cat "$dir/initdb.log" >&2
  exit 1
}
for _ in 1 2 3 4 5; do
  port=$((20000 + RANDOM % 20000))
  # Durability is not under test, and no socket file: its path may be too long.
  options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c max_connections=200"
  if "${as[@]}" "$programs/pg_ctl" -D "$dir/data" -l "$dir/data/log" -o "$options" -w -t 30 start >/dev/null 2>&1; then
    started=$port
    break
  fi
done
cd "$OLDPWD"
if [[ -z ${started:-} ]]; then
  tail -n 5 "$dir/data/log" >&2
  echo 'PostgreSQL could not be started; its last words are above.' >&2
  exit 1
fi
printf '\033[1m==> PostgreSQL %s on port %s\033[0m\n' "$("$programs/postgres" --version | awk '{print $3}')" "$started"
TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$started/postgres" "$@"
