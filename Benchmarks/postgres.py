"""Measures the relay with the store on PostgreSQL. `make bench STORE=postgres` runs it.

- In turns, and on the same cores: the relay on SQLite, on PostgreSQL, and procrastinate, a queue for Python on the same
  PostgreSQL server, whose workers send the same documents, signed, to the same receiver. PostgreSQL's rate must be at least
  BENCH_MIN_STORE_RATIO = 0.5 of SQLite's and BENCH_MIN_QUEUE_RATIO = 10 times procrastinate's. The best of each counts.
- What an event costs on PostgreSQL: CPU time of the relay and of all server processes, rows written (at most
  BENCH_MAX_ROWS = 4), transactions, packets that the relay sends to the server (an upper bound of the round trips), bytes of
  the write-ahead log; and in a turn of its own, because counting takes time, the statements.
- BENCH_NODES="1 2 3" relays on one database behind nginx, which gives them the events in turn: with one session, whose
  webhook one node sends to, and with SESSIONS of them, which the nodes share.

Ends with status 1 when a limit is missed or when an accepted event did not arrive. The server has its own data directory
beside the stores of the relays, waits for the disk at each commit, listens on the loopback interface, and ends with this
script.

Settings from the environment: BENCH_POSTGRES_SECONDS=8, BENCH_POSTGRES_ROUNDS=2, BENCH_JOBS=4000 (for procrastinate),
BENCH_WORKERS=2 (processes) with BENCH_WORKER_CONCURRENCY=16 jobs at a time each, and BENCH_BINARY=PATH to measure another
build.
"""

import base64
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path

from run import (
    HERE, QUIET, ROOT, STALLED, Failure, Machine, Receiver, cpu_seconds, delivery_complaints, fdatasync_milliseconds,
    free_ports, judge, measure_running, record, request, run_script, start_proxy, start_relay, tail, wait_until_answers,
)

SECONDS = int(os.environ.get("BENCH_POSTGRES_SECONDS", 8))
ROUNDS = int(os.environ.get("BENCH_POSTGRES_ROUNDS", 2))
NODES = [int(count) for count in os.environ.get("BENCH_NODES", "1 2 3").split()]
JOBS = int(os.environ.get("BENCH_JOBS", 4000))
WORKERS = int(os.environ.get("BENCH_WORKERS", 2))
CONCURRENCY = int(os.environ.get("BENCH_WORKER_CONCURRENCY", 16))
MIN_STORE_RATIO = float(os.environ.get("BENCH_MIN_STORE_RATIO", 0.5))
MIN_QUEUE_RATIO = float(os.environ.get("BENCH_MIN_QUEUE_RATIO", 10))
MAX_ROWS = float(os.environ.get("BENCH_MAX_ROWS", 4))
WARMUP = 2
SESSIONS = 12
SHOWN_STATEMENTS = 12
PYTHON = ROOT / ".build-venv/bin/python"
LIMIT = 120 + (3 * ROUNDS + 1 + 2 * len(NODES)) * (SECONDS + WARMUP + 40)  # seconds for everything

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "fsync": "on",
    "synchronous_commit": "on",
    "shared_buffers": "512MB",
    # Of docs/scaling.md.
    "max_wal_size": "4GB",
    "wal_compression": "on",
    # It counts only in databases for which it is switched on.
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track": "none",
}


