import { describe, expect, test } from 'vitest';

import { applyConfigChanges } from '../../../runtime/image/config-changes.ts';
import type { ImageRunConfig } from '../../../runtime/image/image-config.ts';

const base: ImageRunConfig = {
  Env: ['PATH=/usr/bin:/bin', 'NAME=old', 'EMPTY='],
  Cmd: ['/bin/old'],
  WorkingDir: '/srv',
  Labels: { kept: 'yes' },
};

describe('an instruction', () => {
  test.each<readonly [string, Partial<ImageRunConfig>]>([
    ['CMD ["/bin/sh", "-c", "echo $NAME"]', { Cmd: ['/bin/sh', '-c', 'echo $NAME'] }],
    ['cmd echo "$NAME"', { Cmd: ['/bin/sh', '-c', 'echo "$NAME"'] }],
    ['CMD []', { Cmd: [] }],
    ['CMD [no JSON', { Cmd: ['/bin/sh', '-c', '[no JSON'] }],
    ['ENTRYPOINT ["/init"]', { Entrypoint: ['/init'], Cmd: null }],
    ['ENTRYPOINT exec top', { Entrypoint: ['/bin/sh', '-c', 'exec top'], Cmd: null }],
    ['ENTRYPOINT []', { Entrypoint: null, Cmd: null }],
    ['ENV NAME=new', { Env: ['PATH=/usr/bin:/bin', 'NAME=new', 'EMPTY='] }],
    ['ENV NAME new  value ', { Env: ['PATH=/usr/bin:/bin', 'NAME=new  value', 'EMPTY='] }],
    ['ENV PATH=/opt:$PATH A="b c" D=e\\ f', envOf('/opt:/usr/bin:/bin', 'A=b c', 'D=e f')],
    ['ENV A=\'$NAME\' B="${NAME}"', envOf('/usr/bin:/bin', 'A=$NAME', 'B=old')],
    ['ENV A=${GONE:-x} B=${EMPTY:-y} C=${EMPTY-z}', envOf('/usr/bin:/bin', 'A=x', 'B=y', 'C=')],
    ['ENV A=${NAME:+set} B=${GONE:+set}', envOf('/usr/bin:/bin', 'A=set', 'B=')],
    ['EXPOSE 80 53/UDP', { ExposedPorts: { '80/tcp': {}, '53/udp': {} } }],
    ['EXPOSE 8000-8002/sctp', ports('8000/sctp', '8001/sctp', '8002/sctp')],
    ['EXPOSE 127.0.0.1:8080:80', ports('80/tcp')],
    ['HEALTHCHECK NONE', { Healthcheck: { Test: ['NONE'] } }],
    ['HEALTHCHECK CMD curl -f localhost', { Healthcheck: shellCheck('curl -f localhost') }],
    [
      'HEALTHCHECK --interval=1m30s --timeout=1.5s --start-period=500ms --retries=3 CMD ["/check"]',
      {
        Healthcheck: {
          Test: ['CMD', '/check'],
          Interval: 90e9,
          Timeout: 1.5e9,
          StartPeriod: 5e8,
          Retries: 3,
        },
      },
    ],
    ['LABEL a=b "c d"="e f"', { Labels: { kept: 'yes', a: 'b', 'c d': 'e f' } }],
    ['LABEL kept no', { Labels: { kept: 'no' } }],
    ['ONBUILD RUN make all', { OnBuild: ['RUN make all'] }],
    ['STOPSIGNAL SIGQUIT', { StopSignal: 'SIGQUIT' }],
    ['STOPSIGNAL 9', { StopSignal: '9' }],
    ['USER app:app', { User: 'app:app' }],
    ['VOLUME /data /logs', { Volumes: { '/data': {}, '/logs': {} } }],
    ['VOLUME ["/with space"]', { Volumes: { '/with space': {} } }],
    ['WORKDIR /app', { WorkingDir: '/app' }],
    ['WORKDIR sub/../other', { WorkingDir: '/srv/other' }],
    ['WORKDIR ${NAME}', { WorkingDir: '/srv/old' }],
  ])('%s', (change, expected) => {
    expect(applyConfigChanges(base, [change])).toEqual({ ...base, ...expected });
  });

  test('uses the shell of the image', () => {
    const shell = { ...base, Shell: ['/bin/ash', '-ec'] };
    expect(applyConfigChanges(shell, ['CMD top']).Cmd).toEqual(['/bin/ash', '-ec', 'top']);
  });
});

