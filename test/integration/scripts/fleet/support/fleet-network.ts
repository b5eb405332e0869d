import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { packedCheckout } from '../../support/packed-checkout.ts';
import { checkout, NamespaceHost, type Ended, type Running } from './namespace-host.ts';

/** The password of every user of the test hosts. */
export const password = 'correct horse & "battery" $taple';

/** A host with an SSH server. */
export interface FleetTarget {
  readonly host: NamespaceHost;
  readonly address: string;
}

/** Where from `berth fleet` is run, and the hosts that it reaches: OpenSSH's own server on each, keys and all. */
export class FleetNetwork {
  readonly controller: NamespaceHost;
  readonly #all: NamespaceHost[];
  /** The command line that the controller runs. */
  readonly #main: string;
  #addresses = 10;

  private constructor(controller: NamespaceHost, main: string) {
    this.controller = controller;
    this.#main = main;
    this.#all = [controller];
  }

  /** Makes a network with nobody but the controller in it. */
  static async make(): Promise<FleetNetwork> {
    const main = join(await packedCheckout(), 'scripts/main.ts');
    const controller = await NamespaceHost.make('controller');
    controller.addBridge('br0', '10.77.0.1');
    controller.must(`
      mkdir -m 700 /root/.ssh
      ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
      printf 'Host *\\n  IdentityFile ~/.ssh/id_ed25519\\n' >/root/.ssh/config
    `);
    return new FleetNetwork(controller, main);
  }

  /** Adds a host that the controller reaches, and knows the key of. */
  async add(name: string): Promise<FleetTarget> {
    this.#addresses += 1;
    const address = `10.77.0.${this.#addresses}`;
    const host = await this.#make(name);
    host.plugInto(this.controller, 'br0', address);
    this.know(address, host);
    return { host, address };
  }

  /** Adds a host that only `jump` reaches; the controller's ~/.ssh/config says so. */
  async addBehind(jump: FleetTarget, name: string): Promise<FleetTarget> {
    const address = '10.78.0.20';
    jump.host.addBridge('br1', '10.78.0.1');
    const host = await this.#make(name);
    host.plugInto(jump.host, 'br1', address);
    this.know(address, host);
    const rule = `Host ${name}\n  HostName ${address}\n  ProxyJump root@${jump.address}\n`;
    const config = this.controller.path('/root/.ssh/config');
    writeFileSync(config, rule + readFileSync(config, 'utf8'));
    return { host, address };
  }

  /** Writes a host's key into the controller's known_hosts. */
  know(address: string, host: NamespaceHost): void {
    const [type, key] = readFileSync(host.path('/etc/ssh/host.pub'), 'utf8').split(' ');
    appendFileSync(
      this.controller.path('/root/.ssh/known_hosts'),
      `${address} ${type ?? ''} ${key ?? ''}\n`,
    );
  }

  /** Runs `berth fleet` on the controller. */
  fleet(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return this.startFleet(argv, env).ended;
  }

  startFleet(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    return this.#start(this.#main, argv, env);
  }

  /** Runs `berth fleet` of this checkout's TypeScript, of which it makes a bundle where it is told of none. */
  fleetOfSources(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
    return this.#start(join(checkout, 'scripts/main.ts'), argv, env).ended;
  }

  #start(main: string, argv: readonly string[], env: Readonly<Record<string, string>>): Running {
    const compiled = { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '' };
    return this.controller.start([process.execPath, main, 'fleet', ...argv], {
      env: { ...compiled, ...env },
    });
  }

  async remove(): Promise<void> {
    for (const host of this.#all.toReversed()) await host.remove();
  }

  async #make(name: string): Promise<NamespaceHost> {
    const host = await NamespaceHost.make(name);
    this.#all.push(host);
    const key = readFileSync(this.controller.path('/root/.ssh/id_ed25519.pub'), 'utf8');
    mkdirSync(host.path('/etc/ssh/authorized'));
    for (const user of ['root', ...Object.keys(users)]) {
      writeFileSync(host.path(`/etc/ssh/authorized/${user}`), key);
    }
    host.must(makeUsers);
    writeFileSync(host.path('/etc/ssh/sshd_config'), serverConfig);
    host.must(`ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/host; mkdir /run/sshd`);
    startServer(host);
    return host;
  }
}

/** Users of every host, and what sudoers(5) says of them. */
const users: Readonly<Record<string, string>> = {
  free: 'free ALL=(ALL) NOPASSWD: ALL',
  asked: 'asked ALL=(ALL) ALL',
  nobody2: '',
};

const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], {
  input: password,
  encoding: 'utf8',
}).trim();

const makeUsers = Object.entries(users)
  .map(
    ([user, rule], index) => `
      echo '${user}:x:${7000 + index}:${7000 + index}::/home/${user}:/bin/sh' >>/etc/passwd
      echo '${user}:x:${7000 + index}:' >>/etc/group
      echo '${user}:${hash}:19000:0:99999:7:::' >>/etc/shadow
      mkdir -m 700 /home/${user}
      chown ${7000 + index}:${7000 + index} /home/${user}
      echo '${rule}' >>/etc/sudoers.d/test
    `,
  )
  .join('\n');

/** Its own key, keys of users where no home is needed, no PAM, a log. */
const serverConfig = `
HostKey /etc/ssh/host
AuthorizedKeysFile /etc/ssh/authorized/%u
PermitRootLogin prohibit-password
UsePAM no
UseDNS no
LogLevel VERBOSE
`;

/** Starts a host's SSH server; resolves when it listens, which it does before it leaves for the background. */
export function startServer(host: NamespaceHost): void {
  host.must('/usr/sbin/sshd -E /var/log/sshd.log');
}

/** Ends a host's SSH server and every session of it, at once. */
export function killServer(host: NamespaceHost): void {
  host.must(`
    for comm in /proc/[0-9]*/comm; do
      case $(cat "$comm" 2>/dev/null) in
        sshd*) pid=\${comm%/comm}; kill -KILL "\${pid##*/}" || : ;;
      esac
    done
  `);
}
