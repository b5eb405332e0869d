import { describe, expect, test } from 'vitest';
import { explainFailure } from '../../../../scripts/fleet/ssh/explain-failure.ts';

const target = { address: 'db.example', user: 'root', port: 2222 };

/* What OpenSSH 9.2 wrote, shortened. */
const unknown = `debug1: Connecting to db.example [192.0.2.7] port 2222.
debug1: Server host key: ssh-ed25519 SHA256:PwIV+wkS7hK9PrN3rVJaiawpO/SiXcsZxW9Km/v44rg
No ED25519 host key is known for [db.example]:2222 and you have requested strict checking.
Host key verification failed.
`;
const changed = `debug1: Server host key: ssh-ed25519 SHA256:jumphostjumphostjumphostjumphostjumphostjum
debug1: Server host key: ssh-ed25519 SHA256:PwIV+wkS7hK9PrN3rVJaiawpO/SiXcsZxW9Km/v44rg
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
The fingerprint for the ED25519 key sent by the remote host is
SHA256:PwIV+wkS7hK9PrN3rVJaiawpO/SiXcsZxW9Km/v44rg.
Offending ED25519 key in /root/.ssh/known_hosts:1
  remove with:
  ssh-keygen -f "/root/.ssh/known_hosts" -R "[db.example]:2222"
Host key for [db.example]:2222 has changed and you have requested strict checking.
Host key verification failed.
`;

describe('what the client wrote', () => {
  test('of a key that is not known', () => {
    const error = explainFailure(target, unknown);
    expect(error.code).toBe('SSH_HOST_KEY_UNKNOWN');
    expect(error.details).toEqual({
      host: '[db.example]:2222',
      key: 'ssh-ed25519 SHA256:PwIV+wkS7hK9PrN3rVJaiawpO/SiXcsZxW9Km/v44rg',
    });
  });

  test('of a key that has changed, the last of two hops', () => {
    const error = explainFailure(target, changed);
    expect(error.code).toBe('SSH_HOST_KEY_CHANGED');
    expect(error.details).toEqual({
      host: '[db.example]:2222',
      key: 'ssh-ed25519 SHA256:PwIV+wkS7hK9PrN3rVJaiawpO/SiXcsZxW9Km/v44rg',
      stored: '/root/.ssh/known_hosts:1',
    });
    expect(error.remedy).toContain(`ssh-keygen -f /root/.ssh/known_hosts -R '[db.example]:2222'`);
  });

  test.each([
    ['root@db.example: Permission denied (publickey).', 'SSH_LOGIN_REFUSED'],
    [
      'Received disconnect from 192.0.2.7: 2: Too many authentication failures',
      'SSH_LOGIN_REFUSED',
    ],
    ['ssh: connect to host db.example port 2222: Connection refused', 'SSH_UNREACHABLE'],
    ['ssh: Could not resolve hostname db.example: Name or service not known', 'SSH_UNREACHABLE'],
    ['', 'SSH_UNREACHABLE'],
  ])('%j', (line, code) => {
    const error = explainFailure(target, `debug1: Reading configuration data\n${line}\n`);
    expect(error.code).toBe(code);
    expect(error.message).toContain(line);
    expect(error.message).not.toContain('debug1');
    expect(error.remedy).toContain('-p 2222 root@db.example');
  });
});
