"""Runs the benchmark: wrk posts events to an nginx reverse proxy, then to the relay, before the same receiver.

The proxy is measured twice: plain, as `proxy_pass` comes (a connection to the receiver for each request), and pooled, with
keep-alive connections to the receiver as the relay has them. The ratio that must be met is that to the plain one.

Then it measures what a jq filter and a transform cost: the relay's CPU time per event with each of them in the shipped
pipeline, less that without. CPU time, because the rate depends on who else uses the machine. With BENCH_BEFORE=PATH the
binary at PATH is measured in the same turns, and the CPU time per event must be at most BENCH_MAX_CPU_RATIO of its.

End to end means: what the receiver has got, over the time from the first post until the queue is empty. The two share
the machine with wrk and the receiver, so only figures of one run compare. Ends with status 1 when the relay's rate is
below BENCH_MIN_RATIO of the plain proxy's or BENCH_MIN_POOLED_RATIO of the pooled one's, when the CPU ratio is missed, or
when an accepted event did not arrive.
"""

import datetime
import json
import os
import re
import secrets
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SECONDS = int(os.environ.get("BENCH_SECONDS", 15))
WARMUP = int(os.environ.get("BENCH_WARMUP", 3))
CONNECTIONS = int(os.environ.get("BENCH_CONNECTIONS", 64))
MIN_RATIO = float(os.environ.get("BENCH_MIN_RATIO", 0.45))
MIN_POOLED_RATIO = float(os.environ.get("BENCH_MIN_POOLED_RATIO", 0.18))
MAX_CPU_RATIO = float(os.environ.get("BENCH_MAX_CPU_RATIO", 0.55))
BINARY = Path(os.environ.get("BENCH_BINARY", ROOT / "bin/zaphub")).resolve()
BEFORE = Path(os.environ["BENCH_BEFORE"]).resolve() if os.environ.get("BENCH_BEFORE") else None
STAGE_SECONDS = int(os.environ.get("BENCH_STAGE_SECONDS", 4))
STAGE_ROUNDS = int(os.environ.get("BENCH_STAGE_ROUNDS", 2))
LIMIT = 180 + 3 * SECONDS + 4 * STAGE_ROUNDS * (STAGE_SECONDS + 8)  # seconds for everything
QUIET = 1.0  # the queue counts as empty when nothing more arrives for so long
STALLED = 15.0  # with events missing, nothing will arrive any more after so long


class Failure(Exception):
    """What ends the run, in words for the terminal."""


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def fill_in(template, target, **values):
    text = (HERE / template).read_text()
    for name, value in values.items():
        text = text.replace(f"@{name.upper()}@", str(value))
    target.write_text(text)
    return target


def request(url, document=None, key=None):
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})
    body = json.dumps(document).encode() if document is not None else None
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10) as response:
        return response.read()


def wait_until_answers(url, process, log, limit=30, pause=0.05):
    deadline = time.monotonic() + limit
    while True:
        try:
            return request(url)
        except OSError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise Failure(f"{url} does not answer ({error}); the end of its log:\n{tail(log)}") from error
            time.sleep(pause)


def tail(path, size=2000):
    return path.read_text(errors="replace")[-size:] if path.exists() else ""


class Machine:
    """The processes of a run and their directory; leaving it ends and removes them all."""

    def __init__(self, parent=ROOT / ".build-bench"):
        # Not in /tmp, which may be in memory: syncing to the disk is part of what is measured.
        self.parent = parent

    def __enter__(self):
        self.parent.mkdir(exist_ok=True)
        self.directory = Path(tempfile.mkdtemp(prefix="run-", dir=self.parent))
        self.processes = []
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            self.stop(process)
        shutil.rmtree(self.directory, ignore_errors=True)

    def start(self, name, *command, **environment):
        with (self.directory / f"{name}.out").open("wb") as log:
            process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                cwd=self.directory, env=os.environ | environment,
            )
        self.processes.append(process)
        return process

    def stop(self, process):
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        return process.returncode

    def nginx(self, name, port, **values):
        config, log = self.directory / f"{name}.conf", self.directory / f"{name}.log"
        fill_in(f"{name}.conf.in", config, directory=self.directory, port=port, **values)
        return self.start(name, "nginx", "-e", log, "-p", self.directory, "-c", config), log


