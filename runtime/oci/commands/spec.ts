import { posix } from 'node:path';
import { detectCgroups } from '../../cgroup/detect.ts';
import { BerthError, messageOf } from '../../errors/berth-error.ts';
import { hasErrno, open } from '../../host/files.ts';
import { currentUser } from '../../host/user-name.ts';
import { type OciCommand, noOperands } from '../command.ts';
import { defaultConfig, rootlessConfig } from '../default-config.ts';
import { absolutePath } from '../paths.ts';

/** `berth oci spec`: writes a config.json to begin with. */
export const specCommand: OciCommand = {
  options: [
    {
      name: 'bundle',
      short: 'b',
      takes: 'text',
      help: 'folder to write it to (default: this one)',
    },
    { name: 'rootless', takes: 'flag', help: 'for a user without rights on the host' },
  ],
  operands: noOperands,
  failureStatus: 1,
  run: async ({ context, options }) => {
    const bundle = absolutePath(options.text('bundle') ?? '.', context.workingDirectory);
    const { version } = await detectCgroups();
    const config = options.flag('rootless')
      ? rootlessConfig(currentUser())
      : defaultConfig({ cgroup: version === 'v2' ? 'v2' : 'v1' });
    await writeNew(`${bundle}/config.json`, `${JSON.stringify(config, undefined, '\t')}\n`);
    return 0;
  },
};

/** A config that somebody has written already stays as it is. */
async function writeNew(path: string, text: string): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o666);
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (hasErrno(cause, 'ENOENT', 'ENOTDIR')) {
      throw new BerthError('OCI_BUNDLE_INVALID', {
        message: `there is no folder "${posix.dirname(path)}", wanted one to write config.json to: ${messageOf(cause)}`,
        remedy: 'Make it first, or name another with --bundle.',
        details: { path, field: '--bundle' },
        cause,
      });
    }
    if (!hasErrno(cause, 'EEXIST')) throw cause;
    throw new BerthError('OCI_BUNDLE_INVALID', {
      message: `File ${path} exists. Remove it first`,
      remedy: 'Move it away, or name another folder with --bundle.',
      details: { path },
      cause,
    });
  }
}
