import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * The ids of the messages that were sent, on disk, so that a command that comes again is not executed again, after a
 * restart as well. The oldest are forgotten.
 */
export class SentIDs {
  #ids = new Set();
  #file;
  #limit;
  #lines = 0;

  /**
   * @param {string} [file] one id on each line; without it they are kept in memory alone
   * @param {number} [limit] how many are kept. Default 10,000
   */
  constructor(file, limit = 10_000) {
    this.#file = file;
    this.#limit = limit;
    if (!file) return;
    mkdirSync(dirname(file), { recursive: true });
    for (const id of read(file).split('\n')) {
      this.#lines += 1;
      if (id) this.#keep(id);
    }
  }

  has(id) {
    return this.#ids.has(id);
  }

  add(id) {
    if (this.has(id)) return;
    this.#keep(id);
    if (!this.#file) return;
    // A line break in front: a line that a crash cut off does not swallow the next one.
    appendFileSync(this.#file, `\n${id}`);
    this.#lines += 1;
    if (this.#lines < 2 * this.#limit) return;
    writeFileSync(`${this.#file}.new`, [...this.#ids].join('\n'));
    renameSync(`${this.#file}.new`, this.#file);
    this.#lines = this.#ids.size;
  }

  #keep(id) {
    this.#ids.add(id);
    if (this.#ids.size > this.#limit) this.#ids.delete(this.#ids.values().next().value);
  }
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}
