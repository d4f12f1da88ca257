"""Measures a restart with a large queue: 100,000 deliveries to a receiver that is down, `kill -9`, and the time until the
relay is ready again. Ends with status 1 when that takes 2 s or more, when a delivery is missing, or when the process holds
more than 300 MB.
"""

import json
import os
import secrets
import signal
import time
import urllib.error

from run import BINARY, Failure, Machine, fill_in, free_ports, run_script, peak_megabytes, request, wait_until_answers

QUEUED = int(os.environ.get("BENCH_QUEUED", 100_000))
BATCH = 500

PIPELINE = """stages:
  - persist
  - sign: standard_webhooks
  - deliver: [session]
"""


def start(machine, name, config, key, base):
    begun = time.monotonic()
    process = machine.start(name, BINARY, "serve", "--config", config, ZAPHUB_API_KEY=key)
    wait_until_answers(f"{base}/readyz", process, machine.directory / f"{name}.out")
    return process, time.monotonic() - begun


def counts(base, key):
    states = {"queued": 0, "in_flight": 0, "dead": 0}
    for destination in json.loads(request(f"{base}/api/v1/destinations", key=key))["data"]:
        for state in states:
            states[state] += destination["counts"][state]
    return states


def post(base, first):
    events = [
        {
            "event": "message.received",
            "sessionId": "bench",
            "payload": {
                "messageId": f"M{number}",
                "chatId": f"55119{number % 5000:08d}@s.whatsapp.net",
                "type": "text",
                "content": {"text": "A message that waits for its receiver to come back. " * 8},
            },
        }
        for number in range(first, first + BATCH)
    ]
    while True:
        try:
            return request(f"{base}/in/bench", events)
        except urllib.error.HTTPError as error:
            if error.code != 503:
                raise
            time.sleep(0.1)


def main():
    with Machine() as machine:
        closed, port = free_ports(2)
        key, base = secrets.token_urlsafe(24), f"http://127.0.0.1:{port}"
        (machine.directory / "pipelines").mkdir()
        (machine.directory / "pipelines/default.yaml").write_text(PIPELINE)
        config = fill_in("config.yaml.in", machine.directory / "config.yaml", directory=machine.directory, port=port)
        config.write_text(config.read_text().replace("format: baileys", "format: native"))
        relay, _ = start(machine, "first", config, key, base)
        webhook = {"url": f"http://127.0.0.1:{closed}/hook", "retry": {"max_attempts": 1000}}
        request(f"{base}/api/v1/sessions", {"id": "bench"}, key)
        request(f"{base}/api/v1/sessions/bench/webhooks", webhook, key)
        for first in range(0, QUEUED, BATCH):
            post(base, first)
        while sum(counts(base, key).values()) < QUEUED:
            time.sleep(0.2)
        relay.send_signal(signal.SIGKILL)
        relay.wait()
        relay, seconds = start(machine, "second", config, key, base)
        states = counts(base, key)
        time.sleep(5)
        memory = peak_megabytes(relay.pid)
        machine.stop(relay)
    print(f"{QUEUED:,} queued, kill -9: ready again after {seconds:.2f} s with {states}; {memory:.0f} MB at the peak")
    return 0 if seconds < 2 and sum(states.values()) == QUEUED and memory < 300 else 1


if __name__ == "__main__":
    run_script("bench", 180, main)
