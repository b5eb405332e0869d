import { BerthError, messageOf } from '../errors/berth-error.ts';
import { readFile, writeExisting } from '../host/files.ts';
import type { CgroupWrite } from './cgroup-plan.ts';

/** A value that was not taken. */
interface Refused {
  readonly write: CgroupWrite;
  readonly cause: unknown;
}

/**
 * Writes new limits. Memory may not be above memory and swap together, a quota not above what the cgroup above has in its
 * period: whether the one or the other has to go first depends on what is there, so what is refused is tried again after
 * the others. When something stays refused, everything is put back.
 *
 * @throws CGROUP_UPDATE_REFUSED naming the file
 */
export async function writeLimits(writes: readonly CgroupWrite[]): Promise<void> {
  const before = await Promise.all(writes.map(present));
  let left = writes;
  for (;;) {
    const refused: Refused[] = [];
    for (const write of left) {
      const cause = await tried(write);
      if (cause !== undefined) refused.push({ write, cause });
    }
    const [first] = refused;
    if (first === undefined) return;
    if (refused.length === left.length) {
      await putBack(before);
      throw refusal(first);
    }
    left = refused.map(({ write }) => write);
  }
}

/** What a file says now, when that is one line and can be written again. */
async function present({ file }: CgroupWrite): Promise<readonly [file: string, text: string]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const [line = '', ...more] = text.trimEnd().split('\n');
  return [file, more.length === 0 ? line : ''];
}

/** Gives why it was not taken. */
async function tried({ file, value, onError, orElse }: CgroupWrite): Promise<unknown> {
  try {
    await writeExisting(file, value);
    return undefined;
  } catch (error) {
    if (orElse !== undefined) return tried(orElse);
    return onError === 'ignore' ? undefined : error;
  }
}

/** Twice, for the same reason; what cannot be put back must not hide why. */
async function putBack(before: readonly (readonly [string, string])[]): Promise<void> {
  for (const [file, text] of [...before, ...before]) {
    if (text !== '') await writeExisting(file, text).catch(() => undefined);
  }
}

function refusal({ write, cause }: Refused): BerthError {
  return new BerthError('CGROUP_UPDATE_REFUSED', {
    message: `failed to ${write.label}: the kernel refused "${write.value}" for "${write.file}": ${messageOf(cause)}`,
    remedy:
      'Choose another value: it may be below what is in use, or above what a cgroup above allows.',
    details: { file: write.file, value: write.value },
    cause,
  });
}