class Receiver:
    """The nginx that deliveries arrive at, asked for the number of requests it has served."""

    def __init__(self, machine, port):
        self.port, self.url = port, f"http://127.0.0.1:{port}"
        self.asked = 0
        process, log = machine.nginx("receiver", port)
        wait_until_answers(f"{self.url}/hook", process, log)

    def count(self):
        self.asked += 1
        words = request(f"{self.url}/stub_status").decode().split("requests")[1].split()
        return int(words[2]) - self.asked


def load(url, seconds, receiver, drain=True, copies=1, **environment):
    """Posts events with wrk and, with `drain`, waits until they have arrived: wrk's figures and the receiver's.

    Each event arrives `copies` times. `environment` is for events.lua.
    """
    script = HERE / "events.lua"
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds + 2}s", "--timeout", "10s", "-s", script, url]
    environment = os.environ | {"BENCH_TAG": secrets.token_hex(3).upper(), "BENCH_SECONDS": str(seconds)} | environment
    start, begun = receiver.count(), time.monotonic()
    wrk = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        last, changed, figures = start, begun, None
        while True:
            time.sleep(0.05)
            count, now = receiver.count(), time.monotonic()
            if count != last:
                last, changed = count, now
            if figures is None and wrk.poll() is not None:
                figures = wrk_figures(wrk)
            if figures is None:
                continue
            missing = figures["accepted"] * copies - (last - start)
            if not drain or now - changed > (STALLED if missing > 0 else QUIET):
                return figures | {"delivered": last - start, "until_empty": changed - begun}
    finally:
        wrk.kill()
        wrk.wait()


def wrk_figures(wrk):
    output, errors = wrk.communicate()
    lines = [line for line in errors.splitlines() if line.startswith("{")]
    if wrk.returncode != 0 or not lines:
        raise Failure(f"wrk failed:\n{output}{errors}")
    figures = json.loads(lines[-1])
    return figures | {
        "accepted": figures["answered"] - figures["refused"],
        "unanswered": figures["posted"] - figures["answered"],
    }


def cpu_seconds(pid, with_ended_children=False):
    # After the name, which may contain anything, come the fields from the third on.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15 if with_ended_children else 13]) / os.sysconf("SC_CLK_TCK")


def peak_megabytes(pid):
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def fdatasync_milliseconds(directory, rounds=200):
    """How long the disk takes to make 4 KB durable: the median and the 99th percentile."""
    times = []
    file = os.open(directory / "sync.probe", os.O_CREAT | os.O_WRONLY)
    for _ in range(rounds):
        os.write(file, bytes(4096))
        start = time.perf_counter()
        os.fdatasync(file)
        times.append((time.perf_counter() - start) * 1e3)
    os.close(file)
    return statistics.median(times), sorted(times)[int(rounds * 0.99)]


POOL = "keepalive 64; keepalive_requests 1000000000;"
KEEP = 'proxy_http_version 1.1; proxy_set_header Connection "";'


def start_proxy(machine, port, targets, path, pooled):
    """A proxy that passes what is posted to /in/bench to the ports `targets` in turn, as posts to `path`."""
    pool, keep = (POOL, KEEP) if pooled else ("", "")
    servers = " ".join(f"server 127.0.0.1:{target};" for target in targets)
    return machine.nginx("proxy", port, servers=servers, path=path, pool=pool, keep=keep)


