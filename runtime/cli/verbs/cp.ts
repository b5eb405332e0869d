import { refusedCopy } from '../copy/copy-error.ts';
import type { CopyOptions } from '../copy/copy-input.ts';
import { parseEnd } from '../copy/copy-path.ts';
import { copyFromContainer } from '../copy/from-container.ts';
import { copyToContainer } from '../copy/to-container.ts';
import { defineVerb } from '../verb.ts';

const remedy = 'For example: berth cp name:/etc/hosts . or berth cp file name:/tmp/';

/** `berth cp`: copies files between a container and this host, by the rules of `docker cp`. */
export const cp = defineVerb<CopyOptions>({
  define: (command) => {
    command
      .argument('<source>', 'container:path, a path of this host, or - for a tar on standard input')
      .argument('<destination>', 'container:path, a path of this host, or - for a tar as output')
      .option('-a, --archive', "give what is copied to the container's user")
      .option('-L, --follow-link', 'copy what the source leads to, if it is a link')
      .option('-q, --quiet', 'say nothing of what was copied');
  },
  run: async (input) => {
    const [source = '', destination = ''] = input.args;
    const [from, to] = [parseEnd(source), parseEnd(destination)];
    if (source === '' || destination === '')
      throw refusedCopy('a path is empty, wanted two', remedy);
    if (from.container !== undefined && to.container !== undefined) {
      throw refusedCopy('both paths are in containers, wanted one of this host', remedy);
    }
    if (from.container !== undefined) {
      const { container, path } = from;
      await copyFromContainer(input, { container, path }, to.path);
    } else if (to.container !== undefined) {
      const { container, path } = to;
      await copyToContainer(input, from.path, { container, path });
    } else {
      throw refusedCopy('both paths are of this host, wanted one in a container', remedy);
    }
    return 0;
  },
});
