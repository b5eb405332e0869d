import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import { docker } from '../berth-on-machine.ts';
import { bundleTo, installLine } from '../bundle-on-machine.ts';
import { difference, hostState, type HostState } from '../host-state.ts';
import { LabMachine } from '../machine/lab-machine.ts';
import {
  askedProxy,
  asLogin,
  asSudo,
  makeProxiedNetwork,
  passwordPattern,
} from '../proxied-network.ts';
import { reportFailure } from '../report-failure.ts';
import { withoutWhatStays } from '../what-stays.ts';

const slowMs = 1_200_000;

/*
 * A machine from which nothing but a proxy can be reached, which wants a password. Each test goes on from the one before.
 */
describe('a proxy as the only way out', () => {
  let machine: LabMachine;
  let before: HostState;

  beforeAll(async () => {
    machine = await LabMachine.start();
    await bundleTo(machine);
    await makeProxiedNetwork(machine);
    before = await hostState(machine);
    await machine.must(`${installLine} --install-only`);
  }, slowMs);
  afterAll(() => machine.stop());
  beforeEach(() => {
    onTestFailed(() => reportFailure(machine));
  });

  interface Finding {
    readonly id: string;
    readonly status: string;
    readonly seen: string;
    readonly remedy?: string;
  }

  /** What checks find, by their ids. */
  async function findings(
    shell: string,
    ...ids: readonly string[]
  ): Promise<Readonly<Record<string, Finding | undefined>>> {
    const only = ids.map((id) => `--only ${id}`).join(' ');
    const { stdout } = await machine.run(`${shell} berth check --json ${only}`);
    const report = JSON.parse(stdout) as { findings: readonly Finding[] };
    return Object.fromEntries(report.findings.map((finding) => [finding.id, finding]));
  }

  test(
    'who has not told berth of it is told what to do',
    async () => {
      const { 'mirror.reach': reach } = await findings(asSudo, 'mirror.reach');
      expect(reach).toMatchObject({ status: 'warn' });
      expect(reach?.remedy).toMatch(
        /^\/etc\/environment names the proxy "http:\/\/\*\*\*@198\.51\.100\.2:3128", .*HTTPS_PROXY.*sudo/,
      );
    },
    slowMs,
  );

  test(
    'up gets packages and images through it',
    async () => {
      const said = await machine.must(`${asLogin} berth up --yes`);
      expect(said).toContain('Hello from berth!');
      // Not a line about the registry that could not be reached.
      expect(said).not.toContain('was not possible');
      const asked = await askedProxy(machine);
      expect(asked).toContain('CONNECT registry-1.docker.io:443');
      // What this machine lacks; apt knows http_proxy in small letters only.
      expect(asked).toContain('GET http://packages.example/./nftables_');
    },
    slowMs,
  );

  test(
    'the daemon has it too: a client needs no variables',
    async () => {
      const said = await machine.must(
        `${asSudo} ${docker} run --rm --network none hello-world:linux`,
      );
      expect(said).toContain('Hello from behind the proxy!');
    },
    slowMs,
  );

  test(
    'a later up by who has no variables leaves them to the daemon',
    async () => {
      expect(await machine.must(`${asSudo} berth up --yes`)).toContain('Nothing to change');
    },
    slowMs,
  );

  test(
    'checks see it, and name servers that are not needed',
    async () => {
      const found = await findings(asLogin, 'proxy', 'dns', 'mirror.reach', 'smoke.registry');
      expect(found['proxy']).toMatchObject({ status: 'pass' });
      expect(found['smoke.registry']).toMatchObject({ status: 'pass' });
      expect(found['mirror.reach']?.seen).toMatch(/registries: registry-1\.docker\.io in \d+ ms/);
      expect(found['dns']?.remedy).toMatch(/^Downloads need none/);
    },
    slowMs,
  );

  test(
    'its password is for root only, and in no report',
    async () => {
      const look = [
        `grep -rsa -e '${passwordPattern}' /etc /opt /run /srv /tmp /usr/local /var`,
        "systemctl show berth.service berth.socket 'outside-*'",
        'ps -eo args',
        'cat /proc/[0-9]*/environ',
        'berth --help; berth status --json',
      ].join('; ');
      const seen = await machine.run(
        `setpriv --reuid nobody --regid nogroup --clear-groups sh -c '${look.replaceAll("'", `'\\''`)}' 2>&1`,
      );
      expect(seen.stdout).toContain('ExecStart=');
      const told = seen.stdout.split('\n').filter((line) => line.match(passwordPattern));
      expect(told).toEqual([]);
      await machine.must(`${asLogin} berth report --output /tmp/report.tar.gz`);
      const report = await machine.must(
        `mkdir /tmp/report && tar -xzf /tmp/report.tar.gz -C /tmp/report && grep -rlE '${passwordPattern}' /tmp/report | cat; find /tmp/report -type f | wc -l; rm -r /tmp/report /tmp/report.tar.gz`,
      );
      expect(report).toMatch(/^\d+$/);
    },
    slowMs,
  );

  test(
    'down puts the machine back',
    async () => {
      await machine.must(`${asSudo} berth down --purge --yes`);
      expect(withoutWhatStays(difference(before, await hostState(machine)))).toEqual({});
    },
    slowMs,
  );
});
