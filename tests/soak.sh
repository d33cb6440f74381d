#!/usr/bin/env bash
# Kills a gateway again and again in every phase of what it does, and looks each time at what is left.
#
#   tests/soak.sh [ROUNDS]          200 of them, unless told otherwise
#   CIDLOCK_SEED=... tests/soak.sh  the same phases, moments and contents as in an earlier run
#
# It is the test that CI runs with 20 rounds. It prints the seed first and a table of kills last;
# docs/soak.md has the results of the past.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CIDLOCK_KILL_ROUNDS=${1:-200}
exec tests/run.sh --test e2e_kill -- --nocapture