class Cluster:
    """A PostgreSQL server with a data directory of its own. Leaving it ends the server."""

    def __init__(self, machine, port):
        self.machine, self.port, self.databases = machine, port, 0
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
        newest = found[-1] if found else shutil.which("initdb")
        if not newest:
            raise Failure("no PostgreSQL server is installed: run scripts/bootstrap --tests, which installs one")
        self.programs = Path(newest).parent

    def __enter__(self):
        home, data = self.machine.directory / "postgres", self.machine.directory / "postgres/data"
        home.mkdir()
        # A server refuses to run as root.
        self.user = []
        if os.getuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(home, user.pw_uid, user.pw_gid)
            self.machine.directory.chmod(0o711)
            self.user = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups"]
        made = subprocess.run(
            [*self.user, self.programs / "initdb", "-D", data, "-E", "UTF8", "--locale=C", "--auth=trust", "-U", "zaphub"],
            cwd=home if not self.user else "/", capture_output=True, text=True,
        )
        if made.returncode != 0:
            raise Failure(f"initdb failed; the user postgres must be able to reach {home}:\n{made.stderr}")
        # Without the script, the server ends as well.
        command = ["setpriv", *self.user[1:], "--pdeathsig", "QUIT", self.programs / "postgres", "-D", data, "-p", self.port]
        for name, value in SETTINGS.items():
            command += ["-c", f"{name}={value}"]
        self.process = self.machine.start("postgres-server", *command)
        log = self.machine.directory / "postgres-server.out"
        deadline = time.monotonic() + 30
        while "is ready to accept connections" not in tail(log):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Failure(f"PostgreSQL does not start; the end of its log:\n{tail(log)}")
            time.sleep(0.05)
        return self

    def __exit__(self, *_):
        # Unlike SIGTERM, it does not wait for the clients.
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)

    def run(self, sql, database="postgres"):
        """Runs a statement: its rows, as lists of texts."""
        command = [
            self.programs / "psql", "-X", "-A", "-t", "-q", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", sql, self.url(database)
        ]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise Failure(f"psql failed: {done.stderr}{sql}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def url(self, database):
        return f"postgres://zaphub@127.0.0.1:{self.port}/{database}"

    def create_database(self):
        """An empty database. What was written before it is on the disk, and burdens nothing that is measured now."""
        self.databases += 1
        name = f"bench_{self.databases}"
        self.run(f"CREATE DATABASE {name}")
        self.run("CHECKPOINT")
        return name

    def counters(self):
        """What has grown with the work: CPU time of all server processes, log, and packets of the clients that are connected."""
        sockets = subprocess.run(
            ["ss", "-tinH", "state", "established", f"sport = :{self.port}"], capture_output=True, text=True, check=True
        ).stdout
        [[wal]] = self.run("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')")
        return {
            "server_cpu": self.cpu_seconds(),
            "wal_bytes": int(wal),
            "packets": sum(int(count) for count in re.findall(r"\bdata_segs_in:(\d+)", sockets)),
        }

    def cpu_seconds(self):
        server = self.process.pid
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        total = cpu_seconds(server, with_ended_children=True)
        for child in children:
            try:
                total += cpu_seconds(child)
            except OSError:
                pass  # it has just ended
        return total

    def transactions(self, database):
        """Transactions in a database so far. Exact once its clients have left."""
        [[count]] = self.run(
            f"SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = '{database}'")
        return int(count)

    def tables(self, database):
        """The rows inserted, updated, updated without a new entry in any index (HOT), and deleted in each table so far.

        Exact once the database's clients have left. Those of the catalog, which the making of the tables writes, do not count.
        """
        rows = self.run(
            """
            SELECT relname, n_tup_ins, n_tup_upd, n_tup_hot_upd, n_tup_del FROM pg_stat_user_tables
            WHERE n_tup_ins + n_tup_upd + n_tup_del > 0
            """, database)
        return {name: [int(count) for count in counts] for name, *counts in rows}


def store_options(machine, cluster, database, name):
    """The options of `start_relay` for a relay on PostgreSQL."""
    store = f'store: {{ url: "{cluster.url(database)}", directory: "{machine.directory}/{name}-data" }}\n'
    # Nodes share the media files.
    store += f'media: {{ store: "file:{machine.directory}/media" }}\n'
    return {"name": name, "store": store, "ZAPHUB_NODE_NAME": name, "ZAPHUB_SECRET_KEY": SECRET_KEY}


SECRET_KEY = base64.b64encode(secrets.token_bytes(32)).decode()


def per_event(result):
    """Adds to a measurement on PostgreSQL what an event has cost."""
    events, counters = max(result["delivered"], 1), result["counters"]
    result["server_cpu_us_per_event"] = counters["server_cpu"] * 1e6 / events
    result["wal_bytes_per_event"] = counters["wal_bytes"] / events
    result["packets_per_event"] = counters["packets"] / events
    return result


def measure_sqlite(machine, receiver, port, name):
    relay, base, log = start_relay(machine, receiver, port, name)
    result = measure_running(receiver, f"{base}/in/bench", {relay: log}, WARMUP, SECONDS)
    result["exit_status"] = machine.stop(relay)
    return result


def measure_postgres(machine, receiver, port, cluster, name, counts_statements=False):
    database = cluster.create_database()
    if counts_statements:
        cluster.run("CREATE EXTENSION pg_stat_statements", database)
        cluster.run(f"ALTER DATABASE {database} SET pg_stat_statements.track = 'top'")
    relay, base, log = start_relay(machine, receiver, port, **store_options(machine, cluster, database, name))
    started = cluster.transactions(database)
    if counts_statements:
        cluster.run("SELECT pg_stat_statements_reset()", database)
    result = measure_running(receiver, f"{base}/in/bench", {relay: log}, WARMUP, SECONDS, cluster.counters)
    result["exit_status"] = machine.stop(relay)
    per_event(result)
    events = max(result["delivered"] + result["delivered_in_warmup"], 1)
    tables = cluster.tables(database)
    result["transactions_per_event"] = (cluster.transactions(database) - started) / events
    result["rows_per_event"] = sum(
        inserted + updated + deleted for inserted, updated, _, deleted in tables.values()) / events
    result["tables"] = {
        table: [count / events for count in counts] for table, counts in tables.items() if sum(counts) > events / 100
    }
    if counts_statements:
        result["statements"] = statements(cluster, database, events)
    return result


def statements(cluster, database, events):
    """What is executed most, by time: calls, rows and µs of each statement for an event, and those of all together."""
    rows = cluster.run(
        """
        SELECT calls, rows, total_exec_time * 1000, left(regexp_replace(query, '\\s+', ' ', 'g'), 90)
        FROM pg_stat_statements AS s JOIN pg_database AS d ON d.oid = s.dbid
        WHERE d.datname = current_database() AND query NOT LIKE '%pg_stat_statements%' ORDER BY total_exec_time DESC
        """, database)
    counted = [
        {"calls": int(calls) / events, "rows": int(rows) / events, "us": float(time) / events, "text": text}
        for calls, rows, time, text in rows
    ]
    return {"calls": sum(one["calls"] for one in counted), "first": counted[:SHOWN_STATEMENTS]}


def measure_nodes(machine, receiver, cluster, count, sessions):
    """`count` relays on one database behind a load balancer, and `sessions` sessions with a webhook each."""
    database, key = cluster.create_database(), secrets.token_urlsafe(24)
    balancer_port, *ports = free_ports(count + 1)
    relays, names = {}, [f"bench-{number}" for number in range(sessions)] if sessions > 1 else ["bench"]
    for number, port in enumerate(ports):
        options = store_options(machine, cluster, database, f"node-{sessions}-{count}-{number}")
        relay, base, log = start_relay(
            machine, receiver, port, key=key, sessions=names if number == 0 else (), **options)
        relays[relay] = log
    wait_for_nodes(base, key, count)
    balancer, log = start_proxy(machine, balancer_port, ports, "/in/bench", pooled=True)
    wait_until_answers(f"http://127.0.0.1:{balancer_port}/readyz", balancer, log)
    environment = {"BENCH_SESSIONS": str(sessions)}
    result = measure_running(
        receiver, f"http://127.0.0.1:{balancer_port}/in/bench", relays, WARMUP, SECONDS, cluster.counters, **environment)
    # Of the destinations that have deliveries.
    result["shares"] = [node["share_percent"] for node in nodes_of(base, key) if node["state"] == "active"]
    if len(result["shares"]) != count:
        raise Failure(f"{count} nodes were started, and at the end {len(result['shares'])} are active")
    machine.stop(balancer)
    result["exit_status"] = max((machine.stop(relay) for relay in relays), key=abs)
    return per_event(result)


def nodes_of(base, key):
    return json.loads(request(f"{base}/api/v1/nodes", key=key))["data"]


def wait_for_nodes(base, key, count):
    """Waits until all nodes know of each other."""
    deadline = time.monotonic() + 30
    while len(nodes := nodes_of(base, key)) != count or any(node["state"] != "active" for node in nodes):
        if time.monotonic() > deadline:
            raise Failure(f"{count} nodes were started, and after 30 s there are {nodes}")
        time.sleep(0.1)


def measure_queue(machine, receiver, cluster, name):
    """The rate of procrastinate from the first job that is deferred until the last has arrived at the receiver."""
    database = cluster.create_database()
    script = HERE / "procrastinate_jobs.py"
    environment = {"BENCH_DATABASE": cluster.url(database), "BENCH_HOOK": f"{receiver.url}/hook"}

    def start(*words):
        return machine.start(f"{name}-{'-'.join(words)}", PYTHON, script, *words, **environment)

    def log(*words):
        return machine.directory / f"{name}-{'-'.join(words)}.out"

    if not PYTHON.exists():
        raise Failure("procrastinate is not installed: run scripts/bootstrap --tests")
    if start("schema").wait(60) != 0:
        raise Failure(f"procrastinate's tables could not be made; the end of the log:\n{tail(log('schema'))}")
    workers = [start("work", str(CONCURRENCY), str(number)) for number in range(WORKERS)]
    deadline = time.monotonic() + 30
    while int(cluster.run("SELECT count(*) FROM procrastinate_workers", database)[0][0]) < WORKERS:
        if time.monotonic() > deadline:
            raise Failure(f"procrastinate's workers do not start; the end of a log:\n{tail(log('work', str(CONCURRENCY), '0'))}")
        time.sleep(0.1)
    server, cpu = cluster.cpu_seconds(), sum(cpu_seconds(worker.pid) for worker in workers)
    first = receiver.count()
    deferring = start("defer", str(JOBS))
    arrived, changed = 0, time.monotonic()
    while arrived < JOBS or time.monotonic() - changed < QUIET:
        time.sleep(0.05)
        count, now = receiver.count() - first, time.monotonic()
        if count != arrived:
            arrived, changed = count, now
        if deferring.poll() not in (None, 0) or now - changed > STALLED:
            logs = "\n".join(tail(log(*words), 1000) for words in [("defer", str(JOBS)), ("work", str(CONCURRENCY), "0")])
            raise Failure(f"procrastinate: {arrived} of {JOBS} jobs have arrived; the ends of the logs:\n{logs}")
    used = sum(cpu_seconds(worker.pid) for worker in workers) - cpu
    server = cluster.cpu_seconds() - server
    for worker in workers:
        machine.stop(worker)
    begun = float(log("defer", str(JOBS)).read_text().split()[-1])
    return {
        "jobs_per_second": JOBS / (changed - begun),
        "arrived": arrived,
        "cpu_us_per_job": used * 1e6 / JOBS,
        "server_cpu_us_per_job": server * 1e6 / JOBS,
    }


def best(results, key):
    return max(results, key=lambda result: result[key])


def main():
    with Machine() as machine:
        receiver_port, port, database_port = free_ports(3)
        sync = fdatasync_milliseconds(machine.directory)
        receiver = Receiver(machine, receiver_port)
        with Cluster(machine, database_port) as cluster:
            sqlite, postgres, queue = [], [], []
            for turn in range(ROUNDS):
                progress(f"turn {turn + 1} of {ROUNDS}: {SECONDS} s each after {WARMUP} s of warm-up")
                sqlite.append(measure_sqlite(machine, receiver, port, f"sqlite-{turn}"))
                postgres.append(measure_postgres(machine, receiver, port, cluster, f"postgres-{turn}"))
                queue.append(measure_queue(machine, receiver, cluster, f"queue-{turn}"))
            progress("counting statements")
            counted = measure_postgres(machine, receiver, port, cluster, "counted", counts_statements=True)
            nodes = {}
            for sessions in (1, SESSIONS):
                for count in NODES:
                    progress(f"nodes: {count}, sessions: {sessions}")
                    nodes[f"{count}x{sessions}"] = measure_nodes(machine, receiver, cluster, count, sessions)
    result = {
        "sqlite": best(sqlite, "events_per_second"),
        "postgres": best(postgres, "events_per_second"),
        "procrastinate": best(queue, "jobs_per_second"),
        "counted": counted,
        "nodes": nodes,
        "fdatasync_ms": {"p50": sync[0], "p99": sync[1]},
    }
    rate = result["postgres"]["events_per_second"]
    result["ratio"] = rate / result["sqlite"]["events_per_second"]
    result["queue_ratio"] = rate / result["procrastinate"]["jobs_per_second"]
    show(result)
    record({"postgres": result})
    measured = {f"SQLite, turn {turn + 1}": one for turn, one in enumerate(sqlite)}
    measured |= {f"PostgreSQL, turn {turn + 1}": one for turn, one in enumerate(postgres)}
    measured |= {"counted": counted} | {f"nodes and sessions {name}": one for name, one in nodes.items()}
    return judge(complaints(result, measured, queue))


def progress(text):
    print(text, flush=True)


def complaints(result, measured, queue):
    if result["ratio"] < MIN_STORE_RATIO:
        yield f"PostgreSQL has {result['ratio']:.2f} of SQLite's rate, below {MIN_STORE_RATIO:g}"
    if result["queue_ratio"] < MIN_QUEUE_RATIO:
        yield f"the relay has {result['queue_ratio']:.1f} times procrastinate's rate, below {MIN_QUEUE_RATIO:g}"
    if result["postgres"]["rows_per_event"] > MAX_ROWS:
        yield f"an event writes {result['postgres']['rows_per_event']:.2f} rows, more than {MAX_ROWS:g}"
    for name, one in measured.items():
        for complaint in delivery_complaints(one):
            yield f"{name}: {complaint}"
    for one in queue:
        if one["arrived"] != JOBS:
            yield f"procrastinate: {one['arrived']} requests arrived for {JOBS} jobs"


def show(result):
    sqlite, postgres, counted, queue = (result[name] for name in ("sqlite", "postgres", "counted", "procrastinate"))
    print(f"""
                             events/s   relay CPU  server CPU        WAL
  SQLite                   {sqlite['events_per_second']:>10,.0f} {sqlite['cpu_us_per_event']:>8,.0f} µs""")
    rows = {"PostgreSQL": postgres, "… counting statements": counted}
    for key, one in result["nodes"].items():
        count, sessions = key.split("x")
        rows[f"nodes: {count}, sessions: {sessions}"] = one
    for name, one in rows.items():
        print(
            f"  {name:24} {one['events_per_second']:>10,.0f} {one['cpu_us_per_event']:>8,.0f} µs "
            f"{one['server_cpu_us_per_event']:>8,.0f} µs {one['wal_bytes_per_event']:>8,.0f} B"
            + (f"   shares {' '.join(f'{share:.0f} %' for share in one['shares'])}" if "shares" in one else "")
        )
    print(f"""  procrastinate            {queue['jobs_per_second']:>10,.0f} {queue['cpu_us_per_job']:>8,.0f} µs \
{queue['server_cpu_us_per_job']:>8,.0f} µs   ({WORKERS} workers, {CONCURRENCY} jobs at a time each)

  ratio       {result['ratio']:.2f} of SQLite's rate (at least {MIN_STORE_RATIO:g}), {result['queue_ratio']:.1f} times \
procrastinate's (at least {MIN_QUEUE_RATIO:g})
  rows        {postgres['rows_per_event']:.2f} written per event (at most {MAX_ROWS:g})
  server      {postgres['transactions_per_event']:.3f} transactions and {postgres['packets_per_event']:.2f} packets from the \
relay per event
  answers     p50 {postgres['p50_ms']:.1f} ms, p99 {postgres['p99_ms']:.1f} ms; on SQLite {sqlite['p50_ms']:.1f} and \
{sqlite['p99_ms']:.1f} ms
  disk        fdatasync of 4 KB takes {result['fdatasync_ms']['p50']:.2f} ms (p99 {result['fdatasync_ms']['p99']:.2f} ms)

  rows per event by table    inserted   updated    (HOT)     deleted""")
    for table, counts in sorted(postgres["tables"].items()):
        print(f"  {table:24}" + "".join(f"{count:>11.3f}" for count in counts))
    print(f"\n  {counted['statements']['calls']:.2f} statements per event; those that take most of the time:")
    print("      calls      rows     time")
    for one in counted["statements"]["first"]:
        print(f"  {one['calls']:>9.3f} {one['rows']:>9.3f} {one['us']:>5.0f} µs   {one['text']}")
    print(flush=True)


if __name__ == "__main__":
    run_script("bench", LIMIT, main)
