import { randomId } from '../../host/random-id.ts';

declare const containerIdBrand: unique symbol;

/** A container's id: 64 lower-case hex digits, as Docker's. */
export type ContainerId = string & { readonly [containerIdBrand]: true };

/** Whether `text` is a whole container id. */
export function isContainerId(text: string): text is ContainerId {
  return /^[0-9a-f]{64}$/.test(text);
}

/**
 * A new random id. The first twelve digits are never all decimal: as a host name such an id would be taken for a
 * number by tools that truncate it (Docker does the same).
 */
export function newContainerId(): ContainerId {
  for (;;) {
    const id = randomId();
    if (isContainerId(id) && !/^\d+$/.test(shortId(id))) return id;
  }
}

/** The twelve digits that people see. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}
