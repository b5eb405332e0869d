import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const main = join(import.meta.dirname, '../../../scripts/main.ts');

/** Runs `berth check` as a person does; `rights` are options of setpriv(1). */
function check(
  args: readonly string[],
  rights: readonly string[] = [],
): { readonly status: number | null; readonly out: string; readonly err: string } {
  const command = [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    main,
    'check',
    ...args,
  ];
  const { status, stdout, stderr } = spawnSync('setpriv', [...rights, '--', ...command], {
    encoding: 'utf8',
  });
  return { status, out: stdout, err: stderr };
}

describe('berth check', () => {
  it('ends with 0 when nothing failed', () => {
    const { status, out, err } = check(['--only', 'kernel.version', '--only', 'fs.overlay']);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^pass {4}root, kernel\.version, fs\.overlay\n3 passed/);
  });

  it('prints JSON, and only that', () => {
    const { status, out } = check(['--json', '--skip', 'dns=no name service in tests']);
    const report = JSON.parse(out) as {
      readonly findings: readonly { readonly id: string; readonly status: string }[];
      readonly summary: { readonly fail: number };
    };
    expect(report).toMatchObject({ schemaVersion: 1 });
    expect(report.findings).toContainEqual(expect.objectContaining({ id: 'dns', status: 'skip' }));
    expect(status).toBe(report.summary.fail === 0 ? 0 : 1);
  });

  it('ends with 1 when a check failed', () => {
    const rights = ['--inh-caps=-all', '--bounding-set=-sys_admin'];
    const { status, out } = check(['--only', 'namespaces'], rights);
    expect(status).toBe(1);
    expect(out).toContain('FAIL  Namespaces (namespaces)');
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
