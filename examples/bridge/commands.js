/** A command that cannot be executed, with the status of the answer. */
export class CommandError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The messages of a socket that were seen last, by chat and id: to quote one, Baileys needs its content. */
export class RecentMessages {
  #messages = new Map();
  #limit;

  constructor(limit = 5_000) {
    this.#limit = limit;
  }

  add(message) {
    const { remoteJid, remoteJidAlt, id } = message?.key ?? {};
    if (!id || !message.message) return;
    for (const chat of [remoteJid, remoteJidAlt]) {
      if (chat) this.#messages.set(`${chat} ${id}`, message);
    }
    while (this.#messages.size > this.#limit) this.#messages.delete(this.#messages.keys().next().value);
  }

  get(chat, id) {
    return this.#messages.get(`${chat} ${id}`);
  }
}

/**
 * What to pass to `socket.sendMessage` for a command of the relay: `[chat, content, options]`.
 *
 *     {action: "send", chatId, messageId, type, text, media: {url, mimetype, fileName, voice}, quoted: {messageId}}
 *     {action: "revoke", chatId, messageId}
 *
 * @throws {CommandError} with status 400
 */
export function sending(command, recent = new RecentMessages()) {
  const chat = text(command, 'chatId');
  const messageId = text(command, 'messageId');
  switch (command.action) {
    case 'send': {
      const quoted = quotation(chat, command.quoted?.messageId, recent);
      return [chat, content(command), { messageId, ...(quoted && { quoted }) }];
    }
    case 'revoke':
      return [chat, { delete: { remoteJid: chat, fromMe: true, id: messageId } }, {}];
    default:
      throw new CommandError(400, `action "${command.action}" is neither send nor revoke`);
  }
}

function content(command) {
  const words = typeof command.text === 'string' ? command.text : undefined;
  if (command.type === 'text') {
    if (!words) throw new CommandError(400, 'a text message needs text');
    return { text: words };
  }
  const { url, mimetype, fileName, voice } = command.media ?? {};
  if (!/^https?:\/\//.test(url ?? '')) throw new CommandError(400, 'media.url is not an http or https URL');
  const file = { [command.type]: { url } };
  if (mimetype) file.mimetype = mimetype;
  switch (command.type) {
    case 'image':
    case 'video':
      return { ...file, ...(words && { caption: words }) };
    case 'document':
      return {
        mimetype: 'application/octet-stream',
        ...file,
        fileName: fileName ?? 'file',
        ...(words && { caption: words }),
      };
    case 'audio':
      return voice ? { ...file, mimetype: 'audio/ogg; codecs=opus', ptt: true } : { mimetype: 'audio/mp4', ...file };
    default:
      throw new CommandError(400, `type "${command.type}" is none of text, image, video, audio, document`);
  }
}

/** The message to quote; of one that is not known any more, its key and no content. Undefined without either. */
function quotation(chat, id, recent) {
  if (typeof id !== 'string' || !id) return undefined;
  const known = recent.get(chat, id);
  if (known) return known;
  // In a group the author would be needed.
  if (chat.endsWith('@g.us')) return undefined;
  return { key: { remoteJid: chat, fromMe: false, id }, message: { conversation: '' } };
}

function text(command, name) {
  const value = command?.[name];
  if (typeof value !== 'string' || !value) throw new CommandError(400, `${name} is missing`);
  return value;
}
