/** Key of the shared memory segment by which OpenSSL tells that /dev/urandom is seeded (e_os.h of OpenSSL 3.5). */
const seededIndication = 114;
/** shmget(2). */
const IPC_CREAT = 0o1000;
const readable = 0o444;
const timeoutMs = 5000;

/**
 * Makes sure that Node.js can make random numbers, and so identifiers and TLS. Without getrandom(2) (Linux 3.17), on a
 * kernel that says it is newer than 4.8, OpenSSL refuses to read /dev/urandom unless this indication is there; it makes it
 * itself on older kernels. Such a host is one where a seccomp filter around berth hides newer calls.
 *
 * @throws SYSCALL_FAILED when the segment cannot be made.
 */
export async function ensureEntropy(): Promise<void> {
  if (hasEntropy()) return;
  // Hardly a host needs them, and every command line and the daemon's start come by here.
  const { Launcher } = await import('./launcher.ts');
  const { ProgramBuilder } = await import('./program-builder.ts');
  const program = new ProgramBuilder('tell OpenSSL that /dev/urandom is seeded');
  program.call('make the segment', 'shmget', [seededIndication, 1, IPC_CREAT | readable]);
  const launcher = await Launcher.start();
  try {
    await launcher.run(program, { timeoutMs });
  } finally {
    await launcher.stop();
  }
}

function hasEntropy(): boolean {
  try {
    // An import of it by name reads all its exports, lazy ones too.
    process.getBuiltinModule('node:crypto').randomBytes(1);
    return true;
  } catch {
    return false;
  }
}
