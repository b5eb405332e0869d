import { messageOf } from '../../errors/berth-error.ts';
import { DBusConnection } from '../../host/dbus/dbus-connection.ts';
import { dbus, type DBusValue, textOf } from '../../host/dbus/dbus-value.ts';
import { refused } from './host-tools.ts';

/** Where the system's bus listens (D-Bus specification 0.43, "System message bus"). */
export const systemBus = '/run/dbus/system_bus_socket';

const name = 'org.fedoraproject.FirewallD1';
const path = '/org/fedoraproject/FirewallD1';

const bus = {
  ...{ destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus' },
  interface: 'org.freedesktop.DBus',
};

/** What is heard of: that firewalld has been started, and that it has loaded its rules anew. */
const matches = [
  `type='signal',sender='${bus.destination}',member='NameOwnerChanged',arg0='${name}'`,
  `type='signal',sender='${name}',interface='${name}',member='Reloaded'`,
];

/** An object of firewalld, and the interface of it that is called (firewalld.dbus(5)). */
export interface FirewalldObject {
  /** Absent: firewalld itself. */
  readonly path?: string;
  /** Without what all begin with, such as `zone`. */
  readonly interface: string;
}

/** Permanent settings. */
export const permanent: FirewalldObject = { path: `${path}/config`, interface: 'config' };

/**
 * firewalld by D-Bus: a call takes a millisecond or less, where a run of firewall-cmd(1) takes some 300, also when it only finds
 * that firewalld does not run. The connection is made when it is first needed, and kept.
 */
export class FirewalldBus {
  readonly #socket: string;
  #connection: Promise<DBusConnection | undefined> | undefined;
  /** Called when firewalld has been started, or has loaded its rules anew. */
  onReload: () => void = () => undefined;

  constructor(socket = systemBus) {
    this.#socket = socket;
  }

  /** Whether firewalld runs now. */
  async isRunning(): Promise<boolean> {
    try {
      const connection = await this.#connect();
      if (connection === undefined) return false;
      const request = { ...bus, member: 'NameHasOwner', body: [dbus.string(name)] };
      const [has] = await connection.call(request);
      return has?.type === 'b' && has.value;
    } catch {
      // Without a bus that answers there is no firewalld that could be asked.
      return false;
    }
  }

  /** Calls a method with texts; gives the texts of the answer. @throws FIREWALL_REFUSED */
  async call(
    { path: at = path, interface: end }: FirewalldObject,
    member: string,
    ...texts: readonly string[]
  ): Promise<readonly string[]> {
    try {
      const connection = await this.#connect();
      if (connection === undefined) throw new Error(`nobody listens at "${this.#socket}"`);
      const answer = await connection.call({
        ...{ destination: name, path: at, interface: `${name}.${end}`, member },
        body: texts.map(dbus.string),
      });
      return answer.flatMap(textsOf);
    } catch (error) {
      throw refused('firewalld', `${member}: ${messageOf(error)}`, error);
    }
  }

  async #connect(): Promise<DBusConnection | undefined> {
    this.#connection ??= this.#open();
    const connection = await this.#connection.catch((error: unknown) => {
      this.#connection = undefined;
      throw error;
    });
    // A bus may be there later.
    if (connection === undefined) this.#connection = undefined;
    return connection;
  }

  async #open(): Promise<DBusConnection | undefined> {
    const connection = await DBusConnection.open(this.#socket);
    if (connection === undefined) return undefined;
    connection.onLost = () => {
      this.#connection = undefined;
    };
    connection.onSignal = ({ member, body }) => {
      const isStart = member === 'NameOwnerChanged' && textOf(body[2]) !== '';
      if (isStart || member === 'Reloaded') this.onReload();
    };
    connection.unref();
    await connection.call({ ...bus, member: 'Hello', body: [] });
    for (const match of matches)
      await connection.call({ ...bus, member: 'AddMatch', body: [dbus.string(match)] });
    return connection;
  }
}

/** A text, or the texts of an array. */
function textsOf(value: DBusValue): readonly string[] {
  if (value.type === 'a') return value.items.flatMap(textsOf);
  const text = textOf(value);
  return text === undefined ? [] : [text];
}
