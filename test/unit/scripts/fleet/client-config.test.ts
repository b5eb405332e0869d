import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clientConfig } from '../../../../scripts/fleet/ssh/client-config.ts';
import { removeTree } from '../../../support/remove-tree.ts';

test("the user's own configuration does not switch the checking of host keys off", () => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-client-config-'));
  try {
    const own = join(folder, 'own');
    writeFileSync(
      own,
      'StrictHostKeyChecking no\nNoHostAuthenticationForLocalhost yes\nVerifyHostKeyDNS yes\nCompression yes\n',
    );
    const file = join(folder, 'config');
    const config = clientConfig({ hostKeys: 'yes', connectTimeoutS: 5 });
    writeFileSync(file, config.replace('~/.ssh/config', own));
    const seen = execFileSync('ssh', ['-G', '-F', file, '127.0.0.1'], { encoding: 'utf8' });
    const settings = seen.split('\n');
    expect(settings).toContain('compression yes');
    expect(settings).toContain('stricthostkeychecking true');
    expect(settings).toContain('nohostauthenticationforlocalhost no');
    expect(settings).toContain('verifyhostkeydns false');
  } finally {
    removeTree(folder);
  }
});
