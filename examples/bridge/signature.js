import { createHmac, timingSafeEqual } from 'node:crypto';

/** How much older or newer than now a signature may be, in seconds. */
const TOLERANCE = 300;

/**
 * Why a request is not the relay's; null when its signature is valid. The signature is Standard Webhooks':
 * base64 of HMAC-SHA256 over `ID.TIMESTAMP.BODY`, in `webhook-signature` as `v1,…`, several with spaces between them.
 *
 * @param {string} secret the destination's `secret`; the key is the base64 behind `whsec_`, of any other text its bytes
 * @param {object} headers with names in lower case
 * @param {Buffer} body as it arrived
 * @param {number} [now] in seconds
 */
export function signatureProblem(secret, headers, body, now = Date.now() / 1000) {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (!id || !timestamp || !signatures) return 'the request is not signed';
  if (!/^\d+$/.test(timestamp)) return 'webhook-timestamp is not a number of seconds';
  if (Math.abs(now - Number(timestamp)) > TOLERANCE) return 'the signature is too old, or from the future';
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  const isValid = signatures.split(' ').some((signature) => {
    if (!signature.startsWith('v1,')) return false;
    const given = Buffer.from(signature.slice(3), 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return isValid ? null : 'the signature does not match: is it the secret of the destination?';
}
