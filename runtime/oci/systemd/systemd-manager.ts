import { BerthError, messageOf } from '../../errors/berth-error.ts';
import { DBusConnection, DBusError } from '../../host/dbus/dbus-connection.ts';
import { dbus, type DBusValue, textOf } from '../../host/dbus/dbus-value.ts';

/** A property of a unit, as org.freedesktop.systemd1(5) has them. */
export interface UnitProperty {
  readonly name: string;
  readonly value: DBusValue;
}

/** systemd's own socket, where root speaks to it without a bus: there is no dbus-daemon on every host. */
const privateSocket = '/run/systemd/private';

const manager = {
  path: '/org/freedesktop/systemd1',
  interface: 'org.freedesktop.systemd1.Manager',
} as const;

const propertiesInterface = 'org.freedesktop.DBus.Properties';

/** Longest wait for a job; runc's. */
const jobMs = 30_000;

const noSuchUnit = 'org.freedesktop.systemd1.NoSuchUnit';
const unitExists = 'org.freedesktop.systemd1.UnitExists';

/** systemd as PID 1, asked over D-Bus: org.freedesktop.systemd1(5) of systemd 252. */
export class SystemdManager {
  readonly #connection: DBusConnection;
  /** Results of jobs that have ended, by their object path. */
  readonly #results = new Map<string, string>();
  #wake: () => void = () => undefined;

  private constructor(connection: DBusConnection) {
    this.#connection = connection;
    connection.onSignal = ({ member, body: [, job, , result] }) => {
      if (member !== 'JobRemoved') return;
      this.#results.set(textOf(job) ?? '', textOf(result) ?? '');
      this.#wake();
    };
    connection.onLost = () => {
      this.#wake();
    };
  }

  /** Connects with systemd. Throws OCI_SYSTEMD_UNAVAILABLE where it is not there. */
  static async connect(socket = privateSocket): Promise<SystemdManager> {
    let connection: DBusConnection | undefined;
    try {
      connection = await DBusConnection.open(socket);
    } catch (cause) {
      throw systemdUnavailable(`"${socket}" does not let us in: ${messageOf(cause)}`);
    }
    if (connection === undefined) throw systemdUnavailable(`nobody listens at "${socket}"`);
    return new SystemdManager(connection);
  }

  close(): void {
    this.#connection.close();
  }

