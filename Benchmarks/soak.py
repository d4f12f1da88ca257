"""Runs the relay at half its load for a while and watches its files, memory and descriptors.

The rate end to end is measured first; BENCH_SOAK_LOAD = 0.5 of it is then posted by a schedule. Everything is kept for half
a minute only, so that the database file can reach its final size: rows are swept once a minute. Ends with status 1 when

- the write-ahead log is larger than BENCH_MAX_WAL_MB = 64 MB at any time,
- from the second to the last third, the median of memory grows by more than BENCH_MAX_GROWTH = 5 % and 5 MB, or that of
  descriptors by more than 5 % and 8,
- the same is true of the database file (5 % and 16 MB), in a run of 5 minutes or more,
- the file has more than BENCH_MAX_BYTES = 4,000 bytes for each event posted, in a shorter run,
- an event does not arrive or is refused, or those of more than BENCH_MAX_BEHIND = 5 s wait when the posts end.

Settings from the environment: BENCH_SOAK_MINUTES=0.5 (30 for the full form), and BENCH_BINARY=PATH to measure another build.
"""

import os
import statistics
import time

from openloop import post_at_rate
from restart import resident_megabytes
from run import (
    Failure, Machine, Receiver, STALLED, cpu_seconds, free_ports, judge, load, record, run_script, start_relay, tail,
)

MINUTES = float(os.environ.get("BENCH_SOAK_MINUTES", 0.5))
LOAD = float(os.environ.get("BENCH_SOAK_LOAD", 0.5))
MAX_WAL_MB = float(os.environ.get("BENCH_MAX_WAL_MB", 64))
MAX_GROWTH = float(os.environ.get("BENCH_MAX_GROWTH", 5))
MAX_BYTES = float(os.environ.get("BENCH_MAX_BYTES", 4000))
MAX_BEHIND = float(os.environ.get("BENCH_MAX_BEHIND", 5))
LONG = 5  # minutes after which the database file must have its final size
RETENTION = '''store:
  url: "sqlite:{directory}/zaphub.db"
  retention: {{ delivered: 30s, dead: 30s, messages: 30s, dedup: 30s }}
'''


class Samples:
    """Sizes in MB and the number of descriptors, once a second."""

    def __init__(self, pid, database):
        self.pid, self.database = pid, database
        self.values = {"memory": [], "descriptors": [], "wal": [], "file": []}

    def take(self):
        self.values["memory"].append(resident_megabytes(self.pid))
        self.values["descriptors"].append(len(os.listdir(f"/proc/{self.pid}/fd")))
        for name, path in (("wal", f"{self.database}-wal"), ("file", self.database)):
            self.values[name].append(os.path.getsize(path) / 1e6 if os.path.exists(path) else 0)

    def thirds(self, name):
        """The medians of the second and of the last third. The first one is the warm-up."""
        values, third = self.values[name], len(self.values[name]) // 3
        return statistics.median(values[third:2 * third]), statistics.median(values[2 * third:])


def main():
    with Machine() as machine:
        receiver_port, port = free_ports(2)
        receiver = Receiver(machine, receiver_port)
        relay, base, log = start_relay(
            machine, receiver, port, store=RETENTION.format(directory=machine.directory / "relay"))
        load(f"{base}/in/bench", 1, receiver)
        figures = load(f"{base}/in/bench", 4, receiver)
        rate = LOAD * figures["delivered"] / figures["until_empty"]
        earlier, start = receiver.count(), time.monotonic()
        samples, cpu = Samples(relay.pid, machine.directory / "relay/zaphub.db"), cpu_seconds(relay.pid)
        size = os.path.getsize(samples.database)
        posts = post_at_rate(port, "/in/bench", rate, MINUTES * 60, each_second=samples.take)
        seconds, accepted = time.monotonic() - start, len(posts.due) - posts.refused
        used = (cpu_seconds(relay.pid) - cpu) / seconds * 100
        delivered, changed = receiver.count() - earlier, time.monotonic()
        behind = accepted - delivered
        while delivered < accepted and time.monotonic() - changed < STALLED:
            time.sleep(0.1)
            if (count := receiver.count() - earlier) != delivered:
                delivered, changed = count, time.monotonic()
        if relay.poll() is not None:
            raise Failure(f"the relay ended with status {relay.returncode}; the end of its log:\n{tail(log)}")
        machine.stop(relay)
        bytes_each = (os.path.getsize(samples.database) - size) / len(posts.due)
    print(f"{MINUTES:g} minutes at {rate:,.0f} events/s ({LOAD:g} of the rate measured), {used:.0f} % of a core")
    print(f"  {'':14}2nd third  last third   largest")
    for name, unit in (("memory", "MB"), ("descriptors", ""), ("wal", "MB"), ("file", "MB")):
        middle, last = samples.thirds(name)
        print(f"  {name:12}{middle:11.1f}{last:12.1f}{max(samples.values[name]):10.1f} {unit}")
    print(f"  {bytes_each:,.0f} bytes of the file for each event; {delivered:,} of {accepted:,} delivered, {behind:,} of "
          "them after the last post", flush=True)
    record({"soak": {
        "minutes": MINUTES, "rate": rate, "bytes_each": bytes_each,
        "thirds": {name: samples.thirds(name) for name in samples.values},
        "largest": {name: max(values) for name, values in samples.values.items()},
    }})

    def complaints():
        if max(samples.values["wal"]) > MAX_WAL_MB:
            yield f"the write-ahead log had {max(samples.values['wal']):.0f} MB, more than {MAX_WAL_MB:g}"
        watched = {"memory": 5, "descriptors": 8} | ({"file": 16} if MINUTES >= LONG else {})
        for name, allowed in watched.items():
            middle, last = samples.thirds(name)
            if last - middle > max(allowed, middle * MAX_GROWTH / 100):
                yield f"{name} grew from {middle:.1f} to {last:.1f}"
        if MINUTES < LONG and bytes_each > MAX_BYTES:
            yield f"the file grew by {bytes_each:.0f} bytes for each event, more than {MAX_BYTES:g}"
        if behind > MAX_BEHIND * rate:
            yield f"{behind} deliveries waited when the posts ended: the relay did not keep up"
        if posts.refused or delivered != accepted:
            yield f"{posts.refused} posts were refused, {delivered} of {accepted} events arrived"

    return judge(complaints())


if __name__ == "__main__":
    run_script("bench", int(MINUTES * 120) + 120, main)
