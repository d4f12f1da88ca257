// A WhatsApp account on Baileys, its events posted to a relay.
//
//   npm install @whiskeysockets/baileys
//   SESSION=support RELAY_URL=http://127.0.0.1:3100/in/baileys node index.js
//
// With SEND_SECRET it also sends what the relay's destination `type: whatsapp, provider: bridge` with that `secret` asks
// for, on http://127.0.0.1:3200 (SEND_HOST, SEND_PORT).
//
// With PHONE=5511999999999 the first start prints a pairing code: enter it in WhatsApp under linked devices.
import { attach } from './bridge.js';
import { CommandServer } from './command-server.js';

const { RELAY_URL = 'http://127.0.0.1:3100/in/baileys', RELAY_TOKEN, SESSION = 'main', PHONE } = process.env;
const { SEND_SECRET, SEND_HOST = '127.0.0.1', SEND_PORT = '3200' } = process.env;

const baileys = await import('@whiskeysockets/baileys').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error('Baileys is not installed here: npm install @whiskeysockets/baileys');
  console.error('To try the relay without WhatsApp: node stand-in.js');
  process.exit(69);
});
const { default: makeWASocket, DisconnectReason, useMultiFileAuthState } = baileys;
const { state, saveCreds } = await useMultiFileAuthState(`auth/${SESSION}`);

const commands = SEND_SECRET && new CommandServer({ secret: SEND_SECRET, sentFile: `auth/${SESSION}/sent-ids` });
if (commands) {
  commands.use(SESSION, null);
  console.log(`takes commands on ${await commands.listen(Number(SEND_PORT), SEND_HOST)}`);
}

let bridge;
let stopping = false;
let paired = state.creds.registered;

async function connect() {
  const socket = makeWASocket({ auth: state });
  bridge?.detach();
  bridge = attach(socket, { url: RELAY_URL, session: SESSION, token: RELAY_TOKEN });

  socket.ev.on('creds.update', saveCreds);
  socket.ev.on('connection.update', async ({ connection, qr, lastDisconnect }) => {
    if (connection === 'open') commands?.use(SESSION, socket);
    if (connection === 'close') commands?.use(SESSION, null);
    if (qr && !PHONE) console.log('Set PHONE for a pairing code, or show the QR code that the relay delivers.');
    if (qr && PHONE && !paired) {
      paired = true; // the QR code changes every 20 s, the pairing code need not
      console.log(`Pairing code: ${await socket.requestPairingCode(PHONE)}`);
    }
    if (connection !== 'close' || stopping) return;
    if (lastDisconnect?.error?.output?.statusCode === DisconnectReason.loggedOut) {
      console.error(`Logged out. Delete auth/${SESSION} and start again to link the account anew.`);
      return stop(1);
    }
    setTimeout(connect, 2_000); // the same outbox goes on: attach() knows the session
  });
}

async function stop(status) {
  if (stopping) return;
  stopping = true;
  commands?.close();
  const left = await bridge?.close();
  if (left) console.error(`${left} events could not be posted`);
  process.exit(status);
}

process.on('SIGINT', () => stop(0));
process.on('SIGTERM', () => stop(0));
await connect();
