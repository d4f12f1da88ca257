"""Measures a restart with a backlog, and an idle relay, with the shipped pipeline and a webhook.

The rate of fresh events is measured first. Then the webhook is paused until BENCH_QUEUED deliveries wait for it, the relay
is killed with `kill -9` and started again, the pause is ended, and events are posted while the backlog drains. Ends with
status 1 when

- a new relay holds BENCH_MAX_IDLE_MB = 60 MB or more, or needs BENCH_MAX_IDLE_CPU = 0.5 % of a core or more,
- the relay is ready BENCH_MAX_READY = 2 s after the kill or later, or a delivery is missing,
- it holds BENCH_MAX_BACKLOG_MB = 200 MB or more at its peak, from the restart to the end of the draining,
- it delivers at less than BENCH_MIN_DRAIN_RATIO = 0.8 of the rate of fresh events from the end of the pause until nothing
  waits, or accepts at less than BENCH_MIN_INTAKE_RATIO = 0.8 of the rate of fresh events meanwhile.

Settings from the environment: BENCH_QUEUED=50000 (1000000 for the full form), BENCH_INTAKE_SECONDS=5 during the draining,
BENCH_IDLE_SECONDS=10, and BENCH_BINARY=PATH to measure another build.
"""

import json
import os
import re
import secrets
import signal
import time
from pathlib import Path

from run import (
    BINARY, Failure, Machine, Receiver, cpu_seconds, free_ports, judge, load, peak_megabytes, record, request, run_script,
    start_relay, wait_until_answers,
)

QUEUED = int(os.environ.get("BENCH_QUEUED", 50_000))
INTAKE_SECONDS = int(os.environ.get("BENCH_INTAKE_SECONDS", 5))
IDLE_SECONDS = int(os.environ.get("BENCH_IDLE_SECONDS", 10))
MAX_READY = float(os.environ.get("BENCH_MAX_READY", 2))
MAX_BACKLOG_MB = float(os.environ.get("BENCH_MAX_BACKLOG_MB", 200))
MIN_DRAIN_RATIO = float(os.environ.get("BENCH_MIN_DRAIN_RATIO", 0.8))
MIN_INTAKE_RATIO = float(os.environ.get("BENCH_MIN_INTAKE_RATIO", 0.8))
MAX_IDLE_MB = float(os.environ.get("BENCH_MAX_IDLE_MB", 60))
MAX_IDLE_CPU = float(os.environ.get("BENCH_MAX_IDLE_CPU", 0.5))  # per cent of a core
RATE_SECONDS = 6
STATES = ("queued", "in_flight", "dead")


