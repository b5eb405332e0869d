import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OciMachine } from './oci-machine.ts';

let machine: OciMachine;
let id: string;
beforeAll(() => {
  machine = new OciMachine();
  id = machine.id();
  machine.config(['sleep', '1000'], { linux: { resources: { devices: [] } } });
  machine.detached(id);
});
afterAll(() => {
  machine.ok('delete', '--force', id);
  machine.gone(id);
  machine.dispose();
});

const mib = 1024 ** 2;

/** What a file of the container's cgroup says. */
function limit(file: string): string {
  const [path = file] = globSync(`/sys/fs/cgroup/{,*/}berth/${id}/${file}`);
  return readFileSync(path, 'utf8').trim();
}

const isV1 = globSync('/sys/fs/cgroup/memory').length > 0;

/** The names of cgroup v1 on this machine, and of v2 elsewhere. */
const files = isV1
  ? {
      memory: 'memory.limit_in_bytes',
      both: 'memory.memsw.limit_in_bytes',
      none: '9223372036854771712',
    }
  : { memory: 'memory.max', both: 'memory.swap.max', none: 'max' };

describe('update', () => {
  it('raises, lowers and takes away limits, whichever has to go first', () => {
    machine.ok('update', id, '--memory', '50M', '--memory-swap', '60M', '--pids-limit', '20');
    expect(limit(files.memory)).toBe(String(50 * mib));
    expect(limit('pids.max')).toBe('20');
    machine.ok('update', '--memory', '100M', '--memory-swap', '200M', id);
    expect(limit(files.memory)).toBe(String(100 * mib));
    machine.ok('update', '--memory', '30M', '--memory-swap', '40M', id);
    expect(limit(files.memory)).toBe(String(30 * mib));
    machine.ok('update', '--memory', '-1', '--pids-limit', '-1', id);
    expect(limit(files.memory)).toBe(files.none);
    expect(limit(files.both)).toBe(files.none);
    expect(limit('pids.max')).toBe('max');
  });

  it('reads limits from standard input, names in any case', () => {
    const said = machine.runWith(
      '{"CPU":{"Cpus":"0"},"pids":{"limit":30}}',
      'update',
      '-r',
      '-',
      id,
    );
    expect(said).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(limit('cpuset.cpus')).toBe('0');
    expect(limit('pids.max')).toBe('30');
    const config = readFileSync(join(machine.root, id, 'config.json'), 'utf8');
    expect(JSON.parse(config)).toMatchObject({
      linux: { resources: { cpu: { cpus: '0' }, pids: { limit: 30 } } },
    });
  });

  it('changes nothing when one of the limits is refused', () => {
    machine.ok('update', '--pids-limit', '40', id);
    const change = JSON.stringify({ pids: { limit: 50 }, cpu: { cpus: '4000' } });
    const { status, stderr } = machine.runWith(change, 'update', '-r', '-', id);
    expect(status).toBe(1);
    expect(stderr).toContain('cpuset.cpus');
    expect(stderr).toContain('CGROUP_UPDATE_REFUSED');
    expect(limit('pids.max')).toBe('40');
    expect(readFileSync(join(machine.root, id, 'config.json'), 'utf8')).not.toContain('4000');
  });

  it('refuses memory below what is used when it is told to look', () => {
    const change = JSON.stringify({ memory: { limit: 4096, checkBeforeUpdate: true } });
    const { status, stderr } = machine.runWith(change, 'update', '-r', '-', id);
    expect(status).toBe(1);
    expect(stderr).toContain('unable to set memory limit to 4096 (current usage: ');
  });

  it.each([
    [['--memory', 'much'], 'wanted a size'],
    [['--cpu-quota', '1.5'], 'wanted a whole number'],
    [['--l3-cache-schema', 'L3:0=f'], 'Intel RDT'],
    [['--cpu-share', '1'], 'linux.resources.cpu.shares'],
  ])('refuses %j', (options, words) => {
    const { status, stderr } = machine.run('update', ...options, id);
    expect(status).toBe(1);
    expect(stderr).toContain(words);
  });

  it.each(['', '[]', '5', '{"memory":{"limit":"x"}}'])('refuses %j from a file', (text) => {
    const { status, stderr } = machine.runWith(text, 'update', '-r', '-', id);
    expect(status).toBe(1);
    expect(stderr).toContain('SPEC_INVALID');
  });
});

describe('events', () => {
  it('tells once what the kernel counts', () => {
    machine.ok('update', '--memory', '60M', '--pids-limit', '33', id);
    const event = JSON.parse(machine.ok('events', '--stats', id)) as Record<string, unknown>;
    expect(event).toMatchObject({
      type: 'stats',
      id,
      data: {
        pids: { current: 1, limit: 33 },
        memory: { usage: { limit: 60 * mib } },
        intel_rdt: {},
        network_interfaces: null,
      },
    });
  });

  it('tells of memory that has run out, and ends with the container', async () => {
    const eater = machine.id();
    machine.config(['sh', '-c', 'while [ ! -e /go ]; do sleep 0.05; done; tail /dev/zero'], {
      linux: { resources: { memory: { limit: 20 * mib, swap: 20 * mib } } },
    });
    machine.create(eater);
    const [program, ...words] = machine.command('events', '--interval', '100ms', eater);
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    await expect.poll(() => output, { timeout: 20_000 }).toContain('"type":"stats"');
    machine.ok('start', eater);
    machine.ok('exec', eater, 'touch', '/go');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(output).toContain(`{"type":"oom","id":"${eater}"}\n`);
    machine.ok('delete', eater);
  });
});
