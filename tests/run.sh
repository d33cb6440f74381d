#!/usr/bin/env bash
# Runs every test of the workspace, against real servers and public tools.
#
#   tests/run.sh [ARGS FOR cargo test]     e.g. tests/run.sh kubo_cids, tests/run.sh -- --nocapture
#   eval "$(tests/run.sh --tools)"         prepares the tools only; afterwards `cargo test` runs by itself
#
# It needs Rust, a C compiler with make, Go, Python, curl and a PostgreSQL server, and says which one is missing.
# What it builds (Kubo, from its Go module) and installs (a Python environment) is kept in
# ${CIDLOCK_CACHE:-the user's cache directory}/cidlock-tests, under names that carry a hash of what went
# in: a second run finds all of it, a changed version is made anew, an interrupted one leaves no half.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tools=tests/tools
cache=${CIDLOCK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}}/cidlock-tests

say() { printf '%s\n' "tests/run.sh: $*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

# at_least 1.26 1.26.8
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# A short name for the content of some files and words.
digest() { python3 -c 'import hashlib,sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest()[:12])'; }

missing=()
# need TOOL MINIMUM FOUND HINT
need() {
    if [ -z "$3" ]; then
        missing+=("$1 $2 or newer: not found ($4)")
    elif ! at_least "$2" "$3"; then
        missing+=("$1 $2 or newer: found $3 ($4)")
    fi
}

check_prerequisites() {
    local rust='' go='' python=''
    if have cargo && have rustc; then rust=$(rustc --version | cut -d ' ' -f 2); fi
    if have go; then go=$(GOTOOLCHAIN=local go env GOVERSION | sed 's/^go//'); fi
    if have python3; then python=$(python3 -c 'import platform; print(platform.python_version())'); fi
    need Rust 1.95 "${rust%%-*}" "rustup toolchain install 1.95"
    need Go 1.26.5 "$go" "the release from the Go project; distributions often lag behind"
    need Python 3.11 "$python" "Debian: python3 python3-venv"
    have cc || missing+=("a C compiler: not found (Debian: gcc libc6-dev)")
    have make || have gmake || missing+=("make: not found (Debian: make)")
    if [ -n "$python" ] && ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
        missing+=("Python's venv module: not found (Debian: python3-venv)")
    fi
    if [ ${#missing[@]} -gt 0 ]; then
        say "these are missing:"
        printf '  - %s\n' "${missing[@]}" >&2
        exit 1
    fi
}

# The directory of a PostgreSQL server's programs: distributions keep them off the PATH, the newest last.
postgres_bin() {
    local dir
    for dir in $(have initdb && dirname "$(command -v initdb)") \
        $(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin | sort -rV); do
        if [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ]; then
            printf '%s\n' "$dir"
            return
        fi
    done
    return 1
}

# apt PACKAGE WHAT: installs into the system, only where that is plainly allowed.
apt() {
    if [ "$(id -u)" = 0 ] && have apt-get; then
        say "installing $2"
        apt-get update -q >&2 </dev/null
        DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$1" >&2 </dev/null
    fi
}

prepare_postgres() {
    postgres_bin >/dev/null && return
    apt postgresql "the PostgreSQL server"
    postgres_bin >/dev/null || {
        say "a PostgreSQL server is missing: no initdb found (Debian: postgresql)"
        exit 1
    }
}

# A test runs the README's lines as they stand there.
prepare_curl() {
    have curl && return
    apt curl curl
    have curl || {
        say "curl is missing (Debian: curl)"
        exit 1
    }
}

# build_kubo DIRECTORY: `go build` of the version that tests/tools/kubo/go.mod pins, checked against go.sum.
build_kubo() {
    say "building Kubo $(sed -n 's|.*github.com/ipfs/kubo v\([0-9.]*\).*|\1|p' "$tools/kubo/go.mod") (two to five minutes, once)"
    GOTOOLCHAIN=local GOFLAGS='-mod=readonly -buildvcs=false' \
        go -C "$tools/kubo" build -trimpath -ldflags='-s -w' -o "$1/ipfs" github.com/ipfs/kubo/cmd/ipfs >&2
}

# build_python DIRECTORY
build_python() {
    say "installing $(grep -cv '^#' "$tools/requirements.txt") Python packages"
    python3 -m venv "$1/venv" &&
        "$1/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -r "$tools/requirements.txt" >&2
}

# once NAME MAKER: the directory of that name in the cache, made by MAKER unless it is complete already.
once() {
    local dir=$cache/$1
    if [ ! -e "$dir/complete" ]; then
        rm -rf "$dir"
        mkdir -p "$dir"
        "$2" "$dir" && : >"$dir/complete" || return
    fi
    printf '%s\n' "$dir"
}

# Two runs at once would build into the same directory; where flock is missing that is left to the caller.
prepare_tools() {
    mkdir -p "$cache"
    if have flock; then
        exec 9>"$cache/lock"
        flock 9
    fi
    local kubo python
    kubo=$(once "kubo-$(cat "$tools/kubo/go.mod" "$tools/kubo/go.sum" | digest)" build_kubo)
    python=$(once "python-$({ cat "$tools/requirements.txt"; python3 -VV; command -v python3; } | digest)" build_python)
    exec 9>&-
    export CIDLOCK_TEST_IPFS=$kubo/ipfs
    export CIDLOCK_TEST_PYTHON=$python/venv/bin/python
    CIDLOCK_TEST_POSTGRES=$(postgres_bin)
    export CIDLOCK_TEST_POSTGRES
}

check_prerequisites
prepare_postgres
prepare_curl
prepare_tools
if [ "${1:-}" = --tools ]; then
    for name in CIDLOCK_TEST_IPFS CIDLOCK_TEST_PYTHON CIDLOCK_TEST_POSTGRES; do
        printf 'export %s=%q\n' "$name" "${!name}"
    done
    exit
fi
exec cargo test --workspace --all-features "$@" </dev/null