def resident_megabytes(pid):
    return int(re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def measure_idle(pid):
    """Memory in MB and CPU in per cent of a core while nothing happens."""
    time.sleep(2)
    cpu, begun = cpu_seconds(pid), time.monotonic()
    time.sleep(IDLE_SECONDS)
    return resident_megabytes(pid), (cpu_seconds(pid) - cpu) / (time.monotonic() - begun) * 100


def webhook(base, key):
    return json.loads(request(f"{base}/api/v1/destinations", key=key))["data"][0]


def change(base, key, what):
    request(f"{base}/api/v1/destinations/{webhook(base, key)['key']}/{what}", {}, key)


def fill(base, key, receiver):
    """Posts until QUEUED deliveries wait: the number of those that do."""
    while True:
        missing = QUEUED - sum(webhook(base, key)["counts"][state] for state in STATES)
        if missing <= 0:
            return QUEUED - missing
        begun = receiver.count()
        load(f"{base}/in/bench", 2 if missing < 20_000 else 10, receiver, drain=False)
        if receiver.count() != begun:
            raise Failure("a paused webhook gets deliveries")
        settled = -1
        while (now := webhook(base, key)["counts"]["queued"]) != settled:
            settled = now
            time.sleep(0.5)


def main():
    with Machine() as machine:
        receiver_port, port = free_ports(2)
        receiver, key = Receiver(machine, receiver_port), secrets.token_urlsafe(24)
        relay, base, _ = start_relay(machine, receiver, port, key=key)
        idle = measure_idle(relay.pid)
        load(f"{base}/in/bench", 1, receiver)
        figures = load(f"{base}/in/bench", RATE_SECONDS, receiver)
        fresh = figures["delivered"] / figures["until_empty"]
        fresh_intake = figures["accepted"] / figures["seconds"]

        change(base, key, "pause")
        queued = fill(base, key, receiver)
        relay.send_signal(signal.SIGKILL)
        relay.wait()
        config, begun = machine.directory / "relay/config.yaml", time.monotonic()
        relay = machine.start("second", BINARY, "serve", "--config", config, ZAPHUB_API_KEY=key)
        wait_until_answers(f"{base}/readyz", relay, machine.directory / "second.out", pause=0.01)
        ready = time.monotonic() - begun
        found = sum(webhook(base, key)["counts"][state] for state in STATES)

        start, cpu = receiver.count(), cpu_seconds(relay.pid)
        begun = time.monotonic()
        change(base, key, "resume")
        # The backlog arrives as well, so the number of missing events means nothing: wait for all of them below.
        figures = load(f"{base}/in/bench", INTAKE_SECONDS, receiver, drain=False)
        intake, beside = figures["accepted"] / figures["seconds"], (receiver.count() - start) / (time.monotonic() - begun)
        expected, changed = queued + figures["accepted"], time.monotonic()
        last = receiver.count() - start
        still = queued - last
        while last < expected:
            time.sleep(0.05)
            count = receiver.count() - start
            if count != last:
                last, changed = count, time.monotonic()
            elif time.monotonic() - changed > 30:
                raise Failure(f"{expected - last} of {expected} deliveries did not arrive")
        seconds = changed - begun
        drain = last / seconds
        cost = (cpu_seconds(relay.pid) - cpu) * 1e6 / last
        memory = peak_megabytes(relay.pid)
        after = measure_idle(relay.pid)
        machine.stop(relay)
    if still <= 0:
        print("the backlog was empty before the intake ended: take a larger BENCH_QUEUED or a smaller BENCH_INTAKE_SECONDS")
    print(
        f"idle: {idle[0]:.0f} MB and {idle[1]:.2f} % of a core (less than {MAX_IDLE_MB:g} and {MAX_IDLE_CPU:g}); after the "
        f"backlog {after[0]:.0f} MB and {after[1]:.2f} %\n"
        f"{queued:,} queued, kill -9: ready again after {ready:.2f} s with {found:,} (less than {MAX_READY:g} s); "
        f"{memory:.0f} MB at the peak (less than {MAX_BACKLOG_MB:g})\n"
        f"drained at {drain:,.0f}/s, {drain / fresh:.2f} of the {fresh:,.0f}/s of fresh events (at least {MIN_DRAIN_RATIO}), "
        f"{cost:.0f} µs of CPU per delivery; {beside:,.0f}/s while events came\n"
        f"accepted {intake:,.0f}/s meanwhile, {intake / fresh_intake:.2f} of the {fresh_intake:,.0f}/s of fresh events (at "
        f"least {MIN_INTAKE_RATIO})",
        flush=True,
    )
    record({"backlog": {
        "queued": queued, "ready": ready, "memory_mb": memory, "fresh": fresh, "fresh_intake": fresh_intake, "drain": drain,
        "drain_beside": beside, "intake": intake, "idle": idle, "idle_after": after,
    }})

    def complaints():
        if idle[0] >= MAX_IDLE_MB or idle[1] >= MAX_IDLE_CPU:
            yield f"an idle relay takes {idle[0]:.0f} MB and {idle[1]:.2f} % of a core"
        if ready >= MAX_READY or found != queued:
            yield f"ready after {ready:.2f} s with {found} of {queued} deliveries"
        if memory >= MAX_BACKLOG_MB:
            yield f"{memory:.0f} MB with a backlog, not less than {MAX_BACKLOG_MB:g}"
        if drain < MIN_DRAIN_RATIO * fresh:
            yield f"the backlog drains at {drain / fresh:.2f} of the rate of fresh events, below {MIN_DRAIN_RATIO}"
        if intake < MIN_INTAKE_RATIO * fresh_intake:
            yield f"intake during the draining is {intake / fresh_intake:.2f} of that of fresh events, below {MIN_INTAKE_RATIO}"

    return judge(complaints())


if __name__ == "__main__":
    run_script("bench", 180 + QUEUED // 500, main)