describe('several', () => {
  test('are applied in turn, with the variables as they are then', () => {
    const changes = ['ENV A=1', 'ENV A=2 B=$A', 'WORKDIR /a', 'WORKDIR b'];
    const { Env, WorkingDir } = applyConfigChanges({}, changes);
    expect([Env, WorkingDir]).toEqual([['A=2', 'B=1'], '/a/b']);
  });

  test('may be in one text, with comments and lines that go on', () => {
    const text = '# a comment\nENV A=1 \\\n  # another\n  B=2\n\nCMD ["x"]';
    expect(applyConfigChanges({}, [text])).toEqual({ Env: ['A=1', 'B=2'], Cmd: ['x'] });
  });

  test('an entry point leaves a command that was given with it', () => {
    const { Cmd, Entrypoint } = applyConfigChanges(base, ['CMD ["a"]', 'ENTRYPOINT ["/e"]']);
    expect([Cmd, Entrypoint]).toEqual([['a'], ['/e']]);
  });

  test('none of them gives the configuration as it is, which is never changed itself', () => {
    const before = structuredClone(base);
    expect(applyConfigChanges(base, [])).toBe(base);
    applyConfigChanges(base, ['ENV NAME=x', 'LABEL a=b', 'EXPOSE 1']);
    expect(base).toEqual(before);
  });
});

describe('what is refused, in the words of Docker', () => {
  test.each([
    ['RUN make', 'RUN is not a valid change command'],
    ['FROM scratch', 'FROM is not a valid change command'],
    ['nonsense', 'nonsense is not a valid change command'],
    ['', 'file with no instructions'],
    ['ENV', 'ENV requires at least one argument'],
    ['ENV A', 'ENV must have two arguments'],
    ['ENV A=1 B', 'Syntax error - can\'t find = in "B". Must be of the form: name=value'],
    ['LABEL =x', 'LABEL names can not be blank'],
    ['ENV A="open', 'looking for a matching double quote'],
    ['ENV A=${B', 'missing "}"'],
    ['ENV A="${B:?not there}"', 'B: not there'],
    ['CMD ["a", 1]', 'arrays must be comprised of strings only'],
    ['EXPOSE nonsense', 'invalid containerPort: nonsense'],
    ['EXPOSE 65536', 'invalid containerPort: 65536'],
    ['EXPOSE 9-8', 'invalid containerPort: 9-8'],
    ['EXPOSE 80/http', 'invalid proto: http'],
    ['HEALTHCHECK', 'HEALTHCHECK requires at least one argument'],
    ['HEALTHCHECK RUN x', 'Unknown type "RUN" in HEALTHCHECK (try CMD)'],
    ['HEALTHCHECK CMD', 'Missing command after HEALTHCHECK CMD'],
    ['HEALTHCHECK NONE x', 'HEALTHCHECK NONE takes no arguments'],
    ['HEALTHCHECK --interval=x CMD a', 'invalid duration "x"'],
    ['HEALTHCHECK --interval=1us CMD a', 'cannot be less than 1ms'],
    ['HEALTHCHECK --often CMD a', 'unknown flag: --often'],
    ['HEALTHCHECK --interval CMD a', 'missing a value on flag: --interval'],
    ['ONBUILD ONBUILD RUN x', "ONBUILD ONBUILD` isn't allowed"],
    ['ONBUILD FROM x', "FROM isn't allowed as an ONBUILD trigger"],
    ['STOPSIGNAL SIGNONE', 'invalid signal: SIGNONE'],
    ['STOPSIGNAL 65', 'invalid signal: 65'],
    ['USER', 'USER requires exactly one argument'],
    ['USER --x root', 'unknown flag: --x'],
    ['VOLUME [""]', 'VOLUME specified can not be an empty string'],
  ])('%s', (change, message) => {
    const apply = () => applyConfigChanges(base, [change]);
    expect(apply).toThrow(message);
    expect(apply).toThrow(expect.objectContaining({ code: 'CONFIG_CHANGE_INVALID' }) as Error);
  });
});

function envOf(path: string, ...added: readonly string[]): Partial<ImageRunConfig> {
  return { Env: [`PATH=${path}`, 'NAME=old', 'EMPTY=', ...added] };
}

function ports(...names: readonly string[]): Partial<ImageRunConfig> {
  return { ExposedPorts: Object.fromEntries(names.map((name) => [name, {}])) };
}

function shellCheck(command: string): ImageRunConfig['Healthcheck'] {
  return { Test: ['CMD-SHELL', command] };
}
