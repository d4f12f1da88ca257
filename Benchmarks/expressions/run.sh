#!/usr/bin/env bash
# Compares the relay's evaluator of jq with libjq 1.6. Needs libjq-dev; builds in .build-bench/expressions.
set -euo pipefail
cd "$(dirname "$0")"
exec swift run -c release --scratch-path ../../.build-bench/expressions compare "$@"
