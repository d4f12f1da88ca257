"""A receiver of ZapHub deliveries: verifies, deduplicates, answers fast.

    pip install -r requirements.txt
    WEBHOOK_SECRET=whsec_… PORT=9000 python app.py
"""

import base64
import hmac
import json
import logging
import os
import sys
import time
from collections import OrderedDict
from threading import Lock

from flask import Flask, jsonify, request
from werkzeug.serving import make_server

try:
    from standardwebhooks import Webhook
except ImportError:  # the same in a few lines, for where the package is not to be had
    class Webhook:
        def __init__(self, secret):
            self.key = base64.b64decode(secret.removeprefix("whsec_"))

        def verify(self, body, headers):
            delivery, sent_at, signatures = (headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
            if abs(time.time() - int(sent_at)) > 5 * 60:  # older ones may be replays by an eavesdropper
                raise ValueError("the timestamp is more than 5 minutes off")
            signed = f"{delivery}.{sent_at}.".encode() + body
            expected = "v1," + base64.b64encode(hmac.digest(self.key, signed, "sha256")).decode()
            # Several, separated by spaces, while a secret is being changed. Compared in constant time.
            if not any(hmac.compare_digest(expected, given) for given in signatures.split(" ")):
                raise ValueError("no signature fits")
            return json.loads(body)

if not os.environ.get("WEBHOOK_SECRET", "").removeprefix("whsec_"):
    sys.exit("Set WEBHOOK_SECRET to the secret that the relay showed when the webhook was created (whsec_…).")
webhook = Webhook(os.environ["WEBHOOK_SECRET"])

# The relay delivers at least once: after a timeout or a crash the same deliveryId comes again.
# In production keep the ids where they survive a restart, such as a table with a unique column.
seen = OrderedDict()
REMEMBERED = 100_000
stats = {"received": 0, "duplicates": 0, "rejected": 0}
lock = Lock()
app = Flask(__name__)


def handle(delivery):
    """Your work goes here. Slow work belongs into a queue of your own, so that the answer is not late."""
    print(json.dumps({key: delivery.get(key) for key in ("event", "sessionId", "payload", "deliveryId")}), flush=True)


@app.post("/webhook")
def receive():
    try:
        # get_data: the bytes as they came. JSON that was parsed and written again may differ.
        delivery = webhook.verify(request.get_data(), {name.lower(): value for name, value in request.headers.items()})
        delivery_id = str(delivery["deliveryId"])
    except Exception as error:  # whatever is wrong with it, it did not come from the relay
        with lock:
            stats["rejected"] += 1
        print(f"rejected: {error!r}", file=sys.stderr, flush=True)
        return {"error": str(error)}, 401
    with lock:
        if delivery_id in seen:
            stats["duplicates"] += 1
            return "", 204  # a success: the relay must not send it again
        seen[delivery_id] = True
        stats["received"] += 1
        if len(seen) > REMEMBERED:
            seen.popitem(last=False)  # the oldest
    handle(delivery)
    return "", 204  # any 2xx; everything else is tried again


app.get("/stats")(lambda: jsonify(stats))

if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # one line per event is enough
    server = make_server("127.0.0.1", int(os.environ.get("PORT", 9000)), app, threaded=True)
    print(f"listening on http://127.0.0.1:{server.server_port}/webhook", flush=True)
    server.serve_forever()
