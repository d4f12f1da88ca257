"""Measures how long an event takes from the moment at which it is due to be posted until it arrives at the receiver.

The time since an event was really sent is shown next to it and not judged: where the two differ, something else kept the
sender from running, because it waits for the relay only when all its connections are in use.

First the relay's rate end to end is measured, then a new relay gets a quarter of it (BENCH_LATENCY_LOAD = 0.25), by a
schedule. The times contain what the event spends in the sender and the receiver, two Python programs on the same cores, so
they are an upper bound. Ends with status 1 when the median is BENCH_MAX_P50 = 5 ms or more above that of the disk's own
sync, when the 99th percentile is BENCH_MAX_P99 = 25 ms or more above that of the disk, or when an event is missing.

Settings from the environment: BENCH_LATENCY_SECONDS=10, BENCH_BINARY=PATH to measure another build.
"""

import os
import time

from openloop import TimingReceiver, percentile, post_at_rate
from run import (
    Failure, Machine, Receiver, fdatasync_milliseconds, free_ports, judge, load, record, run_script, start_relay, tail,
)

SECONDS = int(os.environ.get("BENCH_LATENCY_SECONDS", 10))
LOAD = float(os.environ.get("BENCH_LATENCY_LOAD", 0.25))
MAX_P50 = float(os.environ.get("BENCH_MAX_P50", 5))
MAX_P99 = float(os.environ.get("BENCH_MAX_P99", 25))
WARMUP = 2  # seconds at the same rate, which are not judged


def measure_rate(machine, port, receiver_port):
    receiver = Receiver(machine, receiver_port)
    relay, base, _ = start_relay(machine, receiver, port, "rate")
    load(f"{base}/in/bench", 1, receiver)
    figures = load(f"{base}/in/bench", 4, receiver)
    machine.stop(relay)
    return figures["delivered"] / figures["until_empty"]


def wait_for(receiver, count, log):
    deadline = time.monotonic() + 30
    while receiver.arrived.value < count:
        if time.monotonic() > deadline:
            raise Failure(f"{receiver.arrived.value} of {count} events have arrived; the end of the log:\n{tail(log)}")
        time.sleep(0.05)


def main():
    with Machine() as machine:
        receiver_port, timing_port, rate_port, port = free_ports(4)
        rate = LOAD * measure_rate(machine, rate_port, receiver_port)
        receiver = TimingReceiver(timing_port)
        try:
            relay, _, log = start_relay(machine, receiver, port)
            sync = fdatasync_milliseconds(machine.directory)
            warmup = post_at_rate(port, "/in/bench", rate, WARMUP)
            posts = post_at_rate(port, "/in/bench", rate, SECONDS, first=1_000_000)
            wait_for(receiver, len(warmup.due) + len(posts.due) - warmup.refused - posts.refused, log)
            after = fdatasync_milliseconds(machine.directory)
            times = receiver.times()
            machine.stop(relay)
        finally:
            receiver.stop()
    sync = [max(pair) for pair in zip(sync, after)]
    late = [value * 1e3 for value in posts.late]
    answered = [value * 1e3 for value in posts.answered]
    since_sent = [(times[name] - at) * 1e3 for name, at in posts.sent.items() if name in times]
    delivered = [(times[name] - due) * 1e3 for name, due in posts.due.items() if name in times]
    result = {
        "rate": rate,
        "late_ms": [percentile(late, 0.5), percentile(late, 0.99)],
        "answered_ms": [percentile(answered, 0.5), percentile(answered, 0.99)],
        "delivered_ms": [percentile(delivered, 0.5), percentile(delivered, 0.99)],
        "since_sent_ms": [percentile(since_sent, 0.5), percentile(since_sent, 0.99)],
        "sync_ms": sync,
    }
    above = [result["delivered_ms"][0] - sync[0], result["delivered_ms"][1] - sync[1]]
    print(f"{len(posts.due):,} events by a schedule, {rate:,.0f}/s, from the moment at which each was due, in ms:")
    print(f"{'':22}     p50     p99")
    rows = {
        "sent": "late_ms", "answered": "answered_ms", "arrived": "delivered_ms", "arrived, since sent": "since_sent_ms",
    }
    for name, key in rows.items():
        print(f"  {name:20}{result[key][0]:8.1f}{result[key][1]:8.1f}")
    print(f"  {'fdatasync of 4 KB':20}{sync[0]:8.1f}{sync[1]:8.1f}")
    print(f"  {'arrived, less that':20}{above[0]:8.1f}{above[1]:8.1f}   (less than {MAX_P50:g} and {MAX_P99:g})", flush=True)
    record({"latency": result})

    def complaints():
        if above[0] >= MAX_P50:
            yield f"the median is {above[0]:.1f} ms above the disk's, not less than {MAX_P50:g}"
        if above[1] >= MAX_P99:
            yield f"the 99th percentile is {above[1]:.1f} ms above the disk's, not less than {MAX_P99:g}"
        if posts.refused or warmup.refused:
            yield f"{posts.refused + warmup.refused} posts were refused"
        if len(delivered) < len(posts.due) - posts.refused:
            yield f"{len(posts.due) - posts.refused - len(delivered)} accepted events did not arrive"

    return judge(complaints())


if __name__ == "__main__":
    run_script("bench", 120 + SECONDS, main)
