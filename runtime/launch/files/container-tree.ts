import type { Launcher } from '../../syscall/launcher.ts';
import { encodeItemQuestion, itemRequestSize } from '../../syscall/tree/item-protocol.ts';
import { TreeConnection } from '../../syscall/tree/tree-connection.ts';
import { TreeEditor } from '../../syscall/tree/tree-editor.ts';
import { TreeReader } from '../../syscall/tree/tree-reader.ts';
import type { HostFacts } from '../host-facts.ts';
import { planStart } from '../plan-start.ts';
import type { FilterCache } from '../seccomp/filter-cache.ts';
import { enterRunning } from './enter-running.ts';
import type { RunningView } from './enter-running.ts';
import { enterStopped, filesRequest } from './enter-stopped.ts';
import type { StoppedView } from './enter-stopped.ts';
import { filesProgram } from './files-program.ts';

/** Which files are meant: those of a container that runs, or of one that does not. */
export type FilesView = RunningView | StoppedView;

/** The files of a container, with its mounts, until `close`. */
export interface ContainerTree {
  readonly reader: TreeReader;
  readonly editor: TreeEditor;
  readonly close: () => void;
}

/**
 * Opens the files of a container.
 *
 * @throws SYSCALL_FAILED naming the step, also when the container has ended; MOUNT_SOURCE_MISSING and the others of `planStart`
 */
export async function openContainerTree(
  launcher: Launcher,
  view: FilesView,
  facts: { readonly host: HostFacts; readonly filters: FilterCache },
): Promise<ContainerTree> {
  const program = await programOf(view, facts);
  const connection = await TreeConnection.open(launcher, program, Buffer.alloc(itemRequestSize));
  return {
    reader: new TreeReader(connection, encodeItemQuestion),
    editor: new TreeEditor(connection),
    close: () => {
      connection.close();
    },
  };
}

async function programOf(
  view: FilesView,
  facts: Parameters<typeof openContainerTree>[2],
): Promise<ReturnType<typeof filesProgram>> {
  if (view.kind === 'running') {
    return filesProgram((p) => {
      enterRunning(p, view);
    });
  }
  const { plan } = await planStart(filesRequest(view), facts);
  return filesProgram((p) => {
    enterStopped(p, plan);
  });
}
