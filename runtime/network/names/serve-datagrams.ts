import type { DatagramSocket } from '../../host/exchange-datagrams.ts';
import type { Responder } from './responder.ts';

/** Answers what comes by UDP. An answer that cannot be sent is lost, as any datagram may be: the resolver asks again. */
export function serveDatagrams(socket: DatagramSocket, responder: Responder): void {
  const send = (answer: Buffer, port: number, address: string): void => {
    try {
      socket.send(answer, port, address, nothing);
    } catch {
      // It was closed while another server was asked, and is so before it tells of it.
    }
  };
  socket.on('message', (query, { port, address }) => {
    // Whoever may write packets himself (CAP_NET_RAW) can send one from no port, to which Node.js refuses to send.
    if (port === 0) return;
    const known = responder.knownAnswer(query, 'udp');
    if (known !== undefined) {
      send(known, port, address);
      return;
    }
    void responder.answer(query, 'udp').then((answer) => {
      if (answer !== undefined) send(answer, port, address);
    });
  });
}

function nothing(): void {
  // Lost.
}