def measure_proxy(machine, receiver, port, pooled):
    process, log = start_proxy(machine, port, [receiver.port], "/hook", pooled)
    url = f"http://127.0.0.1:{port}/in/bench"
    wait_until_answers(url, process, log)
    load(url, WARMUP, receiver, drain=False)
    figures = load(url, SECONDS, receiver, drain=False)
    machine.stop(process)
    if figures["refused"] or figures["broken"] or figures["unanswered"]:
        raise Failure(f"the proxy failed requests: {figures}")
    return {"events_per_second": figures["accepted"] / figures["seconds"], "p99_ms": figures["p99_ms"]}


def start_relay(
    machine, receiver, port, name="relay", stage=None, command=(BINARY,), key=None, webhooks=({},), pipeline=None, sources="",
    store=None, sessions=("bench",), **environment,
):
    """Starts a relay with a store of its own and sessions with webhooks: the process, its address and its log.

    It has the shipped pipeline, with `stage` before its signature, or the text `pipeline`. `command` starts the binary.
    `webhooks` has the options of each webhook of each session, `sources` is the configuration of further sources, and
    `store` that of the store in place of the usual one.
    """
    key = key or secrets.token_urlsafe(24)
    folder = machine.directory / name
    (folder / "pipelines").mkdir(parents=True)
    pipeline = pipeline or (ROOT / "pipelines/default.yaml").read_text()
    if stage:
        before, sign, after = pipeline.partition("  - sign:")
        pipeline = f"{before}  - {stage}\n{sign}{after}"
    (folder / "pipelines/default.yaml").write_text(pipeline)
    config = fill_in("config.yaml.in", folder / "config.yaml", directory=folder, port=port)
    text = config.read_text().replace("sources:\n", f"sources:\n{sources}")
    config.write_text(re.sub(r"store: .*\n", lambda _: store, text) if store else text)
    relay = machine.start(name, *command, "serve", "--config", config, ZAPHUB_API_KEY=key, **environment)
    base, log = f"http://127.0.0.1:{port}", machine.directory / f"{name}.out"
    wait_until_answers(f"{base}/readyz", relay, log)
    try:
        for session in sessions:
            request(f"{base}/api/v1/sessions", {"id": session}, key)
            for number, options in enumerate(webhooks):
                # With a query of its own: a session has one webhook for each URL.
                webhook = {"url": f"{receiver.url}/hook?{number}", "max_in_flight": 128} | options
                request(f"{base}/api/v1/sessions/{session}/webhooks", webhook, key)
    except urllib.error.HTTPError as error:
        raise Failure(f"{error.url} answered {error.code}: {error.read().decode(errors='replace')}") from error

    return relay, base, log


def measure_relay(machine, receiver, port):
    relay, base, log = start_relay(machine, receiver, port)
    result = measure_running(receiver, f"{base}/in/bench", {relay: log})
    result["exit_status"] = machine.stop(relay)
    return result


def measure_running(receiver, url, relays, warmup=WARMUP, seconds=SECONDS, counters=dict, **environment):
    """The figures of a load on running relays, after a warm-up: `relays` has the log of each process.

    `counters` returns numbers by name. The result has what each has grown by, from the end of the warm-up on.
    `environment` is for events.lua.
    """
    warm = load(url, warmup, receiver, **environment)
    before, cpu = counters(), sum(cpu_seconds(relay.pid) for relay in relays)
    figures = load(url, seconds, receiver, **environment)
    for relay, log in relays.items():
        if relay.poll() is not None:
            raise Failure(f"the relay ended with status {relay.returncode}; the end of its log:\n{tail(log)}")
    used, after = sum(cpu_seconds(relay.pid) for relay in relays) - cpu, counters()
    return {
        "events_per_second": figures["delivered"] / figures["until_empty"],
        "accepted_per_second": figures["accepted"] / figures["seconds"],
        "accepted": figures["accepted"],
        "delivered": figures["delivered"],
        "delivered_in_warmup": warm["delivered"],
        "unanswered": figures["unanswered"],
        "refused": figures["refused"],
        "broken": figures["broken"],
        "p50_ms": figures["p50_ms"],
        "p99_ms": figures["p99_ms"],
        "drain_seconds": figures["until_empty"] - figures["seconds"],
        "cpu_us_per_event": used * 1e6 / max(figures["delivered"], 1),
        "peak_rss_mb": max(peak_megabytes(relay.pid) for relay in relays),
        "counters": {name: after[name] - value for name, value in before.items()},
    }


