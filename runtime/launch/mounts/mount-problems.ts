import { posix } from 'node:path';
import { BerthError } from '../../errors/berth-error.ts';
import type { Mount } from '../../spec/mount.ts';
import type { Spec } from '../../spec/spec.ts';
import { MS_REMOUNT } from '../../syscall/constants/mount.ts';
import { parseMountOptions } from './mount-options.ts';
import { isBind } from './mounts.ts';

/** mount(2) takes one page of options, and cuts off what is longer without a word. */
const optionBytes = 4096;

/** What is wrong with a field of a mount. */
interface MountProblem {
  readonly field: string;
  readonly seen: string;
  readonly wanted: string;
}

/**
 * Refuses mounts that say what no mount can do, before anything is made: the kernel would drop it without a word.
 *
 * @throws SPEC_INVALID
 */
export function refuseWrongMounts(spec: Spec): void {
  const problems = spec.mounts.flatMap((mount, index) =>
    problemsOf(mount, spec).map((problem) => ({
      ...problem,
      field: `mounts[${index}].${problem.field}`,
    })),
  );
  if (problems.length === 0) return;
  throw new BerthError('SPEC_INVALID', {
    message: problems
      .map(({ field, seen, wanted }) => `'${field}' is ${seen}, wanted ${wanted}`)
      .join('; '),
    remedy: 'Correct the named fields of the OCI config.',
    details: { problems },
  });
}

/**
 * What a mount asks for without effect, a sentence each: options of a file system on a bind mount. The kernel drops them
 * (mount(2), "Creating a bind mount"), and configs have them, the specification's own test suite among others.
 */
export function mountWarnings({ mounts }: Spec): readonly string[] {
  return mounts.flatMap((mount, index) => {
    const { data } = parseMountOptions(mount.options);
    if (!isBind(mount) || data === '') return [];
    return [`"mounts[${index}].options": "${data}" has no effect on a bind mount.`];
  });
}

function problemsOf(mount: Mount, spec: Spec): readonly MountProblem[] {
  const { data, flags, own } = parseMountOptions(mount.options);
  const { type } = mount;
  const isRemount = (flags & MS_REMOUNT) !== 0;
  const isBound = isBind(mount);
  const problems: MountProblem[] = [];
  const add = (field: string, seen: string, wanted: string): void => {
    problems.push({ field, seen, wanted });
  };
  const bytes = Buffer.byteLength(data);
  if (bytes >= optionBytes) {
    add('options', `${bytes} bytes for the file system`, `at most ${optionBytes - 1} (mount(2))`);
  }
  if (!isBound && !isRemount && (type === undefined || type === '' || type === 'none')) {
    add('type', type === undefined ? 'missing' : `"${type}"`, 'a file system, or a bind mount');
  }
  if (isBound && (mount.source ?? '') === '') {
    add('source', 'missing', 'a path of the host to bind');
  }
  if (own.has('tmpcopyup') && type !== 'tmpfs') {
    add('options', '"tmpcopyup"', 'it with a mount of the type "tmpfs" only');
  }
  if (own.has('tmpcopyup') && posix.normalize(`${mount.destination}/`) === '/') {
    add('options', '"tmpcopyup"', 'it below the root only, which would be copied whole');
  }
  const followed = (['src-nofollow', 'dest-nofollow'] as const).find((option) => own.has(option));
  if (followed !== undefined && !isBound)
    add('options', `"${followed}"`, 'it with a bind mount only');
  if (followed !== undefined && own.has('copy-symlink'))
    add('options', `"copy-symlink" with "${followed}"`, 'one of them: the first makes a link anew');
  return [...problems, ...idProblems(mount, spec)];
}

function idProblems(mount: Mount, spec: Spec): readonly MountProblem[] {
  const { own } = parseMountOptions(mount.options);
  const { uidMappings = [], gidMappings = [] } = mount;
  const mapped = uidMappings.length > 0 || gidMappings.length > 0;
  const option = own.has('ridmap') ? 'ridmap' : 'idmap';
  if (!mapped && !own.has(option)) return [];
  const field = mapped ? 'uidMappings' : 'options';
  const problem = (seen: string, wanted: string): readonly MountProblem[] => [
    { field, seen, wanted },
  ];
  if (!isBind(mount)) return problem('that of a file system', 'it with a bind mount only');
  if (mapped && (uidMappings.length === 0 || gidMappings.length === 0)) {
    return problem('without its other half', 'both "uidMappings" and "gidMappings"');
  }
  const hasUserNamespace = spec.linux.namespaces.some(({ type }) => type === 'user');
  if (!mapped && !hasUserNamespace) {
    return problem(`"${option}"`, 'mappings with it, or a user namespace whose mappings it takes');
  }
  return [];
}
