"""Measures media: messages with files are posted, each followed by a text in the same chat, while a server hands out the
encrypted files. Every file must arrive decrypted, in its chat's order, and fetchable under its link.

The same load runs twice, each time in a new relay: alone, and beside the files of another source whose server takes
connections and never answers. Ends with status 1 when a file does not arrive, when the second run takes more than
BENCH_MAX_RATIO of the first one's time, or when the relay holds more memory than files of this size could ever need at
once.
"""

import base64
import hashlib
import hmac
import http.server
import json
import os
import random
import secrets
import socket
import subprocess
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from run import BINARY, Failure, Machine, cpu_seconds, fill_in, free_ports, run_script, peak_megabytes, request, wait_until_answers

MESSAGES = int(os.environ.get("BENCH_MEDIA", 2000))
LARGE = 20  # of them have LARGE_SIZE bytes
LARGE_SIZE = 20 << 20
MEMORY = 250  # megabytes
HANGING = int(os.environ.get("BENCH_MEDIA_HANGING", 200))
MAX_RATIO = float(os.environ.get("BENCH_MAX_RATIO", 2))
KEY = bytes(range(32))

PIPELINE = """stages:
  - persist
  - enrich
  - media: { wait: 60s }
  - sign: standard_webhooks
  - deliver: [session]
"""


def derive(kind):
    pseudo = hmac.new(bytes(32), KEY, hashlib.sha256).digest()
    info, block, material = f"WhatsApp {kind.title()} Keys".encode(), b"", b""
    for counter in range(1, 5):
        block = hmac.new(pseudo, block + info + bytes([counter]), hashlib.sha256).digest()
        material += block
    return material[:16], material[16:48], material[48:80]


def seal(plain):
    vector, cipher, mac = derive("image")
    command = ["openssl", "enc", "-aes-256-cbc", "-K", cipher.hex(), "-iv", vector.hex()]
    data = subprocess.run(command, input=plain, capture_output=True, check=True).stdout
    return data + hmac.new(mac, vector + data, hashlib.sha256).digest()[:10]


def encode(data):
    return base64.b64encode(data).decode()


class Files(http.server.BaseHTTPRequestHandler):
    """Hands out the encrypted files."""

    protocol_version = "HTTP/1.1"
    blobs = {}

    def do_GET(self):
        blob = self.blobs.get(self.path.split("?")[0])
        self.send_response(200 if blob else 404)
        self.send_header("content-length", str(len(blob or b"")))
        self.end_headers()
        self.wfile.write(blob or b"")

    def log_message(self, *_):
        pass


