import { reportFindingMessages as m } from '../../../messages/areas/report-findings.ts';
import { dataFolders, places } from '../../host/places.ts';
import type { Collector } from '../collector.ts';
import type { Evidence } from '../evidence/evidence.ts';

/** From here on a file system counts as full, in percent. */
const fullPercent = 95;
/** File systems that are full by nature. */
const readOnlyTypes = new Set(['squashfs', 'iso9660', 'erofs', 'devtmpfs', 'tmpfs', 'overlay']);

/** Room on disks, and what takes it. In programs of their own: a dead network disk hangs whoever asks it. */
export const diskCollector: Collector = {
  id: 'disk',
  title: m.titleDisk,
  holds: 'facts',
  timeoutMs: 60_000,
  async collect({ host, signal }, evidence) {
    const by = { signal };
    await evidence.command('space.txt', ['df', '-P', '-T', '-k'], by);
    await evidence.command('inodes.txt', ['df', '-P', '-T', '-i'], by);
    for (const { name, text } of evidence.files.filter(({ name }) => name !== 'lsblk.txt')) {
      addFindings(text, name === 'space.txt' ? m.diskFull : m.inodesFull, evidence);
    }
    await evidence.command('lsblk.txt', ['lsblk', '-f'], { signal, trouble: 'ignore' });
    const folders = dataFolders.map((name) => host.path(`${places.dataRoot}/${name}`));
    await evidence.command('usage.txt', ['du', '-skx', ...folders], {
      signal,
      timeoutMs: 20_000,
      title: `du -skx ${places.dataRoot}/*`,
    });
    await evidence.file(host, '/proc/diskstats');
    await evidence.file(host, '/proc/mdstat');
  },
};

/** A line of `df -P -T`: source, type, size, used, free, percent, mount point. */
function addFindings(
  text: string,
  seen: (values: { readonly point: string; readonly percent: number }) => string,
  evidence: Evidence,
): void {
  for (const line of text.split('\n').slice(1)) {
    const [, type = '', , , , share = '', ...rest] = line.split(/\s+/);
    const percent = Number.parseInt(share, 10);
    if (!(percent >= fullPercent) || readOnlyTypes.has(type)) continue;
    const point = rest.join(' ');
    evidence.finding({
      id: 'disk.full',
      status: percent >= 100 ? 'fail' : 'warn',
      title: m.diskTitle(),
      seen: seen({ point, percent }),
      why: m.diskWhy(),
      remedy: m.diskRemedy(),
      evidence: ['disk/space.txt', 'disk/inodes.txt'],
    });
  }
}
