"""Measures what many sessions cost: creating them with a webhook each from 16 connections, the CPU of single events, and
memory. Ends with status 1 when the last tenth of the creations takes more than 1.2 times as long as the first tenth, when
an event takes more than 1.1 times the CPU that it took with 10 sessions, or when the process holds 200 MB or more.

Settings from the environment: BENCH_SESSIONS=3000 (10000 for the full form), BENCH_EVENTS=400.
"""

import http.client
import json
import os
import secrets
import threading
import time

from run import (
    BINARY, Failure, Machine, Receiver, cpu_seconds, fill_in, free_ports, run_script, peak_megabytes, request,
    wait_until_answers,
)

SESSIONS = int(os.environ.get("BENCH_SESSIONS", 3000))
EVENTS = int(os.environ.get("BENCH_EVENTS", 400))
CONNECTIONS = 16
FEW = 10

PIPELINE = """stages:
  - persist
  - sign: standard_webhooks
  - deliver: [session]
"""


def event(session, number):
    return {
        "event": "message.received",
        "sessionId": f"session-{session}",
        "payload": {
            "messageId": f"M{number}", "chatId": f"55119{number % 50:08d}@s.whatsapp.net", "type": "text",
            "content": {"text": "A message of ordinary length, as people write them."},
        },
    }


def create(base, key, hook, numbers):
    """Creates sessions from several connections. Returns the seconds that it took."""
    numbers, lock, failures = iter(numbers), threading.Lock(), []

    def work():
        connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=30)
        headers = {"content-type": "application/json", "authorization": f"Bearer {key}"}
        while True:
            with lock:
                number = next(numbers, None)
            if number is None or failures:
                return
            body = json.dumps({"id": f"session-{number}", "webhook_url": hook})
            connection.request("POST", "/api/v1/sessions", body, headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 201:
                failures.append(f"creating session {number}: {answer.status} {text[:300]}")
                return

    begun = time.monotonic()
    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise Failure(failures[0])
    return time.monotonic() - begun


class Events:
    def __init__(self, base, receiver, pid):
        self.base, self.receiver, self.pid = base, receiver, pid
        self.posted = 0

    def post(self, events):
        request(f"{self.base}/in/bench", events)
        self.posted += len(events)

    def wait(self):
        deadline = time.monotonic() + 60
        while self.receiver.count() < self.posted:
            if time.monotonic() > deadline:
                raise Failure(f"{self.receiver.count()} of {self.posted} events have arrived")
            time.sleep(0.002)

    def milliseconds(self):
        """The CPU of one event that comes alone, on average."""
        before = cpu_seconds(self.pid)
        for number in range(EVENTS):
            self.post([event(number % FEW, self.posted)])
            self.wait()
        return (cpu_seconds(self.pid) - before) * 1e3 / EVENTS


def main():
    with Machine() as machine:
        receiver_port, port = free_ports(2)
        receiver = Receiver(machine, receiver_port)
        key, base = secrets.token_urlsafe(24), f"http://127.0.0.1:{port}"
        (machine.directory / "pipelines").mkdir()
        (machine.directory / "pipelines/default.yaml").write_text(PIPELINE)
        config = fill_in("config.yaml.in", machine.directory / "config.yaml", directory=machine.directory, port=port)
        config.write_text(config.read_text().replace("format: baileys", "format: native"))
        relay = machine.start("relay", BINARY, "serve", "--config", config, ZAPHUB_API_KEY=key)
        wait_until_answers(f"{base}/readyz", relay, machine.directory / "relay.out")
        hook, tenth = f"{receiver.url}/hook", SESSIONS // 10

        create(base, key, hook, range(FEW))
        events = Events(base, receiver, relay.pid)
        events.milliseconds()
        few = events.milliseconds()

        first = create(base, key, hook, range(FEW, FEW + tenth))
        create(base, key, hook, range(FEW + tenth, SESSIONS - tenth))
        last = create(base, key, hook, range(SESSIONS - tenth, SESSIONS))
        # From now on the relay knows each of them as a destination.
        for begin in range(0, SESSIONS, 500):
            events.post([event(session, events.posted + session) for session in range(begin, min(begin + 500, SESSIONS))])
            events.wait()
        many = events.milliseconds()
        memory = peak_megabytes(relay.pid)
        machine.stop(relay)
    growth, ratio = last / first, many / few
    print(
        f"{SESSIONS:,} sessions from {CONNECTIONS} connections: the first {tenth:,} in {first:.2f} s, the last in "
        f"{last:.2f} s ({growth:.2f} times); CPU of an event {few:.2f} ms with {FEW} sessions, {many:.2f} ms with "
        f"{SESSIONS:,} ({ratio:.2f} times); {memory:.0f} MB at the peak"
    )
    return 0 if growth <= 1.2 and ratio <= 1.1 and memory < 200 else 1


if __name__ == "__main__":
    run_script("bench", 600, main)
