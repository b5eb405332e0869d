/** Whether something is at a path, for the few places that cannot wait for an answer. */
export { existsSync as existsNow } from 'node:fs';