def measure_in_turns(machine, receiver, port, variants, rounds, seconds):
    """The relay's CPU time for an event in µs, and its rate end to end, for each of the `variants`.

    A variant is options of `start_relay`, of `load` under the key "load". Each is measured `rounds` times, in turns, and
    the best figure counts, because what disturbs a measurement only adds to it.
    """
    costs, rates = {name: [] for name in variants}, {name: [] for name in variants}
    for turn in range(rounds):
        for name, options in variants.items():
            options = dict(options)
            loading = options.pop("load", {})
            copies = loading.get("copies", 1)
            relay, base, log = start_relay(machine, receiver, port, f"{name}-{turn}", **options)
            load(f"{base}/in/bench", 1, receiver, **loading)
            cpu = cpu_seconds(relay.pid)
            figures = load(f"{base}/in/bench", seconds, receiver, **loading)
            if figures["delivered"] < figures["accepted"] * copies or relay.poll() is not None:
                raise Failure(f"events were lost in the variant {name}; the end of the log:\n{tail(log)}")
            costs[name].append((cpu_seconds(relay.pid) - cpu) * 1e6 * copies / figures["delivered"])
            rates[name].append(figures["delivered"] / copies / figures["until_empty"])
            machine.stop(relay)
    return {name: min(values) for name, values in costs.items()}, {name: max(values) for name, values in rates.items()}


STAGES = {
    "none": {},
    "filter": {
        "stage": "filter: { keep: '.event == \"message.received\" and .payload.chatId != \"120363000000000001@g.us\"' }"
    },
    "transform": {"stage": "transform: '.payload | del(.chatImageUrl) + {phone: (.chatId | split(\"@\")[0])}'"},
}


def measure_stages(machine, receiver, port):
    """The relay's CPU time for an event, in µs, with each further stage, and of the binary BENCH_BEFORE."""
    before = {"before": {"command": (BEFORE,)}} if BEFORE else {}
    return measure_in_turns(machine, receiver, port, STAGES | before, STAGE_ROUNDS, STAGE_SECONDS)


def complaints(result):
    relay = result["relay"]
    if result["ratio"] < MIN_RATIO:
        yield f"the ratio to the plain proxy is {result['ratio']:.2f}, below {MIN_RATIO}"
    if result["ratio_pooled"] < MIN_POOLED_RATIO:
        yield f"the ratio to the pooled proxy is {result['ratio_pooled']:.2f}, below {MIN_POOLED_RATIO}"
    if result.get("cpu_ratio", 0) > MAX_CPU_RATIO:
        yield f"an event needs {result['cpu_ratio']:.2f} of the CPU of the binary before, more than {MAX_CPU_RATIO}"
    yield from delivery_complaints(relay)


def delivery_complaints(relay):
    """What is wrong with the events of a relay's measurement."""
    if relay["delivered"] < relay["accepted"]:
        yield f"{relay['accepted'] - relay['delivered']} accepted events did not arrive"
    if relay["delivered"] > relay["accepted"] + relay["unanswered"]:
        yield f"{relay['delivered'] - relay['accepted']} more deliveries than events: some arrived twice"
    if relay["unanswered"] or relay["broken"]:
        yield f"{relay['unanswered']} posts got no answer, {relay['broken']} connections broke"
    if relay["exit_status"] != 0:
        yield f"the relay ended with status {relay['exit_status']}"


