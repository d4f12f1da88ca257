"""Counts the user-space instructions and allocations that the relay needs for an event: figures that do not depend on the
machine.

The relay runs under valgrind's callgrind with the shipped pipeline. Instrumentation is switched on after the warm-up, and
off when all events have arrived. Ends with status 1 when an event needs more than BENCH_MAX_INSTRUCTIONS instructions or
BENCH_MAX_ALLOCATIONS calls of malloc, calloc, realloc and the aligned forms.

Settings from the environment: BENCH_MAX_INSTRUCTIONS=720000, BENCH_MAX_ALLOCATIONS=305, BENCH_EVENTS=800,
BENCH_BINARY=PATH to measure another build, and BENCH_PROFILE=PATH to keep the profile for
`callgrind_annotate --inclusive=yes`.
"""

import http.client
import json
import os
import re
import shutil
import threading
import time

from run import BINARY, Failure, Machine, Receiver, free_ports, run_script, start_relay

EVENTS = int(os.environ.get("BENCH_EVENTS", 800))
MAX_INSTRUCTIONS = int(os.environ.get("BENCH_MAX_INSTRUCTIONS", 720_000))  # 7 % more than were counted
MAX_ALLOCATIONS = int(os.environ.get("BENCH_MAX_ALLOCATIONS", 305))  # 15 % more than were counted
ALLOCATORS = {"malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign"}
WARMUP = 200
CONNECTIONS = 16
CHATS = 200
TEXT = "Oi, vocês abrem no sábado? Preciso trocar a peça que comprei na semana passada 🙏 Segue o endereço: Rua das Laranjeiras"


def document(number):
    """A Baileys document of about 1 KB: every fourth is of a group, every third a reply."""
    chat = number % CHATS
    person = f"55119{90000000 + chat:08d}@s.whatsapp.net"
    key = {"remoteJid": person, "fromMe": False, "id": f"3EB0{number:016X}"}
    if chat % 4 == 3:
        key |= {"remoteJid": f"1203630{chat:011d}@g.us", "participant": person}
    context = {
        "deviceListMetadata": {"senderKeyHash": "Yk1pQ3hRb0pLbA==", "senderTimestamp": "1763900000"},
        "deviceListMetadataVersion": 2, "messageSecret": "3p9cQmJr0o3bW2Y5bXUu8f1lq7Qw0o2y1mJq1fH8c1s=",
    }
    message = {"conversation": TEXT, "messageContextInfo": context}
    if number % 3 == 2:
        quoted = {
            "stanzaId": "3EB0A1B2C3D4E5F60718", "participant": "5511988887777@s.whatsapp.net",
            "quotedMessage": {"conversation": TEXT},
        }
        message = {"extendedTextMessage": {"text": TEXT, "contextInfo": quoted}, "messageContextInfo": context}
    entry = {
        "key": key, "messageTimestamp": 1763900000 + number, "pushName": f"Cliente {chat}", "broadcast": False, "status": 2,
        "message": message,
    }
    body = {"session": "bench", "event": "messages.upsert", "data": {"type": "notify", "messages": [entry]}}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def post(base, path, first, count):
    """Posts events from several connections, each with its answer before the next."""
    numbers, lock, failures = iter(range(first, first + count)), threading.Lock(), []

    def work():
        connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=120)
        while not failures:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            connection.request("POST", path, document(number), {"content-type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                failures.append(f"event {number}: {answer.status} {text[:300]}")

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise Failure(failures[0])


def wait(receiver, count):
    deadline = time.monotonic() + 120
    while (arrived := receiver.count()) < count:
        if time.monotonic() > deadline:
            raise Failure(f"{arrived} of {count} events have arrived")
        time.sleep(0.05)
    time.sleep(1)  # what follows a delivery, its outcome in the store, belongs to the event


def allocations(profile):
    """The number of calls of each allocator in a profile.

    A line `cfn=` names the function that the next line `calls=` is about. A name is written out once, as `(12) malloc`, and
    is `(12)` from then on. Calls from one allocator to another, such as from realloc to malloc, count once.
    """
    names, counts, caller, callee = {}, dict.fromkeys(ALLOCATORS, 0), None, None

    def resolve(text):
        number, _, name = text.partition(" ")
        if name:
            # Callgrind adds ' to recursive functions, and the version to those of libc.
            names[number] = re.split(r"['@]", name)[0]
        return names.get(number)

    for line in profile.splitlines():
        if line.startswith("fn="):
            caller = resolve(line[3:])
        elif line.startswith("cfn="):
            callee = resolve(line[4:])
        elif line.startswith("calls=") and callee in ALLOCATORS and caller not in ALLOCATORS:
            counts[callee] += int(line[6:].split()[0])
    return counts


def measure(binary):
    """The instructions per event, and the calls of each allocator per event."""
    with Machine() as machine:
        receiver_port, port = free_ports(2)
        receiver = Receiver(machine, receiver_port)
        profile = machine.directory / "callgrind.out"
        valgrind = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={profile}", "--quiet"]
        relay, base, _ = start_relay(machine, receiver, port, command=[*valgrind, binary])
        post(base, "/in/bench", 0, WARMUP)
        wait(receiver, WARMUP)
        control = machine.start("on", "callgrind_control", "--instr=on", relay.pid)
        if control.wait(30) != 0:
            raise Failure("callgrind_control failed")
        post(base, "/in/bench", WARMUP, EVENTS)
        wait(receiver, WARMUP + EVENTS)
        machine.start("off", "callgrind_control", "--instr=off", relay.pid).wait(30)
        machine.stop(relay)
        text = profile.read_text(errors="replace")
        if os.environ.get("BENCH_PROFILE"):
            shutil.copy(profile, os.environ["BENCH_PROFILE"])
    totals = re.findall(r"^(?:totals|summary): (\d+)", text, re.MULTILINE)
    if not totals:
        raise Failure("the profile names no total")
    return int(totals[-1]) / EVENTS, {name: count / EVENTS for name, count in allocations(text).items() if count}


def main():
    instructions, calls = measure(BINARY)
    total = sum(calls.values())
    print(f"{instructions:,.0f} user-space instructions per event ({EVENTS} events, at most {MAX_INSTRUCTIONS:,})")
    print(f"{total:,.0f} allocations per event (at most {MAX_ALLOCATIONS:,}): ", end="")
    print(", ".join(f"{name} {count:,.0f}" for name, count in sorted(calls.items(), key=lambda each: -each[1])))
    return 0 if instructions <= MAX_INSTRUCTIONS and total <= MAX_ALLOCATIONS else 1


if __name__ == "__main__":
    run_script("instructions", 300, main)
