"""Measures the relay's rate end to end with slow disks: slow_sync.c, preloaded, makes each sync take longer.

The store is in BENCH_SLOW_DIRECTORY = /dev/shm, in memory, so that the time of the real disk, which varies, adds nothing.
Ends with status 1 when the rate with 3 ms more for each sync is below BENCH_MIN_SLOW_RATIO = 0.7 of that with 0.1 ms.

Settings from the environment: BENCH_SLOW_SECONDS=4, BENCH_SLOW_ROUNDS=2 (of which the best counts), BENCH_SLOW_DELAYS in
microseconds, and BENCH_BINARY=PATH to measure another build, which must be linked with libc and libsqlite3 dynamically.
"""

import os
import subprocess
from pathlib import Path

from run import (
    BINARY, CONNECTIONS, Failure, HERE, Machine, Receiver, fdatasync_milliseconds, free_ports, judge, measure_in_turns,
    record, run_script,
)

SECONDS = int(os.environ.get("BENCH_SLOW_SECONDS", 4))
ROUNDS = int(os.environ.get("BENCH_SLOW_ROUNDS", 2))
MIN_RATIO = float(os.environ.get("BENCH_MIN_SLOW_RATIO", 0.7))
DIRECTORY = Path(os.environ.get("BENCH_SLOW_DIRECTORY", "/dev/shm"))
DELAYS = [int(word) for word in os.environ.get("BENCH_SLOW_DELAYS", "100 1000 3000 10000").split()]
FAST, SLOW = 100, 3000  # the two that are compared


def compile_library(machine):
    linked = subprocess.run(["ldd", BINARY], capture_output=True, text=True).stdout
    if "libc.so" not in linked or "libsqlite3.so" not in linked:
        raise Failure(f"{BINARY} is not linked with libc and libsqlite3 dynamically: its syncs cannot be made slower")
    library = machine.directory / "slow_sync.so"
    command = ["cc", "-O2", "-shared", "-fPIC", "-o", library, HERE / "slow_sync.c", "-ldl"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(f"cc failed:\n{done.stderr}")
    return library


def check_library(machine, library):
    """Syncs a file in a process with the library: it must take as long as it was told to."""
    script = (
        "import os, time; file = os.open('probe', os.O_CREAT | os.O_WRONLY); start = time.monotonic(); "
        "os.fdatasync(file); print(time.monotonic() - start)"
    )
    environment = os.environ | {"LD_PRELOAD": str(library), "SLOW_SYNC_MICROSECONDS": "300000"}
    done = subprocess.run(["python3", "-c", script], capture_output=True, text=True, cwd=machine.directory, env=environment)
    if done.returncode != 0 or float(done.stdout) < 0.3:
        raise Failure(f"the preloaded library has no effect: {done.stdout}{done.stderr}")


def main():
    with Machine(DIRECTORY) as machine:
        receiver_port, port = free_ports(2)
        receiver = Receiver(machine, receiver_port)
        library = compile_library(machine)
        check_library(machine, library)
        sync = fdatasync_milliseconds(machine.directory)
        variants = {
            f"delay-{delay}": {"LD_PRELOAD": str(library), "SLOW_SYNC_MICROSECONDS": str(delay)} for delay in DELAYS
        }
        costs, rates = measure_in_turns(machine, receiver, port, variants, ROUNDS, SECONDS)
    print(f"added to each sync (which takes {sync[0]:.2f} ms, p99 {sync[1]:.2f} ms), {CONNECTIONS} connections:")
    for delay in DELAYS:
        rate, cost = rates[f"delay-{delay}"], costs[f"delay-{delay}"]
        print(f"  {delay / 1000:5.1f} ms  {rate:8,.0f} events/s end to end, {cost:.0f} µs of CPU per event")
    record({"slow_disks": rates, "cpu_us": costs})
    if not {FAST, SLOW} <= set(DELAYS):
        return 0
    ratio = rates[f"delay-{SLOW}"] / rates[f"delay-{FAST}"]
    print(f"  {SLOW / 1000:g} ms has {ratio:.2f} of the rate of {FAST / 1000:g} ms (at least {MIN_RATIO})", flush=True)
    return judge([f"the slow disk has {ratio:.2f} of the rate, below {MIN_RATIO}"] if ratio < MIN_RATIO else [])


if __name__ == "__main__":
    run_script("bench", 60 + len(DELAYS) * ROUNDS * (SECONDS + 15), main)
