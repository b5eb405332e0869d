import { flushCompileCache } from 'node:module';

/** Threads of this process with a JavaScript heap of their own. */
export { Worker, parentPort, workerData } from 'node:worker_threads';

/**
 * Makes sure that threads find the compile cache of what they are about to load. Without it, each loads the compiler that
 * takes the types out of TypeScript, which costs it 25 MB and a tenth of a second; this thread has it already. Where
 * there is no cache (NODE_COMPILE_CACHE), nothing is gained and nothing lost.
 *
 * @param load Imports in this thread what the threads are to import.
 */
export async function shareCompiled(load: () => Promise<unknown>): Promise<void> {
  await load();
  flushCompileCache();
}
