/**
 * Baileys' objects as JSON that loses nothing:
 *
 *     Buffer, Uint8Array   {"type": "Buffer", "data": "<base64>"}   as Baileys' own BufferJSON writes them
 *     Long, bigint         "<decimal>"                              JSON numbers are exact only up to 2^53
 *     Date                 "<ISO 8601>"
 *     Error                {name, message, output}                  `output.statusCode` says why a connection closed
 *
 * Protobuf messages are walked, not asked for their toJSON(): that one would turn enums into names.
 */
export function serialize(value) {
  return JSON.stringify(plain(value, []));
}

function plain(value, parents) {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Uint8Array) {
    return { type: 'Buffer', data: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (isLong(value)) return decimal(value);
  if (parents.includes(value)) return undefined; // a cycle has no JSON

  const inside = [...parents, value];
  if (value instanceof Error) {
    return { name: value.name, message: value.message, output: plain(value.output, inside) };
  }
  if (Array.isArray(value)) return value.map((element) => plain(element, inside) ?? null);
  if (value instanceof Map) return plain(Object.fromEntries(value), inside);
  if (value instanceof Set) return plain([...value], inside);
  return Object.fromEntries(Object.keys(value).map((key) => [key, plain(value[key], inside)]));
}

function isLong(value) {
  return Number.isInteger(value.low) && Number.isInteger(value.high) && typeof value.unsigned === 'boolean';
}

function decimal({ low, high, unsigned }) {
  const bits = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  return (unsigned ? bits : BigInt.asIntN(64, bits)).toString();
}
