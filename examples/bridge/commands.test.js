// The parts that need no WhatsApp: node --test
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CommandServer } from './command-server.js';
import { RecentMessages, sending } from './commands.js';
import { SentIDs } from './sent-ids.js';
import { signatureProblem } from './signature.js';
import { makeStandIn } from './stand-in.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const CHAT = '5511999990001@s.whatsapp.net';
const GROUP = '120363041234567890@g.us';

function sign(body, { secret = SECRET, id = 'msg_1', timestamp = Math.floor(Date.now() / 1000) } = {}) {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': `${timestamp}`, 'webhook-signature': `v1,${signature}` };
}

const send = (more) => ({ action: 'send', session: 's', chatId: CHAT, messageId: '3EB0A', type: 'text', text: 'oi', ...more });

test('the signature is that of Standard Webhooks', () => {
  // The example of the specification.
  const headers = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };
  const body = Buffer.from('{"test": 2432232314}');
  assert.equal(signatureProblem(SECRET, headers, body, 1614265330), null);
  assert.match(signatureProblem(SECRET, headers, Buffer.from('{"test": 2432232315}'), 1614265330), /does not match/);
  assert.match(signatureProblem('whsec_AAAA', headers, body, 1614265330), /does not match/);
  assert.match(signatureProblem(SECRET, headers, body, 1614265330 + 301), /too old/);
  assert.match(signatureProblem(SECRET, {}, body), /not signed/);
  const rotated = { ...headers, 'webhook-signature': `v1,AAAA ${headers['webhook-signature']}` };
  assert.equal(signatureProblem(SECRET, rotated, body, 1614265330), null);
  assert.equal(signatureProblem('a text', sign('x', { secret: 'a text' }), Buffer.from('x')), null);
});

test('commands become what Baileys sends', () => {
  assert.deepEqual(sending(send()), [CHAT, { text: 'oi' }, { messageId: '3EB0A' }]);
  const media = { url: 'https://relay.example/media/x', mimetype: 'image/png', fileName: 'x.png' };
  assert.deepEqual(sending(send({ type: 'image', media }))[1], {
    image: { url: media.url }, mimetype: 'image/png', caption: 'oi',
  });
  assert.deepEqual(sending(send({ type: 'document', media, text: null }))[1], {
    document: { url: media.url }, mimetype: 'image/png', fileName: 'x.png',
  });
  assert.deepEqual(sending(send({ type: 'audio', media: { url: media.url, voice: true }, text: null }))[1], {
    audio: { url: media.url }, mimetype: 'audio/ogg; codecs=opus', ptt: true,
  });
  assert.deepEqual(sending({ action: 'revoke', session: 's', chatId: CHAT, messageId: '3EB0A' }), [
    CHAT, { delete: { remoteJid: CHAT, fromMe: true, id: '3EB0A' } }, {},
  ]);
  for (const wrong of [
    send({ chatId: '' }), send({ messageId: undefined }), send({ text: '' }), send({ action: 'shout' }),
    send({ type: 'image' }), send({ type: 'image', media: { url: 'file:///etc/passwd' } }), send({ type: 'dance', media }),
  ]) {
    assert.throws(() => sending(wrong), { status: 400 });
  }
});

test('a quote has the content of the message, where it is known', () => {
  const recent = new RecentMessages(2);
  const message = { key: { remoteJid: GROUP, id: 'Q', participant: CHAT }, message: { conversation: 'que cor?' } };
  recent.add(message);
  assert.equal(sending(send({ chatId: GROUP, quoted: { messageId: 'Q' } }), recent)[2].quoted, message);
  assert.equal(sending(send({ chatId: GROUP, quoted: { messageId: 'R' } }), recent)[2].quoted, undefined);
  assert.deepEqual(sending(send({ quoted: { messageId: 'Q' } }), recent)[2].quoted.key, {
    remoteJid: CHAT, fromMe: false, id: 'Q',
  });
  for (const id of ['1', '2']) recent.add({ key: { remoteJid: GROUP, id }, message: {} });
  assert.equal(recent.get(GROUP, 'Q'), undefined);
});

