import { isBerthError } from '../../errors/berth-error.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { Advertisement } from '../drivers/advertisement.ts';
import { formatMac, parseMac } from '../drivers/mac-address.ts';
import type { Endpoint } from '../model/sandbox-record.ts';
import { enterNamespace } from '../namespaces/network-namespace.ts';
import { getLink, parseLink, setMacAddress } from '../netlink/links.ts';
import { decodeMessages } from '../netlink/message.ts';
import { NetlinkSocket } from '../netlink/netlink-socket.ts';
import type { NetworkPorts } from '../network-ports.ts';

/** An endpoint whose addresses have been announced once, and where its interface is. */
export interface Advertised {
  /** Where the container's network namespace is kept. */
  readonly namespace: string;
  readonly endpoint: Endpoint;
}

/** The same, with the hardware address that they have been announced with. */
type Announced = Advertised & { readonly macAddress: Uint8Array };

/**
 * Says again whose the addresses of new interfaces are, as somebody may have been deaf the first time. Nobody waits for that: not
 * who starts or stops a container, and not who stops berthd, with whom the rest of it goes.
 */
export class Advertiser {
  readonly #ports: Pick<NetworkPorts, 'runner' | 'clock' | 'report'>;
  /** By ids of endpoints. */
  readonly #going = new Map<string, AbortController>();

  constructor(ports: Pick<NetworkPorts, 'runner' | 'clock' | 'report'>) {
    this.#ports = ports;
  }

  /** Begins with what is left after the first time, which was part of the connection itself. */
  begin(advertised: Advertised, advertisement: Advertisement): void {
    const { id, addresses } = advertised.endpoint;
    const macAddress = parseMac(advertised.endpoint.macAddress);
    this.end(id);
    // Without a hardware address of its own, an interface is where all others of its parent are.
    if (macAddress === undefined || addresses.length === 0 || advertisement.count < 2) return;
    const stop = new AbortController();
    this.#going.set(id, stop);
    this.#repeat({ ...advertised, macAddress }, advertisement, stop.signal)
      .catch((problem: unknown) => {
        // An interface that is not there any more, or a program that goes with berthd, are nobody's problem.
        if (!stop.signal.aborted && !isBerthError(problem)) this.#ports.report(problem);
      })
      .finally(() => {
        if (this.#going.get(id) === stop) this.#going.delete(id);
      });
  }

  /** Nothing more is said of an endpoint. */
  end(id: string): void {
    this.#going.get(id)?.abort();
    this.#going.delete(id);
  }

  /** Nothing more is said of any. */
  close(): void {
    for (const id of [...this.#going.keys()]) this.end(id);
  }

  async #repeat(
    announced: Announced,
    { count, intervalMs }: Advertisement,
    signal: AbortSignal,
  ): Promise<void> {
    for (let left = count - 1; left > 0; left -= 1) {
      await this.#ports.clock.sleep(intervalMs, signal);
      // Who has changed the hardware address himself tells others of it himself.
      const now = await this.#macAddress(announced);
      if (signal.aborted || now !== formatMac(announced.macAddress)) return;
      await this.#announce(announced);
    }
  }

  /** What the interface has now. */
  async #macAddress({ namespace, endpoint }: Advertised): Promise<string | undefined> {
    const p = new ProgramBuilder('look at an interface');
    enterNamespace(p, namespace);
    NetlinkSocket.open(p).reply(getLink({ name: endpoint.interfaceName }));
    const { data } = await this.#ports.runner.run(p);
    const [message] = decodeMessages(data);
    return message === undefined ? undefined : parseLink(message).macAddress;
  }

  /** See `announceAddresses`: the settings are there. */
  async #announce({ namespace, endpoint, macAddress }: Announced): Promise<void> {
    const p = new ProgramBuilder('announce addresses again');
    enterNamespace(p, namespace);
    NetlinkSocket.open(p).do(setMacAddress({ name: endpoint.interfaceName }, macAddress));
    await this.#ports.runner.run(p);
  }
}
