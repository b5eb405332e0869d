import type { Server, Socket } from '../../host/sockets.ts';
import { FrameParser, frame } from './frames.ts';
import type { Responder } from './responder.ts';

/** What one container may take: connections at once, and of one connection questions under way and bytes that it does not read. */
const limits = { connections: 64, questions: 64, unreadBytes: 256 * 1024 } as const;
/** A connection that says nothing for so long is closed (RFC 7766, section 6.2.3: in the order of seconds). */
const idleMs = 10_000;

/**
 * Answers what comes by TCP: several questions of one connection at once, each when its answer is there (RFC 7766, section 6.2.1.1).
 * Gives what ends the connections that there are.
 */
export function serveStreams(server: Server, responder: Responder): () => void {
  const connections = new Set<Socket>();
  server.maxConnections = limits.connections;
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    serveConnection(socket, responder);
  });
  return () => {
    for (const socket of connections) socket.destroy();
  };
}

function serveConnection(socket: Socket, responder: Responder): void {
  const parser = new FrameParser();
  let underWay = 0;
  const answer = async (query: Buffer): Promise<void> => {
    underWay += 1;
    if (underWay >= limits.questions) socket.pause();
    const known = responder.knownAnswer(query, 'tcp');
    const bytes = known ?? (await responder.answer(query, 'tcp'));
    underWay -= 1;
    if (socket.destroyed) return;
    if (underWay < limits.questions) socket.resume();
    if (bytes !== undefined) socket.write(frame(bytes));
    if (socket.writableLength > limits.unreadBytes) socket.destroy();
  };
  socket.setTimeout(idleMs, () => socket.destroy());
  // A resolver that goes away without a word is fine.
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    for (const query of parser.push(chunk)) void answer(query);
  });
}