def show(result):
    proxy, pooled, relay, sync = result["proxy"], result["proxy_pooled"], result["relay"], result["fdatasync_ms"]
    stages = result["stages_cpu_us"]
    print(f"""
                          events/s    p99 answer
  nginx proxy, plain    {proxy['events_per_second']:>10,.0f}  {proxy['p99_ms']:>9.1f} ms
  nginx proxy, pooled   {pooled['events_per_second']:>10,.0f}  {pooled['p99_ms']:>9.1f} ms
  relay, accepted       {relay['accepted_per_second']:>10,.0f}  {relay['p99_ms']:>9.1f} ms
  relay, end to end     {relay['events_per_second']:>10,.0f}

  ratio       {result['ratio']:.2f} of the plain proxy's rate (at least {MIN_RATIO}), \
{result['ratio_pooled']:.2f} of the pooled one's \
(at least {MIN_POOLED_RATIO})
  events      {relay['accepted']:,} accepted, {relay['delivered']:,} delivered, {relay['refused']:,} refused
  drained     {relay['drain_seconds']:.1f} s after the last post
  CPU         {relay['cpu_us_per_event']:.0f} µs of the relay's per event; {os.cpu_count()} cores for all four processes
  stages      {stages['none']:.0f} µs of CPU per event, {stages['filter'] - stages['none']:+.0f} with a jq filter, \
{stages['transform'] - stages['none']:+.0f} with a transform ({STAGE_SECONDS} s each, best of {STAGE_ROUNDS})
  memory      {relay['peak_rss_mb']:.0f} MB at the peak
  disk        fdatasync of 4 KB takes {sync['p50']:.2f} ms (p99 {sync['p99']:.2f} ms)
""")
    if "cpu_ratio" in result:
        print(f"""  before      {stages['before']:.0f} µs of CPU per event with {BEFORE}, {stages['none']:.0f} with {BINARY}: \
{result['cpu_ratio']:.2f} (at most {MAX_CPU_RATIO})
              {result['stages_rate']['before']:,.0f} and {result['stages_rate']['none']:,.0f} events/s end to end
""")


def record(result):
    (HERE / "results").mkdir(exist_ok=True)
    with (HERE / "results/results.jsonl").open("a") as file:
        at = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        file.write(json.dumps({"at": at} | result) + "\n")


def main():
    with Machine() as machine:
        receiver_port, plain_port, pooled_port, relay_port = free_ports(4)
        p50, p99 = fdatasync_milliseconds(machine.directory)
        receiver = Receiver(machine, receiver_port)
        print(f"{CONNECTIONS} connections, {SECONDS} s each after {WARMUP} s of warm-up", flush=True)
        proxy = measure_proxy(machine, receiver, plain_port, pooled=False)
        pooled = measure_proxy(machine, receiver, pooled_port, pooled=True)
        relay = measure_relay(machine, receiver, relay_port)
        stages, rates = measure_stages(machine, receiver, relay_port)
        result = {
            "ratio": relay["events_per_second"] / proxy["events_per_second"],
            "ratio_pooled": relay["events_per_second"] / pooled["events_per_second"],
            "proxy": proxy,
            "proxy_pooled": pooled,
            "relay": relay,
            "stages_cpu_us": stages,
            "stages_rate": rates,
            "fdatasync_ms": {"p50": p50, "p99": p99},
            "settings": {"seconds": SECONDS, "warmup": WARMUP, "connections": CONNECTIONS, "cores": os.cpu_count()},
        }
    if BEFORE:
        result["cpu_ratio"] = stages["none"] / stages["before"]
    show(result)
    record(result)
    return judge(complaints(result))


def judge(problems):
    """Prints the problems: 1, the status of the process, when there are any."""
    problems = list(problems)
    for problem in problems:
        print(f"bench: {problem}", file=sys.stderr)
    return 1 if problems else 0


def give_up(number, limit):
    raise Failure(f"not done after {limit} s" if number == signal.SIGALRM else "interrupted")


def run_script(name, limit, main):
    """Ends the process with the status of `main`, or with the words of a failure, after at most `limit` seconds."""
    for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: give_up(number, limit))
    signal.alarm(limit)
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(f"{name}: {failure}")


if __name__ == "__main__":
    run_script("bench", LIMIT, main)
