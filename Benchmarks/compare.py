"""Compares variants of the relay in one run: accepting alone, destinations, and order.

- Accepting alone: the rate at which events are accepted whose session has no webhook, next to the rate at which the same
  server answers documents of the same size that are parsed and contain no event (their message is null), so that nothing
  reaches the store. It must be at least BENCH_MIN_ACCEPT_RATIO = 0.7 of that. Events that no pipeline takes are shown too.
- Destinations: with three webhooks an event must need at most BENCH_MAX_FANOUT_RATIO = 1.8 times the CPU time of one.
- Order: with 2,000 chats an event must need at most BENCH_MAX_ORDER_RATIO = 1.05 times the CPU time that it needs with
  `ordering: none`, or the rate be at least the inverse of that: the better of the two counts.

Settings from the environment: BENCH_COMPARE_SECONDS=4, BENCH_COMPARE_ROUNDS=2 (in turns, the best counts), and
BENCH_BINARY=PATH to measure another build.
"""

import os

from run import (
    Failure, Machine, Receiver, cpu_seconds, free_ports, judge, load, measure_in_turns, record, run_script, start_relay, tail,
)

SECONDS = int(os.environ.get("BENCH_COMPARE_SECONDS", 4))
ROUNDS = int(os.environ.get("BENCH_COMPARE_ROUNDS", 2))
MIN_ACCEPT_RATIO = float(os.environ.get("BENCH_MIN_ACCEPT_RATIO", 0.7))
MAX_FANOUT_RATIO = float(os.environ.get("BENCH_MAX_FANOUT_RATIO", 1.8))
MAX_ORDER_RATIO = float(os.environ.get("BENCH_MAX_ORDER_RATIO", 1.05))
MANY = {"BENCH_CHATS": "2000"}

VARIANTS = {
    "one": {},
    "three": {"webhooks": ({}, {}, {}), "load": {"copies": 3}},
    "ordered": {"load": MANY},
    "unordered": {"webhooks": ({"ordering": "none"},), "load": MANY},
}

# Events are stored, and end there: this pipeline takes those of a source that posts nothing.
NO_PIPELINE = "from: [other]\nstages:\n  - deliver: [session]\n"
ACCEPTING = {
    "parsed": ({}, {"BENCH_NO_EVENT": "1"}),
    "accepted": ({}, {}),
    "stored": ({"pipeline": NO_PIPELINE, "sources": "  other: { transport: http, format: baileys }\n"}, {}),
}


def measure_accepting(machine, receiver, port):
    """The rate of answers, and the relay's CPU time for each in µs, by variant."""
    rates, costs = {name: 0 for name in ACCEPTING}, {name: float("inf") for name in ACCEPTING}
    for turn in range(ROUNDS):
        for name, (options, environment) in ACCEPTING.items():
            relay, base, log = start_relay(machine, receiver, port, f"{name}-{turn}", webhooks=(), **options)
            load(f"{base}/in/bench", 1, receiver, drain=False, **environment)
            cpu = cpu_seconds(relay.pid)
            figures = load(f"{base}/in/bench", SECONDS, receiver, drain=False, **environment)
            if figures["refused"] or figures["unanswered"] or relay.poll() is not None:
                raise Failure(f"posts failed in the variant {name}: {figures}; the end of the log:\n{tail(log)}")
            rates[name] = max(rates[name], figures["accepted"] / figures["seconds"])
            costs[name] = min(costs[name], (cpu_seconds(relay.pid) - cpu) * 1e6 / figures["accepted"])
            machine.stop(relay)
    return rates, costs


def main():
    with Machine() as machine:
        receiver_port, port = free_ports(2)
        receiver = Receiver(machine, receiver_port)
        accept_rates, accept_costs = measure_accepting(machine, receiver, port)
        costs, rates = measure_in_turns(machine, receiver, port, VARIANTS, ROUNDS, SECONDS)
    accept = accept_rates["accepted"] / accept_rates["parsed"]
    fanout = costs["three"] / costs["one"]
    order = min(costs["ordered"] / costs["unordered"], rates["unordered"] / rates["ordered"])
    print(f"""
                                  events/s   CPU per event
  parsed and answered           {accept_rates['parsed']:>10,.0f} {accept_costs['parsed']:>12.0f} µs
  accepted, no pipeline         {accept_rates['stored']:>10,.0f} {accept_costs['stored']:>12.0f} µs
  accepted, no webhook          {accept_rates['accepted']:>10,.0f} {accept_costs['accepted']:>12.0f} µs
  delivered to one webhook      {rates['one']:>10,.0f} {costs['one']:>12.0f} µs
  delivered to three            {rates['three']:>10,.0f} {costs['three']:>12.0f} µs
  2,000 chats in order          {rates['ordered']:>10,.0f} {costs['ordered']:>12.0f} µs
  2,000 chats, ordering: none   {rates['unordered']:>10,.0f} {costs['unordered']:>12.0f} µs

  accepted    {accept:.2f} of the rate of what is parsed and answered (at least {MIN_ACCEPT_RATIO})
  three       {fanout:.2f} times the CPU time of one webhook (at most {MAX_FANOUT_RATIO})
  order       {order:.2f} of what ordering: none needs (at most {MAX_ORDER_RATIO})
""", flush=True)
    record({"accept_rates": accept_rates, "accept_cpu_us": accept_costs, "rates": rates, "cpu_us": costs})

    def complaints():
        if accept < MIN_ACCEPT_RATIO:
            yield f"accepting has {accept:.2f} of the rate of parsing, below {MIN_ACCEPT_RATIO}"
        if fanout > MAX_FANOUT_RATIO:
            yield f"three webhooks need {fanout:.2f} times the CPU of one, more than {MAX_FANOUT_RATIO}"
        if order > MAX_ORDER_RATIO:
            yield f"order needs {order:.2f} of what ordering: none needs, more than {MAX_ORDER_RATIO}"

    return judge(complaints())


if __name__ == "__main__":
    run_script("bench", 60 + (len(VARIANTS) + len(ACCEPTING)) * ROUNDS * (SECONDS + 15), main)
