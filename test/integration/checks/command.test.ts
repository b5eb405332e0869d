import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CheckReport } from '../../../scripts/check/report.ts';
import { removeTree } from '../../support/remove-tree.ts';
import { packedCheckout } from '../scripts/support/packed-checkout.ts';

let main: string;
beforeAll(async () => {
  main = join(await packedCheckout(), 'scripts/main.ts');
});

const schema = readFileSync(join(import.meta.dirname, '../../../docs/schema/check-report.json'));
const validate = new Ajv2020({ formats: { date: true } }).compile(
  JSON.parse(schema.toString()) as object,
);

/** Runs `berth check` as a person does; `rights` are options of setpriv(1). */
function check(
  args: readonly string[],
  rights: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): { readonly status: number | null; readonly out: string; readonly err: string } {
  const command = [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    main,
    'check',
    ...args,
  ];
  // In a network of its own: name servers and mirrors are nobody's to ask in tests.
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['--net', 'setpriv', ...rights, '--', ...command],
    { encoding: 'utf8', env: { ...process.env, ...env } },
  );
  return { status, out: stdout, err: stderr };
}

describe('berth check', () => {
  it('ends with 0 when nothing failed', () => {
    const { status, out, err } = check(['--only', 'kernel.version', '--only', 'fs.overlay']);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(
      /^pass {4}root, kernel\.version, fs\.overlay\n\nThis host can run containers\.\n3 passed/,
    );
  });

  it('prints JSON, and only that', () => {
    const { status, out } = check(['--json', '--skip', 'dns=no name service in tests']);
    const report = JSON.parse(out) as CheckReport;
    validate(report);
    expect(validate.errors).toBeNull();
    expect(report.findings).toContainEqual(expect.objectContaining({ id: 'dns', status: 'skip' }));
    expect(status).toBe(report.summary.fail === 0 ? 0 : 1);
  });

  it('ends with 1 when a check failed', () => {
    const rights = ['--inh-caps=-all', '--bounding-set=-sys_admin'];
    const { status, out } = check(['--only', 'namespaces'], rights);
    expect(status).toBe(1);
    expect(out).toContain('FAIL  Namespaces (namespaces)');
  });

  it('speaks Chinese where the locale does, with the same ids and status', () => {
    const only = ['--json', '--only', 'distro', '--only', 'kernel.version'];
    const [en, zh] = ['C', 'zh_CN.UTF-8'].map(
      (locale) => JSON.parse(check(only, [], { LC_ALL: locale }).out) as CheckReport,
    );
    const names = (report?: CheckReport): unknown =>
      report?.findings.map(({ id, status }) => ({ id, status }));
    expect(names(zh)).toEqual(names(en));
    expect(zh?.findings.every(({ title }) => /\p{Script=Han}/u.test(title))).toBe(true);
  });

  it('changes nothing for an ordinary user', () => {
    const rights = ['--reuid=65534', '--regid=65534', '--clear-groups'];
    const { status, out, err } = check(['--fix', '--only', 'sysctl.forward'], rights);
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toContain('berth: NOT_ROOT: ');
  });

  it.each([
    [['--only', 'fs.overlya'], 'CHECK_UNKNOWN', 'Did you mean "fs.overlay"?'],
    [['--skip', 'dns'], 'CHECK_SKIP_INVALID', 'Say why'],
    [['--skip', 'nds=x'], 'CHECK_UNKNOWN', 'Did you mean "dns"?'],
    [['--onyl', 'dns'], 'USAGE', '--only'],
    [['dns'], 'USAGE', '--help'],
  ])('ends with 2 for wrong use: %j', (args, code, hint) => {
    const { status, out, err } = check(args);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(`berth: ${code}: `);
    expect(err).toContain(hint);
  });
});

describe('waivers on a host', () => {
  /** Runs `berth check` where /etc/berth/waivers.yaml says this, in a mount namespace of its own. */
  function checkWith(waivers: string, args: readonly string[]): ReturnType<typeof check> {
    const folder = mkdtempSync('/var/tmp/berth-test-waivers-');
    try {
      writeFileSync(join(folder, 'waivers.yaml'), waivers);
      const script =
        'echo 0 > /proc/sys/net/ipv4/ip_forward && mount -t tmpfs none /mnt && cp -a /etc/. /mnt && mkdir -p /mnt/berth && cp "$1/waivers.yaml" /mnt/berth && mount --bind /mnt /etc && shift && exec "$@"';
      const command = [process.execPath, '--disable-warning=ExperimentalWarning', main, 'check'];
      const { status, stdout, stderr } = spawnSync(
        'unshare',
        ['--net', '--mount', 'sh', '-c', script, 'sh', folder, ...command, ...args],
        { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } },
      );
      return { status, out: stdout, err: stderr };
    } finally {
      removeTree(folder);
    }
  }
  const waiver = (until: string): string =>
    `waivers:\n  - check: sysctl.forward\n    reason: no containers yet\n    until: ${until}\n`;
  const only = ['--only', 'sysctl.forward'];

  it('let a failing check pass for a time', () => {
    const { status, out } = checkWith(waiver('2999-12-31'), only);
    expect(status).toBe(0);
    expect(out).toContain('sysctl.forward: no containers yet (waived until 2999-12-31)');
  });

  it('end, and say so', () => {
    const { status, out } = checkWith(waiver('2020-01-01'), only);
    expect(status).toBe(1);
    expect(out).toContain('the waiver of "sysctl.forward" ended on 2020-01-01');
  });

  it('are refused without a reason, before anything runs', () => {
    const { status, out, err } = checkWith(
      'waivers:\n  - check: dns\n    until: 2999-01-01\n',
      only,
    );
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain('WAIVERS_INVALID');
    expect(err).toContain('line 2');
  });
});