class Hook(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    lock = threading.Lock()
    bodies = []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with self.lock:
            self.bodies.append(body)
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def serve(handler):
    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 512
        daemon_threads = True

    server = Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


class HangingServer:
    """Takes connections and what they send, and never answers."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.connections = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            self.connections.append(self.listener.accept()[0])


def message(number, content, prefix="M"):
    chat = f"55119{number % 200:08d}@s.whatsapp.net"
    return {
        "key": {"remoteJid": chat, "id": f"{'T' if 'conversation' in content else prefix}{number}", "fromMe": False},
        "messageTimestamp": 1763030000 + number, "pushName": "Bench", "message": content,
    }


def make(number):
    size = LARGE_SIZE if number < LARGE else random.Random(number).randint(10_000, 300_000)
    plain = random.Random(number).randbytes(size)
    blob = seal(plain)
    path = f"/v/t62.7118-24/{number}.enc"
    Files.blobs[path] = blob
    node = {
        "url": "https://mmg.whatsapp.net" + path, "directPath": path, "mimetype": "image/jpeg",
        "mediaKey": encode(KEY), "fileLength": size, "fileSha256": encode(hashlib.sha256(plain).digest()),
        "fileEncSha256": encode(hashlib.sha256(blob).digest()),
    }
    return number, node, hashlib.sha256(plain).hexdigest()


def post(base, source, session, messages):
    request(f"{base}/in/{source}/{session}", {"event": "messages.upsert", "data": {"messages": messages}})


def hanging_file(number):
    node = {
        "url": None, "directPath": f"/v/hanging/{number}.enc", "mimetype": "image/jpeg", "mediaKey": encode(KEY),
        "fileSha256": encode(hashlib.sha256(b"%d" % number).digest()),
    }
    return message(number, {"imageMessage": node}, "H")


def check(base, bodies, order, digests):
    """What is wrong with what has arrived."""
    wrong, last = [], {}
    place_of = {number: place for place, number in enumerate(order)}
    for body in bodies:
        payload = body["payload"]
        name, number = payload["messageId"], int(payload["messageId"][1:])
        if name[0] == "M" and payload.get("media", {}).get("sha256") != digests[name]:
            wrong.append(f"{name}: {payload.get('raw_media', {}).get('error')}")
        place = place_of[number] * 2 + (name[0] == "T")
        if place < last.get(payload["chatId"], -1):
            wrong.append(f"{name} came before its turn")
        last[payload["chatId"]] = place
    if len(bodies) != 2 * MESSAGES:
        wrong.append(f"{len(bodies)} of {2 * MESSAGES} messages arrived")
    with_media = [body for body in bodies if "media" in body["payload"]]
    for body in random.Random(1).sample(with_media, min(50, len(with_media))):
        address = body["payload"]["media"]["url"].split("/media/")[1]
        with urllib.request.urlopen(f"{base}/media/{address}") as answer:
            if hashlib.sha256(answer.read()).hexdigest() != body["payload"]["media"]["sha256"]:
                wrong.append(f"the link of {body['payload']['messageId']} leads elsewhere")
    return wrong


def measure(name, files, order, digests, media, hook, hanging):
    """Runs the load in a new relay, beside a number of files that hang. Returns seconds, megabytes and what is wrong."""
    with Machine() as machine:
        (port,) = free_ports(1)
        server = HangingServer()
        key, base = secrets.token_urlsafe(24), f"http://127.0.0.1:{port}"
        (machine.directory / "pipelines").mkdir()
        (machine.directory / "pipelines/default.yaml").write_text(PIPELINE)
        config = fill_in("config.yaml.in", machine.directory / "config.yaml", directory=machine.directory, port=port)
        text = config.read_text().replace(
            "format: baileys }", f'format: baileys, media: {{ whatsapp_url: "http://127.0.0.1:{media}", '
            f'hosts: ["127.0.0.1:{media}"] }} }}\n  hanging: {{ transport: http, format: baileys, '
            f'media: {{ whatsapp_url: "http://127.0.0.1:{server.port}" }} }}')
        config.write_text(text + f"media: {{ store: 'file:{machine.directory}/media' }}\n")
        relay = machine.start("relay", BINARY, "serve", "--config", config, ZAPHUB_API_KEY=key)
        wait_until_answers(f"{base}/readyz", relay, machine.directory / "relay.out")
        request(f"{base}/api/v1/sessions", {"id": "bench"}, key)
        request(f"{base}/api/v1/sessions/bench/webhooks", {"url": f"http://127.0.0.1:{hook}/hook"}, key)
        request(f"{base}/api/v1/sessions", {"id": "hanging"}, key)
        Hook.bodies.clear()
        for first in range(0, hanging, 20):
            post(base, "hanging", "hanging", [hanging_file(first + each) for each in range(min(20, hanging - first))])
        idle = cpu_seconds(relay.pid)
        begun = time.monotonic()
        for number in order:
            image = message(number, {"imageMessage": files[number][1]})
            post(base, "bench", "bench", [image, message(number, {"conversation": "and a word"})])
        posted = time.monotonic() - begun
        while len(Hook.bodies) < 2 * MESSAGES and time.monotonic() - begun < 150:
            time.sleep(0.05)
        seconds = time.monotonic() - begun
        cpu, memory = cpu_seconds(relay.pid) - idle, peak_megabytes(relay.pid)
        wrong = check(base, list(Hook.bodies), order, digests)
        total = sum(len(blob) for blob in Files.blobs.values()) / 1e6
        machine.stop(relay)
    print(
        f"{name}: {MESSAGES:,} media messages ({total:,.0f} MB, {LARGE} of {LARGE_SIZE >> 20} MiB) and as many texts: "
        f"posted in {posted:.1f} s, all delivered after {seconds:.1f} s ({MESSAGES / seconds:.0f} files/s, "
        f"{total / seconds:.0f} MB/s); {cpu / MESSAGES * 1e3:.1f} ms CPU a file; {memory:.0f} MB at the peak; "
        f"{len(server.connections)} requests that hang; {len(wrong)} wrong",
        flush=True,
    )
    for line in wrong[:10]:
        print("  " + line)
    return seconds, memory, wrong


def main():
    with ThreadPoolExecutor(2) as pool:
        files = list(pool.map(make, range(MESSAGES)))
    digests = {f"M{number}": digest for number, _, digest in files}
    order = list(range(MESSAGES))
    random.Random(7).shuffle(order)
    media, hook = serve(Files), serve(Hook)
    alone, memory, wrong = measure("alone", files, order, digests, media, hook, 0)
    beside, more, others = measure(f"beside {HANGING} that hang", files, order, digests, media, hook, HANGING)
    print(f"ratio of the times: {beside / alone:.2f}")
    return 0 if not wrong + others and max(memory, more) < MEMORY and beside / alone <= MAX_RATIO else 1


if __name__ == "__main__":
    run_script("bench", 400, main)
