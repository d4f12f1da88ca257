import { Outbox } from './outbox.js';
import { serialize } from './serialize.js';

/** What the relay's `baileys` format understands. */
export const EVENTS = [
  'connection.update',
  'messages.upsert',
  'messages.update',
  'messages.delete',
  'messages.reaction',
  'message-receipt.update',
  'contacts.upsert',
  'contacts.update',
  'chats.upsert',
  'chats.update',
  'groups.upsert',
  'groups.update',
  'group-participants.update',
  'presence.update',
  'call',
  'lid-mapping.update',
];

/** One outbox for each route and session. Consecutive sockets share it when a connection is lost and made again. */
const outboxes = new Map();

/**
 * Posts a Baileys socket's events to a ZapHub relay, as `{session, event, data}`.
 *
 *     const bridge = attach(makeWASocket({ auth }), { url: 'http://127.0.0.1:3100/in/baileys', session: 'support' });
 *
 * @param {{ev: object}} socket what makeWASocket() returned; call `attach` again for each new one
 * @param {object} options see also Outbox
 * @param {string} options.url the relay's route for the source
 * @param {string} options.session the WhatsApp account's name in the relay
 * @param {string} [options.token] if the relay's source requires one
 * @returns an object with `stats`, `flush()`, `detach()` to stop listening to the socket, and `close(grace)`, which
 *     also waits until everything is posted and tells how many events were left when the grace period ended
 */
export function attach(socket, { url, session, ...options }) {
  if (!session) throw new TypeError('attach: `session` is missing: name the WhatsApp account, such as "support"');
  const key = `${url} ${session}`;
  const outbox = outboxes.get(key) ?? new Outbox(url, options);
  outboxes.set(key, outbox);

  const forward = (event, data) => outbox.push(serialize({ session, event, data }));
  const detach = subscribe(socket.ev, forward);

  return {
    stats: outbox.stats,
    flush: () => outbox.flush(),
    detach,
    close(grace) {
      detach();
      outboxes.delete(key);
      return outbox.close(grace);
    },
  };
}

function subscribe(ev, forward) {
  // `process` hands over what Baileys buffered as one batch, in its order; `on` is there in every version.
  if (typeof ev.process === 'function') {
    return ev.process((batch) => {
      for (const [event, data] of Object.entries(batch)) {
        if (EVENTS.includes(event)) forward(event, data);
      }
    });
  }
  const listeners = EVENTS.map((event) => [event, (data) => forward(event, data)]);
  for (const [event, listener] of listeners) ev.on(event, listener);
  return () => {
    for (const [event, listener] of listeners) ev.off(event, listener);
  };
}