test('sent ids survive a restart and a line that was cut off', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'session', 'sent');
  const sent = new SentIDs(file, 3);
  for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) sent.add(id);
  writeFileSync(file, '\nha', { flag: 'a' });
  const again = new SentIDs(file, 3);
  assert.equal(again.has('g'), true);
  assert.equal(again.has('a'), false);
  again.add('i');
  assert.equal(new SentIDs(file, 3).has('i'), true);
});

async function withServer(body, options = {}) {
  const socket = makeStandIn();
  const server = new CommandServer({ secret: SECRET, ...options });
  server.use('s', socket);
  const url = await server.listen(0);
  const post = async (command, headers) => {
    const text = typeof command === 'string' ? command : JSON.stringify(command);
    const response = await fetch(url, { method: 'POST', body: text, headers: headers ?? sign(text) });
    return { status: response.status, answer: await response.json(), retryAfter: response.headers.get('retry-after') };
  };
  try {
    await body({ socket, server, post, url });
  } finally {
    server.close();
  }
}

test('a command is executed once, whatever comes how often', async () => {
  await withServer(async ({ socket, post }) => {
    const answers = await Promise.all([1, 2, 3].map(() => post(send())));
    answers.push(await post(send()));
    for (const { status, answer } of answers) assert.deepEqual([status, answer], [200, { messageId: '3EB0A' }]);
    assert.equal(socket.sent.length, 1);
    // An id is unique in its chat.
    await post(send({ chatId: GROUP }));
    assert.equal(socket.sent.length, 2);
    assert.equal((await post({ ...send(), action: 'revoke' })).status, 200);
    assert.deepEqual(socket.sent[2].content.delete, { remoteJid: CHAT, fromMe: true, id: '3EB0A' });
  });
});

test('what failed may be sent again under its id', async () => {
  await withServer(async ({ socket, post }) => {
    const { sendMessage } = socket;
    socket.sendMessage = () => Promise.reject(new Error('Connection Closed'));
    const failed = await post(send());
    assert.deepEqual([failed.status, failed.answer], [502, { error: { message: 'Connection Closed' } }]);
    socket.sendMessage = sendMessage;
    assert.equal((await post(send())).status, 200);
    assert.equal(socket.sent.length, 1);
  });
});

test('a message that takes too long is not sent a second time', async () => {
  await withServer(
    async ({ socket, post }) => {
      const { sendMessage } = socket;
      let finish;
      socket.sendMessage = async (...args) => {
        await new Promise((resolve) => (finish = resolve));
        return sendMessage(...args);
      };
      assert.equal((await post(send())).status, 504);
      const second = post(send());
      finish();
      assert.equal((await second).status === 200 || (await post(send())).status === 200, true);
      assert.equal(socket.sent.length, 1);
    },
    { timeout: 50 },
  );
});

test('what is not the relay, or no command, changes nothing', async () => {
  await withServer(async ({ socket, server, post, url }) => {
    const text = JSON.stringify(send());
    assert.equal((await post(text, {})).status, 401);
    assert.equal((await post(text, sign(text, { secret: 'whsec_AAAA' }))).status, 401);
    assert.equal((await post('[')).status, 400);
    assert.equal((await post('null')).status, 400);
    assert.equal((await post(send({ session: 'another' }))).status, 404);
    assert.equal((await post(send({ text: 'x'.repeat(1 << 20) }))).status, 413);
    assert.equal((await fetch(url, { method: 'HEAD' })).status, 200);
    assert.equal((await fetch(url, { method: 'DELETE' })).status, 405);
    server.use('s', null);
    const away = await post(send());
    assert.deepEqual([away.status, away.retryAfter], [503, '5']);
    assert.equal(socket.sent.length, 0);
  });
  assert.throws(() => new CommandServer({}), TypeError);
});
