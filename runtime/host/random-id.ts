import { randomFillSync } from 'node:crypto';

const idBytes = 32;

/** Random bytes for many ids: to get some takes as long as to get a few. */
const pool = Buffer.alloc(64 * idBytes);
let used = pool.length;

/** 64 random hexadecimal digits. */
export function randomId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += idBytes;
  return pool.toString('hex', used - idBytes, used);
}

/** Random bytes. */
export { randomBytes } from 'node:crypto';
