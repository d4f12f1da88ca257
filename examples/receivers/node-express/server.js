// A receiver of ZapHub deliveries: verifies, deduplicates, answers fast. Needs Express and nothing else.
//
//   WEBHOOK_SECRET=whsec_… PORT=9000 node server.js
'use strict';
const crypto = require('node:crypto');
const express = require('express');

const TOLERANCE = 5 * 60; // seconds a timestamp may be off: older ones may be replays by an eavesdropper
const REMEMBERED = 100_000; // delivery ids kept for deduplication

const secret = process.env.WEBHOOK_SECRET ?? '';
const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
if (key.length === 0) {
  console.error('Set WEBHOOK_SECRET to the secret that the relay showed when the webhook was created (whsec_…).');
  process.exit(64);
}

/** Standard Webhooks: throws unless one of the request's signatures is ours, and fresh. */
function verify(headers, body) {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (!id || !timestamp || !signatures) throw new Error('not signed');
  if (!/^\d+$/.test(timestamp) || Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE) {
    throw new Error('the timestamp is missing or more than 5 minutes off');
  }
  // Over the bytes as they came: JSON that was parsed and written again may differ.
  const expected = crypto.createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  // While a secret is being changed there are several, separated by spaces; any one that fits will do.
  const valid = signatures.split(' ').some((signature) => {
    const [version, value] = signature.split(',', 2);
    const given = Buffer.from(value ?? '', 'base64');
    // timingSafeEqual: an ordinary comparison would tell an attacker how many bytes were right.
    return version === 'v1' && given.length === expected.length && crypto.timingSafeEqual(given, expected);
  });
  if (!valid) throw new Error('no signature fits');
}

// The relay delivers at least once: after a timeout or a crash the same deliveryId comes again.
// In production keep the ids where they survive a restart, such as a table with a unique column.
const seen = new Map();
function isDuplicate(deliveryId) {
  if (seen.has(deliveryId)) return true;
  seen.set(deliveryId, true);
  if (seen.size > REMEMBERED) seen.delete(seen.keys().next().value); // a Map keeps order: this is the oldest
  return false;
}

const stats = { received: 0, duplicates: 0, rejected: 0 };

/** Your work goes here. Slow work belongs into a queue of your own, so that the answer is not late. */
function handle({ event, sessionId, payload, deliveryId }) {
  console.log(JSON.stringify({ event, sessionId, chatId: payload?.chatId, content: payload?.content, deliveryId }));
}

const app = express();
app.get('/stats', (request, response) => response.json(stats));

app.post('/webhook', express.raw({ type: () => true, limit: '5mb' }), (request, response) => {
  let delivery;
  try {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    verify(request.headers, body);
    delivery = JSON.parse(body);
    if (typeof delivery?.deliveryId !== 'string') throw new Error('no deliveryId');
  } catch (error) {
    stats.rejected += 1;
    console.error(`rejected: ${error.message}`);
    return response.status(401).json({ error: error.message });
  }
  if (isDuplicate(delivery.deliveryId)) {
    stats.duplicates += 1; // a success: the relay must not send it again
    return response.sendStatus(204);
  }
  stats.received += 1;
  response.sendStatus(204); // any 2xx; everything else is tried again
  handle(delivery);
});

const server = app.listen(Number(process.env.PORT ?? 9000), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}/webhook`);
});
