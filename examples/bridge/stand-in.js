// Simulates a Baileys socket: emits the events of one day, so that the bridge and the relay can be tried without a
// WhatsApp account.
//
//   SESSION=demo RELAY_URL=http://127.0.0.1:3100/in/baileys node stand-in.js
//
// COUNT=100 sends that many text messages more, RELAY_TOKEN is the source's token, GRACE the milliseconds it may take.
// With SEND_SECRET it stays and takes the relay's commands, on SEND_PORT, until it is stopped.
import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { pathToFileURL } from 'node:url';
import { attach } from './bridge.js';
import { CommandServer } from './command-server.js';

const MARIA = '5511999990001@s.whatsapp.net';
const JOAO = '5511999990002@s.whatsapp.net';
const GROUP = '120363041234567890@g.us';

/**
 * A socket of which only `ev` and `sendMessage` work. `ev` has the two ways to listen that Baileys has. What is sent is
 * in `sent`, comes back as an own message, and is delivered and read at once.
 */
export function makeStandIn() {
  const emitter = new EventEmitter();
  const ev = {
    on: (event, listener) => emitter.on(event, listener),
    off: (event, listener) => emitter.off(event, listener),
    emit: (event, data) => {
      emitter.emit(event, data);
      emitter.emit('batch', { [event]: data });
    },
    process: (listener) => {
      emitter.on('batch', listener);
      return () => emitter.off('batch', listener);
    },
  };
  const sent = [];
  const sendMessage = async (chat, content, options) => {
    sent.push({ chat, content, options });
    if (content.delete) return undefined;
    const key = { remoteJid: chat, fromMe: true, id: options.messageId };
    const words = content.text ?? content.caption ?? '';
    const message = { key, messageTimestamp: now(), message: { conversation: words } };
    ev.emit('messages.upsert', { type: 'append', messages: [message] });
    for (const status of [3, 4]) ev.emit('messages.update', [{ key, update: { status } }]);
    return message;
  };
  return { ev, sent, sendMessage };
}

const now = () => Math.floor(Date.now() / 1000);
const newId = () => `3EB0${randomBytes(8).toString('hex').toUpperCase()}`;
/** As protobuf decoding gives 64-bit numbers: an object, not a number. */
const long = (value) => ({ low: value | 0, high: Math.floor(value / 2 ** 32), unsigned: true });

const text = (chat, words, fields = {}) => ({
  key: { remoteJid: chat, fromMe: false, id: newId() },
  messageTimestamp: now(),
  message: { conversation: words },
  ...fields,
});

