import type { Clock } from '../../../host/clock.ts';
import type { Container } from '../../lifecycle/container.ts';
import { followLog } from '../../logs/follow-log.ts';
import { type LogMark, LogReader } from '../../logs/log-reader.ts';
import { messagesOf } from './log-message.ts';
import type { LogSink } from './log-sink.ts';
import { readMark } from './mark-file.ts';
import { orAborted } from './or-aborted.ts';

/** What `forwardLog` works with. */
export interface Forwarding {
  readonly container: Container;
  /** The container's log, which is read. */
  readonly path: string;
  readonly markFile: string;
  readonly sink: LogSink;
  /** Whether the program has ended already: then there is what it has left, and no more. */
  readonly isOver: () => boolean;
  readonly clock: Clock;
  /** Aborted: nothing more is begun. */
  readonly signal: AbortSignal;
  /** Aborted: what has begun is not waited for either. */
  readonly givenUp: AbortSignal;
  /** Hears of what cannot be sent, once for each time that sending stops, and of what was not. */
  readonly notice: (text: string, details: Readonly<Record<string, unknown>>) => void;
}

const pauseMs = { first: 100, most: 10_000 };

/**
 * Sends a container's output where its log driver sends it, from where the last berthd stopped. What cannot be sent is tried
 * again, for as long as the log has it. Ends when there is nothing left to send.
 */
export async function forwardLog(work: Forwarding): Promise<void> {
  const { container, path, markFile, signal } = work;
  const mark = await readMark(markFile);
  const log = await LogReader.open({ path, rotates: true, from: mark ?? 'beginning', to: 'ever' });
  try {
    if (mark !== undefined && log.mark !== undefined && log.mark.inode !== mark.inode)
      work.notice('lines of a log were gone before they could be sent', {
        container: container.id,
      });
    const until = work.isOver() ? 'now' : 'turn';
    for await (const block of followLog({ container, log, until, signal })) {
      const end = log.mark;
      if (end === undefined) continue;
      await sendBlock(work, block, { inode: end.inode, offset: end.offset - block.length });
      if (signal.aborted) return;
    }
  } finally {
    await log.close();
    work.sink.close();
  }
}

async function sendBlock(work: Forwarding, block: Buffer, begin: LogMark): Promise<void> {
  const { markFile, sink, clock, signal, givenUp, container } = work;
  let messages = messagesOf(block);
  for (let waitMs = pauseMs.first; !signal.aborted; waitMs = Math.min(waitMs * 2, pauseMs.most)) {
    try {
      await orAborted(sink.send(messages, begin), givenUp);
      return;
    } catch (problem) {
      if (waitMs === pauseMs.first) {
        const text = 'the log of a container cannot be sent, and is tried again';
        work.notice(text, { container: container.id, problem: String(problem) });
      }
      const mark = await readMark(markFile);
      const sent = mark?.inode === begin.inode ? mark.offset - begin.offset : 0;
      messages = messages.filter(({ end }) => end > sent);
      // Whoever stops it ends the wait.
      await clock.sleep(waitMs, signal).catch(() => undefined);
    }
  }
}
