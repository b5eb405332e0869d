import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { useMachine } from './use-machine.ts';

const machine = useMachine();

/** Everything about each file below a folder but its inode number, sorted. */
const listing = `find . | sort | while read -r f; do stat -c '%n %f %u %g %h %s %Y %t:%T' "$f"; readlink "$f"; done; find . -type f | sort | xargs md5sum`;

describe('tmpcopyup', () => {
  const mount = { destination: '/content', type: 'tmpfs', options: ['tmpcopyup', 'size=64m'] };

  it('copies what the image has: folders, files, links, devices, owners, modes and times', async () => {
    const root = machine().image('content');
    execFileSync('sh', [
      '-ec',
      `mkdir -p ${root}/a/b/c ${root}/empty; cd ${root}
       seq 1 300000 > big; printf x > a/b/c/small; : > none; ln big a/second; ln big third
       ln -s ../nowhere a/link; mkfifo a/pipe; mknod a/device c 1 5
       for i in $(seq 1 700); do : > a/b/file-with-a-long-name-$i; done
       chown 12:34 a/b big; chown -h 5:6 a/link; chmod 4751 a/b/c/small; chmod 2711 a/b; chmod 1777 .
       touch -d 2001-02-03 big a/b/c/small; touch -h -d 2002-03-04 a/link; touch -d 2003-04-05 a/b a . `,
    ]);
    const wanted = await machine().shell(`cd /content; ${listing}`);
    const found = await machine().shell(`cd /content; stat -f -c %T .; ${listing}`, {
      mounts: [mount],
    });
    const [type, ...files] = found.split('\n');
    expect(type).toBe('tmpfs');
    // Of folders tmpfs counts bytes in its own way, and as names what is in them.
    const comparable = (lines: readonly string[]): readonly string[] =>
      lines.map((line) => line.replace(/^(\S+ 4[0-9a-f]{3} \d+ \d+) \d+ \d+/, '$1'));
    expect(comparable(files)).toEqual(comparable(wanted.split('\n')));
    expect(files.length).toBeGreaterThan(1000);
  });

  it('copies extended attributes', async () => {
    const folder = machine().image('attributes');
    mkdirSync(folder);
    const capability = '0x0100000200040000000000000000000000000000';
    execFileSync('python3', [
      '-c',
      `import os,sys
open(sys.argv[1]+'/f','w').close()
os.setxattr(sys.argv[1]+'/f','trusted.note',b'kept')
os.setxattr(sys.argv[1]+'/f','security.capability',bytes.fromhex('${capability.slice(2)}'))`,
      folder,
    ]);
    const request = machine().request(['sleep', '60'], {
      mounts: [{ ...mount, destination: '/attributes' }],
    });
    const running = await machine().start(request);
    const path = `/proc/${running.pid}/root/attributes/f`;
    const read = (name: string): string =>
      execFileSync(
        'python3',
        ['-c', `import os,sys;print(os.getxattr(sys.argv[1],sys.argv[2]).hex())`, path, name],
        {
          encoding: 'utf8',
        },
      ).trim();
    const found = [read('trusted.note'), read('security.capability')];
    running.monitor.signal(9);
    await running.ended();
    expect(found).toEqual([Buffer.from('kept').toString('hex'), capability.slice(2)]);
  });

  it('is the copy: what is written does not reach the image, nor a read-only one the copy', async () => {
    mkdirSync(machine().image('content'), { recursive: true });
    await machine().shell('echo new > /content/new; cat /content/new', { mounts: [mount] });
    const readOnly = { ...mount, options: [...mount.options, 'ro'] };
    const { stderr } = await machine().run(['touch', '/content/x'], { mounts: [readOnly] });
    expect(stderr).toContain('Read-only file system');
  });

  it('that does not fit is an error', async () => {
    mkdirSync(machine().image('much'), { recursive: true });
    execFileSync('sh', ['-c', `head -c 3000000 /dev/zero > ${machine().image('much')}/zeros`]);
    const small = { destination: '/much', type: 'tmpfs', options: ['tmpcopyup', 'size=1m'] };
    await expect(machine().run(['true'], { mounts: [small] })).rejects.toMatchObject({
      message: expect.stringContaining('copy /much: ENOSPC') as string,
    });
  });
});

describe('a tmpfs without a mode', () => {
  it('has that of the folder that it covers, and else 1777', async () => {
    mkdirSync(machine().image('private'));
    chmodSync(machine().image('private'), 0o2710);
    const tmpfs = (destination: string, ...options: readonly string[]) => ({
      destination,
      type: 'tmpfs',
      options: [...options],
    });
    const mounts = [
      tmpfs('/private'),
      tmpfs('/made'),
      tmpfs('/bin/../private/sub', 'mode=701'),
      tmpfs('/tmp', 'ro'),
    ];
    chmodSync(machine().image('tmp'), 0o1733);
    expect(await machine().shell('stat -c %a /private /made /private/sub /tmp', { mounts })).toBe(
      '2710\n1777\n701\n1733',
    );
  });
});
