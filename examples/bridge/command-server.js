import { createServer } from 'node:http';
import { CommandError, RecentMessages, sending } from './commands.js';
import { SentIDs } from './sent-ids.js';
import { signatureProblem } from './signature.js';

/** Bytes of a command; files come as links. */
const LONGEST_BODY = 1 << 20;

/**
 * Executes the commands of a relay's destination `type: whatsapp, provider: bridge` on Baileys sockets, and answers
 * `{"messageId"}`. A command that comes again is executed once, by the message id that the relay chose.
 *
 *     const commands = new CommandServer({ secret: process.env.SEND_SECRET, sentFile: 'auth/support/sent' });
 *     await commands.listen(3200);
 *     commands.use('support', socket); // again for each new socket
 */
export class CommandServer {
  #secret;
  #sent;
  #timeout;
  #sessions = new Map();
  /** The messages that are being sent, by session and id. */
  #running = new Map();
  #server;

  /**
   * @param {object} options
   * @param {string} options.secret the destination's `secret`
   * @param {string} [options.sentFile] where the ids of sent messages are kept
   * @param {number} [options.timeout] milliseconds that WhatsApp may take for one message. Default 25,000
   */
  constructor({ secret, sentFile, timeout = 25_000 }) {
    if (!secret) throw new TypeError('CommandServer: `secret` is missing: anybody could send messages');
    this.#secret = secret;
    this.#sent = new SentIDs(sentFile);
    this.#timeout = timeout;
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  /** Sends the commands of a session on this socket from now on; null: it is not connected. */
  use(session, socket) {
    const recent = this.#sessions.get(session)?.recent ?? new RecentMessages();
    this.#sessions.set(session, { socket, recent });
    socket?.ev.on('messages.upsert', ({ messages }) => messages.forEach((message) => recent.add(message)));
  }

  /** Listens; resolves with the URL. */
  listen(port, host = '127.0.0.1') {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => resolve(`http://${host}:${this.#server.address().port}`));
    });
  }

  close() {
    this.#server.close();
    this.#server.closeAllConnections?.();
  }

  async #answer(request, response) {
    const reply = (status, document, headers = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(request.method === 'HEAD' ? undefined : JSON.stringify(document));
    };
    try {
      // `zaphub doctor` asks whether the bridge is there.
      if (request.method === 'HEAD' || request.method === 'GET') return reply(200, { status: 'ok' });
      if (request.method !== 'POST') throw new CommandError(405, 'commands are posted');
      const body = await read(request);
      const problem = signatureProblem(this.#secret, request.headers, body);
      if (problem) throw new CommandError(401, problem);
      reply(200, { messageId: await this.#execute(parse(body)) });
    } catch (error) {
      const status = error.status ?? 502;
      reply(status, { error: { message: error.message } }, status === 503 ? { 'retry-after': '5' } : {});
    }
  }

  /** The id of the message. Of several requests with one id, the first sends it and the others get its result. */
  async #execute(command) {
    const session = this.#sessions.get(command.session);
    if (!session) throw new CommandError(404, `there is no session "${command.session}" here`);
    const [chat, content, options] = sending(command, session.recent);
    if (command.action === 'revoke') {
      await this.#send(session, chat, content, options);
      return command.messageId;
    }
    const key = `${command.session} ${chat} ${command.messageId}`;
    if (this.#sent.has(key)) return command.messageId;
    let running = this.#running.get(key);
    if (!running) {
      running = this.#send(session, chat, content, options)
        .then((message) => {
          this.#sent.add(key);
          session.recent.add(message);
          return message?.key?.id ?? command.messageId;
        })
        .finally(() => this.#running.delete(key));
      this.#running.set(key, running);
    }
    return within(this.#timeout, running);
  }

  async #send({ socket }, chat, content, options) {
    if (!socket) throw new CommandError(503, 'the session is not connected to WhatsApp');
    return socket.sendMessage(chat, content, options);
  }
}

async function read(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > LONGEST_BODY) throw new CommandError(413, `a command has at most ${LONGEST_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(body) {
  try {
    const command = JSON.parse(body);
    if (command && typeof command === 'object') return command;
  } catch {
    // Said below.
  }
  throw new CommandError(400, 'the body is not a JSON object');
}

/** The promise's result, or an error after some time. What it does goes on, and its result counts for the next request. */
function within(milliseconds, promise) {
  return new Promise((resolve, reject) => {
    const late = () => reject(new CommandError(504, 'WhatsApp has not confirmed the message in time'));
    const timer = setTimeout(late, milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
