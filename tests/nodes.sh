#!/usr/bin/env bash
# Some private Kubo nodes on this machine, to try cidlock with; no container, no daemon, no root.
#
#   tests/nodes.sh NUMBER              for a while: what they hold goes with them
#   tests/nodes.sh NUMBER DIRECTORY    to keep: the same nodes with the same data, whenever it is run again
#
# The first run builds Kubo (tests/run.sh). It prints where the nodes are and what belongs into the
# configuration of `cidlock serve`, and stops them on Ctrl-C. See docs/ops.md.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tools=$("$here/run.sh" --tools)
eval "$tools"
exec cargo run --quiet --manifest-path "$here/Cargo.toml" --all-features --example nodes -- "$@"
