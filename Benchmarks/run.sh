#!/usr/bin/env bash
# Measures the relay end to end next to a plain nginx reverse proxy, and fails when it falls short (see run.py).
# Settings from the environment: BENCH_SECONDS=15 BENCH_WARMUP=3 BENCH_CONNECTIONS=64 BENCH_MIN_RATIO=0.25
# BENCH_STAGE_SECONDS=4, and BENCH_BINARY=PATH to measure another build.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PATH:/usr/sbin"

for tool in nginx wrk python3; do
    if ! command -v "$tool" >/dev/null; then
        echo "bench: $tool is missing; \`make bench\` installs it" >&2
        exit 1
    fi
done
[[ -n ${BENCH_BINARY:-} || -x bin/zaphub ]] || make build

exec python3 Benchmarks/run.py
