#!/usr/bin/env bash
# tools.sh rust|node|chromium|postgres|cups: looks for a tool, installs it with the ordinary package client where
# that is possible, and else says in one sentence what is missing and how to get it.
# `tools.sh chromium-path` prints where Chromium is.
set -euo pipefail

missing() {
  printf 'Missing: %s\n' "$1" >&2
  exit 1
}

have() { type -P "$1" >/dev/null; }

say() { printf '\033[1m==> %s\033[0m\n' "$1"; }

rust() {
  have cargo || missing 'the Rust toolchain (cargo); install rustup from rustup.rs, then run `rustup toolchain install stable`.'
  have cc || have gcc || missing 'a C compiler, for SQLite; install it with `apt-get install build-essential` (or your system'"'"'s package).'
  cargo fmt --version >/dev/null 2>&1 || missing 'rustfmt; get it with `rustup component add rustfmt`.'
  cargo clippy --version >/dev/null 2>&1 || missing 'clippy; get it with `rustup component add clippy`.'
  local target=wasm32-unknown-unknown
  if ! ls "$(rustc --print target-libdir --target $target)"/libstd-*.rlib >/dev/null 2>&1; then
    have rustup || missing "the Rust target $target; get it with \`rustup target add $target\`."
    say "Installing the Rust target $target"
    rustup target add $target || missing "the Rust target $target, which could not be installed; see rustup's message above."
  fi
}

node_and_npm() {
  have node || missing 'Node.js 20 or newer; install it with `apt-get install nodejs npm` (or from nodejs.org).'
  have npm || missing 'npm; install it with `apt-get install npm`.'
  local major
  major=$(node --print 'process.versions.node.split(".")[0]')
  ((major >= 20)) || missing "Node.js 20 or newer (this is $major); install it from nodejs.org."
}

chromium_path() {
  if [[ -n ${CHROMIUM:-} ]]; then
    have "$CHROMIUM" || missing "Chromium at $CHROMIUM, where CHROMIUM says it is; correct or unset CHROMIUM."
    type -P "$CHROMIUM"
    return
  fi
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if have "$name"; then
      type -P "$name"
      return
    fi
  done
  return 1
}

# apt_install HELP PACKAGE…: installs Debian packages, or says HELP.
apt_install() {
  local by_hand=$1
  shift
  have apt-get || missing "$by_hand"
  local root=()
  if ((EUID != 0)); then
    have sudo || missing "$by_hand"
    root=(sudo)
  fi
  local install=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@")
  # Lists of packages may be missing or old on a new machine.
  "${install[@]}" >/dev/null 2>&1 || { "${root[@]}" apt-get update -qq && "${install[@]}" >/dev/null; } || missing "$by_hand"
}

chromium() {
  if [[ -n ${CHROMIUM:-} ]] || chromium_path >/dev/null; then
    chromium_path >/dev/null
    return
  fi
  local by_hand='Chromium, for the browser tests; install it with `apt-get install chromium`, or set CHROMIUM to a Chromium or Chrome that is there.'
  say 'Installing Chromium'
  apt_install "$by_hand" chromium fonts-dejavu-core
  chromium_path >/dev/null || missing "$by_hand"
}

postgres() {
  local by_hand='PostgreSQL, for the tests on it; install it with `apt-get install postgresql`.'
  local programs=/usr/lib/postgresql/*/bin/initdb
  have initdb || compgen -G "$programs" >/dev/null && return
  say 'Installing PostgreSQL'
  apt_install "$by_hand" postgresql
  have initdb || compgen -G "$programs" >/dev/null || missing "$by_hand"
}

cups() {
  local by_hand='CUPS, for the tests of printing; install it with `apt-get install cups-daemon`.'
  local PATH=$PATH:/usr/sbin:/sbin
  have cupsd && return
  say 'Installing CUPS'
  apt_install "$by_hand" cups-daemon
  have cupsd || missing "$by_hand"
}

case ${1:-} in
rust) rust ;;
node) node_and_npm ;;
chromium) chromium ;;
chromium-path) chromium_path ;;
postgres) postgres ;;
cups) cups ;;
*)
  echo 'usage: tools.sh rust|node|chromium|chromium-path|postgres|cups' >&2
  exit 2
  ;;
esac
