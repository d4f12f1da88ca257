/**
 * Posts documents to the relay one after the other, so that a session's events arrive in their order. A request that
 * fails temporarily is tried again until it succeeds; meanwhile new documents wait, up to a limit.
 */
export class Outbox {
  #url;
  #headers;
  #options;
  #waiting = [];
  #sending = null;
  #closed = false;
  /** Ends the current wait: for an answer, or for the next attempt. */
  #interrupt = () => {};
  stats = { posted: 0, retried: 0, refused: 0, dropped: 0 };

  /**
   * @param {string} url the relay's route for the source, such as http://127.0.0.1:3100/in/baileys
   * @param {object} options
   * @param {string} [options.token] sent as `Authorization: Bearer …`
   * @param {number} [options.limit] documents that may wait; more are dropped and reported. Default 10,000
   * @param {number} [options.timeout] milliseconds for one request. Default 15,000
   * @param {{initial: number, max: number}} [options.backoff] milliseconds between tries. Default 500 to 30,000
   * @param {(message: string) => void} [options.log] default: standard error
   */
  constructor(url, { token, limit = 10_000, timeout = 15_000, backoff, log = console.error } = {}) {
    this.#url = new URL(url);
    this.#headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    this.#options = { limit, timeout, backoff: { initial: 500, max: 30_000, ...backoff }, log };
  }

  get size() {
    return this.#waiting.length;
  }

  /** Queues a document (a string of JSON). Returns false when the limit is reached, or the outbox is closed. */
  push(document) {
    if (this.#closed || this.#waiting.length >= this.#options.limit) {
      this.stats.dropped += 1;
      this.#options.log(`bridge: dropped an event: ${this.#waiting.length} are waiting for ${this.#url.origin}`);
      return false;
    }
    this.#waiting.push(document);
    this.#sending ??= this.#drain();
    return true;
  }

  /** Waits until the queue is empty. */
  async flush() {
    await this.#sending;
  }

  /** Sends waiting documents for at most this many milliseconds, then ends. Returns how many documents were left. */
  async close(grace = 10_000) {
    const timer = setTimeout(() => {
      this.#closed = true;
      this.#interrupt();
    }, grace);
    await this.flush();
    clearTimeout(timer);
    this.#closed = true;
    return this.size;
  }

  async #drain() {
    while (this.#waiting.length > 0 && !this.#closed) {
      if (await this.#deliver(this.#waiting[0])) this.#waiting.shift();
    }
    this.#sending = null;
  }

  /** Tries until the relay has accepted or refused the document. Returns false when the outbox was closed before. */
  async #deliver(document) {
    for (let attempt = 1; ; attempt += 1) {
      const { status, retryAfter, error } = await this.#post(document);
      if (status >= 200 && status < 300) {
        this.stats.posted += 1;
        return true;
      }
      // The relay understood and refused: the same document would be refused again.
      if (status >= 300 && status < 500 && status !== 408 && status !== 429) {
        this.stats.refused += 1;
        this.#options.log(`bridge: the relay refused an event with ${status}: ${error}`);
        return true;
      }
      if (this.#closed) return false;
      const { initial, max } = this.#options.backoff;
      const backoff = Math.min(initial * 2 ** Math.min(attempt - 1, 16), max);
      // Half of it at random, so that many bridges do not come back at the same moment.
      const wait = Math.max(backoff / 2 + (Math.random() * backoff) / 2, retryAfter);
      this.#options.log(`bridge: attempt ${attempt} failed (${status || error}); again in ${Math.round(wait)} ms`);
      await this.#sleep(wait);
      if (this.#closed) return false;
      this.stats.retried += 1;
    }
  }

  async #post(document) {
    const request = new AbortController();
    const timer = setTimeout(() => request.abort(), this.#options.timeout);
    this.#interrupt = () => request.abort();
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: this.#headers,
        body: document,
        redirect: 'manual',
        signal: request.signal,
      });
      const error = (await response.text()).slice(0, 300); // read to the end, so that the connection is used again
      return { status: response.status, error, retryAfter: milliseconds(response.headers.get('retry-after')) };
    } catch (error) {
      return { status: 0, retryAfter: 0, error: error.cause?.code ?? error.cause?.message ?? error.message };
    } finally {
      clearTimeout(timer);
    }
  }

  #sleep(duration) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, duration);
      this.#interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** `Retry-After` is a number of seconds or a date. At most 10 minutes. */
function milliseconds(header) {
  if (!header) return 0;
  const wait = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(wait) ? 0 : Math.min(Math.max(wait, 0), 600_000);
}
