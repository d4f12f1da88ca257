"""Measures what destinations that hang cost one that answers: latency and CPU time per event, in one run.

A receiver that answers gets events at a steady rate, first alone, then while thousands of destinations have deliveries of
several chats and take connections without ever answering. Ends with status 1 when the median or the 95th percentile of
the latency, or the CPU time per event, is more than BENCH_MAX_RATIO of what it was alone, or when an event is missing.
The first seconds, in which every destination is tried for the first time, are shown and not judged.
"""

import json
import multiprocessing
import os
import resource
import secrets
import select
import socket
import threading
import time

from run import BINARY, Failure, cpu_seconds, Machine, free_ports, run_script, peak_megabytes, request, wait_until_answers

HANGING = int(os.environ.get("BENCH_HANGING", 5000))  # in hundreds
CHATS = int(os.environ.get("BENCH_HANGING_CHATS", 3))
RATE = int(os.environ.get("BENCH_HANGING_RATE", 100))
SECONDS = int(os.environ.get("BENCH_HANGING_SECONDS", 10))
SETTLE = int(os.environ.get("BENCH_HANGING_SETTLE", 30))
MAX_RATIO = float(os.environ.get("BENCH_MAX_RATIO", 2))
TIMEOUT = "5s"
GROUP = 100  # destinations that get one event: a transaction with thousands of rows would be what is measured


def configuration(directory, port, healthy, hanging):
    lines = [
        "version: 1",
        f"server: {{ listen: 127.0.0.1:{port} }}",
        f'store: {{ url: "sqlite:{directory}/zaphub.db" }}',
        "sources:",
        "  alone: { transport: http, format: native }",
    ]
    lines += [f"  flood{number}: {{ transport: http, format: native }}" for number in range(HANGING // GROUP)]
    lines += [
        "retry_policies:",
        "  default: { max_attempts: 12, backoff: { initial_interval: 1s, max_interval: 5m } }",
        'egress: { allow: ["127.0.0.0/8"] }',
        "logging: { level: error }",
        "destinations:",
        f"  healthy: {{ type: webhook, url: 'http://127.0.0.1:{healthy}/' }}",
    ]
    for number in range(HANGING):
        url = f"http://127.1.{number // 250}.{number % 250 + 1}:{hanging}/"
        lines.append(f"  h{number}: {{ type: webhook, url: '{url}', timeout: {TIMEOUT} }}")
    return "\n".join(lines) + "\n"


def pipeline(source, destinations):
    return f"from: [{source}]\nstages:\n  - deliver: [{', '.join(destinations)}]\n"


def hang(listener):
    """Takes connections and what they send, and never answers."""
    poll = select.epoll()
    poll.register(listener, select.EPOLLIN)
    connections = {}
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == listener.fileno():
                connection, _ = listener.accept()
                connection.setblocking(False)
                connections[connection.fileno()] = connection
                poll.register(connection, select.EPOLLIN)
                continue
            try:
                if connections[descriptor].recv(65536):
                    continue
            except OSError:
                pass
            poll.unregister(descriptor)
            connections.pop(descriptor).close()


class Receiver:
    """Answers at once, and notes when each event came."""

    def __init__(self, port):
        self.arrived = {}
        self.listener = socket.create_server(("127.0.0.1", port), backlog=128)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        buffer = b""
        while True:
            head, found, rest = buffer.partition(b"\r\n\r\n")
            length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
            if found and len(rest) >= length:
                now = time.monotonic()
                self.arrived[json.loads(rest[:length])["payload"]["messageId"]] = now
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                buffer = rest[length:]
                continue
            more = connection.recv(65536)
            if not more:
                return
            buffer += more


def event(message, chat):
    payload = {"messageId": message, "chatId": f"55119{chat:08d}@s.whatsapp.net", "type": "text", "content": {"text": "oi"}}
    return {"event": "message.received", "sessionId": "bench", "payload": payload}


def fill(base):
    """Gives each destination that hangs a delivery of each chat."""
    for chat in range(CHATS):
        for group in range(HANGING // GROUP):
            request(f"{base}/in/flood{group}", event(f"flood-{group}-{chat}", chat))
            time.sleep(0.02)


def phase(name, base, relay, receiver, seconds):
    posted, begun, used = {}, time.monotonic(), cpu_seconds(relay.pid)
    for number in range(seconds * RATE):
        wait = begun + number / RATE - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        message = f"{name}-{number}"
        posted[message] = time.monotonic()
        request(f"{base}/in/alone", event(message, number % 200))
    deadline = time.monotonic() + 30
    while not all(message in receiver.arrived for message in posted) and time.monotonic() < deadline:
        time.sleep(0.05)
    cpu = (cpu_seconds(relay.pid) - used) / len(posted) * 1000
    missing = [message for message in posted if message not in receiver.arrived]
    times = sorted(receiver.arrived[m] - at for m, at in posted.items() if m in receiver.arrived)
    if not times:
        raise Failure("nothing arrived")
    figures = {"median": times[len(times) // 2] * 1000, "p95": times[len(times) * 95 // 100] * 1000, "cpu": cpu}
    print(
        f"{name:14} median {figures['median']:6.1f} ms, p95 {figures['p95']:6.1f} ms, longest {times[-1] * 1000:7.1f} ms, "
        f"CPU {cpu:5.2f} ms/event, {peak_megabytes(relay.pid):4.0f} MB at the peak, {len(missing)} missing",
        flush=True,
    )
    return figures, len(missing)


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with Machine() as machine:
        port, healthy, hanging = free_ports(3)
        key, base = secrets.token_urlsafe(24), f"http://127.0.0.1:{port}"
        listener = socket.create_server(("0.0.0.0", hanging), backlog=4096)
        process = multiprocessing.Process(target=hang, args=(listener,), daemon=True)
        process.start()
        receiver = Receiver(healthy)
        (machine.directory / "pipelines").mkdir()
        (machine.directory / "pipelines/alone.yaml").write_text(pipeline("alone", ["healthy"]))
        for group in range(HANGING // GROUP):
            names = [f"h{number}" for number in range(group * GROUP, (group + 1) * GROUP)]
            (machine.directory / f"pipelines/flood{group}.yaml").write_text(pipeline(f"flood{group}", names))
        config = machine.directory / "config.yaml"
        config.write_text(configuration(machine.directory, port, healthy, hanging))
        relay = machine.start("relay", BINARY, "serve", "--config", config, ZAPHUB_API_KEY=key)
        wait_until_answers(f"{base}/readyz", relay, machine.directory / "relay.out")
        missing = phase("warm-up", base, relay, receiver, 2)[1]
        alone, lost = phase("alone", base, relay, receiver, SECONDS)
        missing += lost
        flood = threading.Thread(target=fill, args=(base,))
        flood.start()
        missing += phase("first tries", base, relay, receiver, SETTLE)[1]
        flood.join()
        beside, lost = phase(f"beside {HANGING}", base, relay, receiver, SECONDS)
        missing += lost
        ratios = {name: beside[name] / max(alone[name], 0.001) for name in alone}
        process.kill()
        machine.stop(relay)
    print("ratios: " + ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items()))
    return 0 if max(ratios.values()) <= MAX_RATIO and missing == 0 else 1


if __name__ == "__main__":
    run_script("bench", 240, main)
