#!/usr/bin/env bash
# Measures what cidlock costs, beside a real Kubo; a whole run writes docs/benchmarks.md.
#
#   tests/bench.sh                          all of it, about fifteen minutes; nothing else should run
#   tests/bench.sh --quick                  small sizes: does it run
#   tests/bench.sh --only transfer          transfer, ranges, memory, small, kubo-transfer, kubo-ranges,
#                                           kubo-memory or kubo-small; may be given again
#   tests/bench.sh --rounds 9               rounds beside Kubo
#
# It needs what tests/run.sh needs, and some 20 GB on the disk of ${TMPDIR:-/tmp}.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tools=$(tests/run.sh --tools)
eval "$tools"
exec cargo bench --package cidlock-tests --all-features --bench figures -- "$@"