  /** The number of its version, such as 252. */
  async version(): Promise<number> {
    const text = textOf(await this.#property(manager.path, manager.interface, 'Version'));
    return Number.parseInt(text ?? '', 10) || 0;
  }

  /**
   * Starts a transient unit, and resolves when it has been started. One of the same name that has failed gives way.
   * @throws OCI_SYSTEMD_REFUSED
   */
  async startTransient(unit: string, properties: readonly UnitProperty[]): Promise<void> {
    const body = [
      dbus.string(unit),
      dbus.string('replace'),
      propertyList(properties),
      dbus.array('(sa(sv))', []),
    ];
    try {
      await this.#runJob('StartTransientUnit', body);
    } catch (error) {
      if (!isError(error, unitExists)) throw refused(`start "${unit}"`, error);
      await this.resetFailed(unit);
      try {
        await this.#runJob('StartTransientUnit', body);
      } catch (again) {
        throw refused(`start "${unit}"`, again);
      }
    }
  }

  /** Stops a unit, and resolves when it has been stopped; one that is not there is fine. Throws OCI_SYSTEMD_REFUSED. */
  async stop(unit: string): Promise<void> {
    try {
      await this.#runJob('StopUnit', [dbus.string(unit), dbus.string('replace')]);
    } catch (error) {
      if (!isError(error, noSuchUnit)) throw refused(`stop "${unit}"`, error);
    }
  }

  /** Lets systemd forget that a unit has failed. Throws OCI_SYSTEMD_REFUSED. */
  async resetFailed(unit: string): Promise<void> {
    try {
      await this.#call('ResetFailedUnit', [dbus.string(unit)]);
    } catch (error) {
      if (!isError(error, noSuchUnit)) throw refused(`forget "${unit}"`, error);
    }
  }

  /**
   * Changes properties until the host is started anew; resolves when they hold.
   * @throws OCI_SYSTEMD_REFUSED
   */
  async setProperties(unit: string, properties: readonly UnitProperty[]): Promise<void> {
    const body = [dbus.string(unit), dbus.boolean(true), propertyList(properties)];
    try {
      await this.#call('SetUnitProperties', body);
    } catch (error) {
      throw refused(`change "${unit}"`, error);
    }
    // They are written to the cgroup before systemd looks at another call.
    await this.version();
  }

  /** The cgroup of a scope, from the mount. Throws OCI_SYSTEMD_REFUSED. */
  async controlGroup(scope: string): Promise<string> {
    try {
      const [path] = await this.#call('GetUnit', [dbus.string(scope)]);
      const place = textOf(path) ?? '';
      const value = await this.#property(place, 'org.freedesktop.systemd1.Scope', 'ControlGroup');
      return textOf(value) ?? '';
    } catch (error) {
      throw refused(`tell the cgroup of "${scope}"`, error);
    }
  }

  /** Moves processes into a unit: with cgroup v1 also where systemd alone looks. Throws OCI_SYSTEMD_REFUSED. */
  async attach(unit: string, pids: readonly number[]): Promise<void> {
    const list = dbus.array('u', pids.map(dbus.uint32));
    try {
      await this.#call('AttachProcessesToUnit', [dbus.string(unit), dbus.string(''), list]);
    } catch (error) {
      throw refused(`take processes into "${unit}"`, error);
    }
  }

  async #property(path: string, from: string, name: string): Promise<DBusValue | undefined> {
    const [value] = await this.#connection.call({
      path,
      interface: propertiesInterface,
      member: 'Get',
      body: [dbus.string(from), dbus.string(name)],
    });
    return value;
  }

  #call(member: string, body: readonly DBusValue[]): Promise<readonly DBusValue[]> {
    return this.#connection.call({ ...manager, member, body });
  }

  /** Its end is told by a signal, which may come before anybody waits for it. */
  async #runJob(member: string, body: readonly DBusValue[]): Promise<void> {
    const [path] = await this.#call(member, body);
    const job = textOf(path) ?? '';
    const until = AbortSignal.timeout(jobMs);
    while (!this.#results.has(job)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        until.onabort = () => {
          resolve();
        };
      });
      if (until.aborted) throw new Error(`its job was not done within ${jobMs / 1000} s`);
      // Tells when the connection has been lost.
      if (!this.#results.has(job)) await this.version();
    }
    const result = this.#results.get(job);
    if (result !== 'done') throw new Error(`its job ended with "${result ?? ''}"`);
  }
}

/** The error for a host that systemd does not run. */
export function systemdUnavailable(why: string): BerthError {
  return new BerthError('OCI_SYSTEMD_UNAVAILABLE', {
    message: `--systemd-cgroup: systemd cannot make the cgroups: ${why}; wanted systemd as the first process of this host`,
    remedy: 'Set the cgroup driver of the engine to "cgroupfs", and a path as "linux.cgroupsPath".',
    details: { field: '--systemd-cgroup' },
  });
}

function propertyList(properties: readonly UnitProperty[]): DBusValue {
  const items = properties.map(({ name, value }) =>
    dbus.struct(dbus.string(name), dbus.variant(value)),
  );
  return dbus.array('(sv)', items);
}

const isError = (error: unknown, name: string): boolean =>
  error instanceof DBusError && error.errorName === name;

function refused(what: string, cause: unknown): BerthError {
  const name = cause instanceof DBusError ? `${cause.errorName}: ` : '';
  return new BerthError('OCI_SYSTEMD_REFUSED', {
    message: `systemd did not ${what}: ${name}${messageOf(cause)}`,
    remedy:
      'See "journalctl --unit init.scope" for its reasons; "linux.cgroupsPath", annotations "org.systemd.property.*" and limits have to be such as it takes.',
    details: { systemd: cause instanceof DBusError ? cause.errorName : '' },
    cause,
  });
}
