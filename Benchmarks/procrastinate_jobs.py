"""The work of the relay, done by procrastinate: postgres.py runs this script with the Python of .build-venv.

    procrastinate_jobs.py schema                makes the tables
    procrastinate_jobs.py defer COUNT           defers jobs, in batches; prints when it began (monotonic clock, seconds)
    procrastinate_jobs.py work CONCURRENCY NAME runs jobs until it is ended

A job has a document, and its chat as a lock: the jobs of a chat run one at a time and in order. It signs the document (Standard
Webhooks) and posts it to BENCH_HOOK. BENCH_DATABASE is the URL of the database.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import sys
import time
from urllib.parse import urlsplit

from procrastinate import App, PsycopgConnector

from instructions import document

BATCH = 100
POOL = 20
KEY = b"a key of as many bytes as others"
HOOK = urlsplit(os.environ["BENCH_HOOK"])

app = App(connector=PsycopgConnector(conninfo=os.environ["BENCH_DATABASE"], min_size=4, max_size=POOL))
idle_connections = []


async def post(body, headers):
    """Posts over a connection that is kept for the next request: the status."""
    reader, writer = idle_connections.pop() if idle_connections else await asyncio.open_connection(HOOK.hostname, HOOK.port)
    lines = [f"POST {HOOK.path} HTTP/1.1", f"host: {HOOK.netloc}", "content-type: application/json"]
    lines += [f"content-length: {len(body)}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    writer.write("\r\n".join(lines).encode() + body)
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.partition("content-length:")[2].split("\r\n")[0])
    await reader.readexactly(length)
    idle_connections.append((reader, writer))
    return int(head.split()[1])


@app.task(name="forward", pass_context=True)
async def forward(context, document):
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    name, moment = f"msg_{context.job.id}", str(int(time.time()))
    digest = hmac.digest(KEY, f"{name}.{moment}.".encode() + body, hashlib.sha256)
    signature = base64.b64encode(digest).decode()
    status = await post(
        body, {"webhook-id": name, "webhook-timestamp": moment, "webhook-signature": f"v1,{signature}"})
    if status != 200:
        raise RuntimeError(f"the receiver answered {status}")


def job(number):
    content = json.loads(document(number))
    chat = content["data"]["messages"][0]["key"]["remoteJid"]
    return forward.configure(lock=chat).make_new_job(document=content)


async def defer(count):
    jobs = [job(number) for number in range(count)]
    await app.job_manager.batch_defer_jobs_async(jobs[:1])
    begun = time.monotonic()
    for first in range(1, count, BATCH):
        await app.job_manager.batch_defer_jobs_async(jobs[first:first + BATCH])
    print(begun, flush=True)


async def main(mode, *words):
    async with app.open_async():
        if mode == "schema":
            await app.schema_manager.apply_schema_async()
        elif mode == "defer":
            await defer(int(words[0]))
        else:
            await app.run_worker_async(concurrency=int(words[0]), name=f"worker-{words[1]}")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
