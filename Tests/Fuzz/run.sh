#!/usr/bin/env bash
# Fuzzes the parser and the evaluator of expressions for SECONDS each (default 600). What is found is written to
# .build-fuzz/found. Usage: Tests/Fuzz/run.sh [SECONDS]
set -euo pipefail
cd "$(dirname "$0")"
readonly seconds=${1:-600} build=../../.build-fuzz
swift build -c release --scratch-path "$build"
for target in FuzzParser FuzzEvaluator; do
    corpus=$build/corpus-$target
    mkdir -p "$corpus" "$build/found"
    # The programs of the table are where it begins.
    sed -n 's/^        //p' ../RelayJQTests/JQDifferentialTable*.swift | split --lines=1 --suffix-length=4 - "$corpus/table-"
    "$build/release/$target" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 -max_len=2048 -dict=jq.dict \
        -artifact_prefix="$build/found/$target-" -print_final_stats=1 "$corpus"
done