/** The events of a short day, oldest first, as [name, data]. */
export function aDay() {
  const hello = text(MARIA, 'Bom dia! O pedido 4512 já saiu?', { pushName: 'Maria Silva' });
  const answer = text(MARIA, 'Bom dia, Maria! Saiu agora há pouco 🚚');
  answer.key.fromMe = true;
  const reply = text(MARIA, undefined, {
    pushName: 'Maria Silva',
    message: {
      extendedTextMessage: {
        text: 'Obrigada!',
        contextInfo: { stanzaId: answer.key.id, participant: JOAO, quotedMessage: answer.message },
      },
    },
  });
  const inGroup = text(GROUP, 'Reunião às 15h', { pushName: 'João', messageTimestamp: long(now()) });
  inGroup.key.participant = JOAO;
  const photo = text(MARIA, undefined, {
    pushName: 'Maria Silva',
    message: {
      imageMessage: {
        url: 'https://mmg.whatsapp.net/v/t62.7118-24/stand-in.enc?oh=01&oe=66AABBCC&mms3=true',
        directPath: '/v/t62.7118-24/stand-in.enc?oh=01&oe=66AABBCC',
        mimetype: 'image/jpeg',
        caption: 'Chegou assim',
        fileLength: long(48_213),
        width: 960,
        height: 1280,
        mediaKey: randomBytes(32),
        fileSha256: randomBytes(32),
        fileEncSha256: randomBytes(32),
        mediaKeyTimestamp: long(now()),
        jpegThumbnail: randomBytes(64),
      },
    },
  });
  const missed = text(JOAO, 'Te liguei e não consegui', { pushName: 'João' });

  return [
    ['connection.update', { qr: '2@c3RhbmQtaW4=,c3RhbmQtaW4=,c3RhbmQtaW4=,1' }],
    ['connection.update', { connection: 'connecting' }],
    ['connection.update', { connection: 'open', isOnline: true, receivedPendingNotifications: false }],
    ['contacts.upsert', [{ id: MARIA, name: 'Maria Silva', notify: 'Maria' }, { id: JOAO, notify: 'João' }]],
    ['chats.upsert', [{ id: MARIA, unreadCount: 0, conversationTimestamp: long(now()) }]],
    ['groups.upsert', [{ id: GROUP, subject: 'Expedição', participants: [{ id: JOAO, admin: 'admin' }] }]],
    ['messages.upsert', { type: 'append', messages: [missed] }],
    ['messages.upsert', { type: 'notify', messages: [hello] }],
    ['presence.update', { id: MARIA, presences: { [MARIA]: { lastKnownPresence: 'composing' } } }],
    ['messages.upsert', { type: 'append', messages: [answer] }],
    ['messages.update', [{ key: answer.key, update: { status: 3 } }]],
    ['messages.update', [{ key: answer.key, update: { status: 4 } }]],
    ['messages.upsert', { type: 'notify', messages: [reply] }],
    [
      'messages.reaction',
      [{ key: answer.key, reaction: { key: reply.key, text: '👍', senderTimestampMs: long(Date.now()) } }],
    ],
    ['messages.upsert', { type: 'notify', messages: [inGroup] }],
    ['message-receipt.update', [{ key: inGroup.key, receipt: { userJid: MARIA, readTimestamp: now() } }]],
    ['group-participants.update', { id: GROUP, author: JOAO, participants: [MARIA], action: 'add' }],
    ['messages.upsert', { type: 'notify', messages: [photo] }],
    ['messages.update', [{ key: hello.key, update: { message: null, messageStubType: 1, key: hello.key } }]],
    ['messages.delete', { keys: [hello.key] }],
    ['call', [{ chatId: JOAO, from: JOAO, id: newId(), date: new Date(), status: 'offer', isVideo: false }]],
    ['contacts.update', [{ id: JOAO, imgUrl: 'changed' }]],
    ['groups.update', [{ id: GROUP, subject: 'Expedição e entregas' }]],
    ['chats.update', [{ id: MARIA, unreadCount: 2 }]],
    ['connection.update', { connection: 'close', lastDisconnect: { error: closed(), date: new Date() } }],
  ];
}

function closed() {
  return Object.assign(new Error('Connection Closed'), { isBoom: true, output: { statusCode: 428 } });
}

async function main() {
  const { RELAY_URL = 'http://127.0.0.1:3100/in/baileys', RELAY_TOKEN, SESSION = 'demo', SEND_SECRET } = process.env;
  const socket = makeStandIn();
  const bridge = attach(socket, { url: RELAY_URL, session: SESSION, token: RELAY_TOKEN });

  for (const [event, data] of aDay()) socket.ev.emit(event, data);
  for (let number = 1; number <= Number(process.env.COUNT ?? 0); number += 1) {
    const messages = [text(number % 2 ? MARIA : JOAO, `Mensagem ${number}`)];
    socket.ev.emit('messages.upsert', { type: 'notify', messages });
  }

  if (SEND_SECRET) await takeCommands(socket, SESSION, SEND_SECRET);
  const left = await bridge.close(Number(process.env.GRACE ?? 10_000));
  console.log(JSON.stringify({ ...bridge.stats, left }));
  process.exitCode = left + bridge.stats.refused + bridge.stats.dropped > 0 ? 1 : 0;
}

/** Executes the relay's commands until SIGTERM, and prints each. */
async function takeCommands(socket, session, secret) {
  const commands = new CommandServer({ secret });
  const { sendMessage } = socket;
  socket.sendMessage = (chat, content, options) => {
    console.log(JSON.stringify({ chat, content, quoted: options.quoted?.key.id }));
    return sendMessage(chat, content, options);
  };
  commands.use(session, socket);
  console.log(`listens on ${await commands.listen(Number(process.env.SEND_PORT ?? 3200))}`);
  await new Promise((resolve) => process.once('SIGTERM', resolve));
  commands.close();
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main();
