/*
 * The `berth` command of a checkout: the only place that sets an exit code. It ends at once: a look-up that a silent name
 * server keeps waiting would keep the process for ten seconds more. What was written to standard output is out by then,
 * for Node.js writes to pipes, files and terminals of Linux synchronously.
 */
// `process` by its global: an import of it opens the standard streams, which makes them non-blocking for a container's too.
const [verb, ...words] = process.argv.slice(2);
if (verb === 'oci') {
  // Engines call it several times a container: it loads nothing of the other verbs.
  const { runOciProcess } = await import('./oci/oci-process.ts');
  process.exit(await runOciProcess(words));
}
const { runCli } = await import('./cli/run-cli.ts');
process.exit(await runCli(process.argv.slice(2)));
