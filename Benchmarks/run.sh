#!/usr/bin/env bash
# Measures the relay end to end next to a plain nginx reverse proxy, and fails when it falls short (see run.py).
# Settings from the environment: BENCH_SECONDS=15 BENCH_WARMUP=3 BENCH_CONNECTIONS=64 BENCH_MIN_RATIO=0.45
# BENCH_MIN_POOLED_RATIO=0.18 BENCH_STAGE_SECONDS=4 BENCH_STAGE_ROUNDS=2, BENCH_BINARY=PATH to measure another build, and
# BENCH_BEFORE=PATH to compare its CPU time with that of the build at PATH (BENCH_MAX_CPU_RATIO=0.55).
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
