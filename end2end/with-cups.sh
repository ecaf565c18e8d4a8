#!/usr/bin/env bash
# with-cups.sh DIR COMMAND…: starts a CUPS of its own on a free loopback port, everything of it in
# DIR, runs COMMAND with TEST_CUPS_URL (a raw queue) and TEST_CUPS_OUTPUT (the file it prints to), and
# stops it however the command ends.
#
# Where no cupsd is installed, says so and runs COMMAND without it: IPP is then tested against the
# server inside the tests alone.
set -euo pipefail

dir=$(realpath -m "$1")
shift

run_without() {
  printf '\033[1m==> CUPS tests are skipped: %s\033[0m\n' "$1"
  shift
  exec "$@"
}

# Debian keeps it where only root looks.
cupsd=$(PATH=$PATH:/usr/sbin:/sbin type -P cupsd) ||
  run_without 'no CUPS server is installed (`end2end/tools.sh cups` brings it).' "$@"

stop() {
  if [[ -n ${server:-} ]]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
}

rm -rf "$dir"
mkdir -p "$dir"
if ((EUID == 0)) && ! runuser -u lp -- test -x "$dir" 2>/dev/null; then
  # CUPS prints as user `lp`, to whom a parent directory is closed.
  rmdir "$dir"
  dir=$(mktemp -d)
  chmod 755 "$dir"
fi
trap 'stop; rm -rf "$dir"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

mkdir -p "$dir"/{etc,spool/tmp,cache,run,log,bin/backend}
: >"$dir/output"
chmod 666 "$dir/output"
# The usual programs, but one backend of ours: it appends what it is given, so that a second print shows.
for part in daemon filter notifier; do
  ln -s "/usr/lib/cups/$part" "$dir/bin/$part"
done
cat >"$dir/bin/backend/append" <<'BACKEND'
#!/bin/sh
[ $# -eq 0 ] && exit 0
exec cat ${6+"$6"} >>"${DEVICE_URI#append:}"
BACKEND
chmod 755 "$dir/bin/backend/append"

cat >"$dir/etc/printers.conf" <<PRINTERS
<Printer labels>
Info labels
DeviceURI append:$dir/output
State Idle
Accepting Yes
Shared No
JobSheets none none
OpPolicy default
ErrorPolicy stop-printer
</Printer>
PRINTERS

cat >"$dir/etc/cups-files.conf" <<FILES
ServerRoot $dir/etc
ServerBin $dir/bin
RequestRoot $dir/spool
TempDir $dir/spool/tmp
CacheDir $dir/cache
StateDir $dir/run
AccessLog $dir/log/access
ErrorLog $dir/log/error
PageLog $dir/log/page
FILES

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

for _ in 1 2 3 4 5; do
  port=$((20000 + RANDOM % 20000))
  answers "$port" && continue
  cat >"$dir/etc/cupsd.conf" <<CONF
Listen 127.0.0.1:$port
Browsing No
WebInterface No
DefaultAuthType None
<Location />
  Allow all
</Location>
<Policy default>
  <Limit All>
    Allow all
  </Limit>
</Policy>
CONF
  "$cupsd" -f -c "$dir/etc/cupsd.conf" -s "$dir/etc/cups-files.conf" >"$dir/log/start" 2>&1 &
  server=$!
  for _ in {1..50}; do
    if answers "$port"; then
      started=$port
      break 2
    fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  stop
done
if [[ -z ${started:-} ]]; then
  tail -n 5 "$dir/log/start" "$dir/log/error" >&2 || true
  echo 'CUPS could not be started; its last words are above.' >&2
  exit 1
fi
printf '\033[1m==> CUPS on port %s\033[0m\n' "$started"
TEST_CUPS_URL="ipp://127.0.0.1:$started/printers/labels" TEST_CUPS_OUTPUT="$dir/output" "$@"
