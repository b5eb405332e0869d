import type { Mount } from '../spec/mount.ts';
import { MS_BIND, MS_RDONLY, MS_REC, MS_REMOUNT } from '../syscall/constants/mount.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
import { makeFolders, makeMountFile } from './folders.ts';
import type { HostDescriptors } from './host-descriptors.ts';
import { labelKind, labelledData, labelRoot } from './mount-label.ts';
import { parseMountOptions, type ParsedMountOptions } from './mount-options.ts';
import { preservedFlags } from './preserved-flags.ts';
import { setRecursiveAttributes } from './recursive-attributes.ts';

/** Whether the source of a bind mount is a folder or a file (or socket, device ...): what to make as its target. */
export type SourceKind = 'folder' | 'file';

/** A bind mount's source, opened while the host's tree was still the root. */
interface OpenSource {
  readonly descriptor: number;
  readonly kind: SourceKind;
}

/** Whether a mount is a bind mount, by its options or its type. */
export function isBind({ type, options }: Mount): boolean {
  return type === 'bind' || options.includes('bind') || options.includes('rbind');
}

/** Opens the sources of the bind mounts, before the root changes. */
export function openSources(
  host: HostDescriptors,
  mounts: readonly Mount[],
  kinds: ReadonlyMap<string, SourceKind>,
): ReadonlyMap<Mount, OpenSource> {
  return new Map(
    mounts.filter(isBind).map((mount) => {
      const source = mount.source ?? '';
      return [mount, { descriptor: host.open(source), kind: kinds.get(source) ?? 'folder' }];
    }),
  );
}

/** Mounts one file system or bind mount of the config. The current folder is the host's root (`pivotInto`). */
export function addMount(
  p: ProgramBuilder,
  mount: Mount,
  from: {
    readonly host: HostDescriptors;
    readonly source: OpenSource | undefined;
    /** `linux.mountLabel`, for file systems; what is bound keeps the labels that it has. */
    readonly label: string | undefined;
  },
): void {
  const options = parseMountOptions(mount.options);
  const { destination } = mount;
  if (from.source) bindMount(p, { destination, options, host: from.host, source: from.source });
  else fileSystemMount(p, mount, { options, label: from.label });
  if (options.recursive.set !== 0 || options.recursive.clear !== 0) {
    setRecursiveAttributes(p, destination, options.recursive);
  }
  for (const flags of options.propagation) {
    p.call(`set the propagation of ${destination}`, 'mount', [
      0,
      p.string(destination),
      0,
      flags,
      0,
    ]);
  }
}

function fileSystemMount(
  p: ProgramBuilder,
  mount: Mount,
  {
    options,
    label = '',
  }: { readonly options: ParsedMountOptions; readonly label: string | undefined },
): void {
  const { destination, type = '' } = mount;
  const kind = labelKind(type);
  const data = kind === 'option' ? labelledData(options.data, label) : options.data;
  makeFolders(p, destination);
  p.call(`mount ${type} on ${destination}`, 'mount', [
    p.string(mount.source ?? type),
    p.string(destination),
    p.string(type),
    options.flags,
    data === '' ? 0 : p.string(data),
  ]);
  if (kind === 'attribute' && label !== '') labelRoot(p, destination, label);
}

interface BindRequest {
  readonly destination: string;
  readonly options: ParsedMountOptions;
  readonly host: HostDescriptors;
  readonly source: OpenSource;
}

function bindMount(p: ProgramBuilder, { destination, options, host, source }: BindRequest): void {
  if (source.kind === 'folder') makeFolders(p, destination);
  else makeMountFile(p, destination);
  host.bind(source.descriptor, destination, { recursive: options.flags & MS_REC });
  const rest = options.flags & ~(MS_BIND | MS_REC);
  if (rest === 0) return;
  // A bind takes no further flags: they need a remount, which must keep what the source has already.
  remountBind(p, { destination, flags: rest, recursive: 0 });
}

/** Changes the flags of a bind mount, keeping those that it has. */
export function remountBind(
  p: ProgramBuilder,
  {
    destination,
    flags,
    recursive,
  }: { readonly destination: string; readonly flags: number; readonly recursive: number },
): void {
  const kept = preservedFlags(p, destination);
  const all = p.compute('or', kept, MS_REMOUNT | MS_BIND | recursive | flags);
  const label = flags & MS_RDONLY ? `make ${destination} read-only` : `remount ${destination}`;
  p.call(label, 'mount', [0, p.string(destination), 0, all, 0]);
}
