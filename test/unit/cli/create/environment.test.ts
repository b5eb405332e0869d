import { describe, expect, test } from 'vitest';
import { collectEnvironment, parseEnvFile } from '../../../../runtime/cli/create/environment.ts';

const mine = { HOME: '/root', EMPTY: '' };

describe('variables for the container', () => {
  test('a name alone takes the value from here, or is left out', async () => {
    const env = ['A=1', 'B=', 'HOME', 'EMPTY', 'NOT_SET'];
    expect(await collectEnvironment({ env }, mine)).toEqual(['A=1', 'B=', 'HOME=/root', 'EMPTY=']);
  });

  test('a file has one a line', () => {
    const text = '\uFEFF# comment\r\n\r\nA=1\r\n  B=two words\nC="quoted"\nHOME\nNOT_SET\n';
    expect(parseEnvFile(text, mine)).toEqual(['A=1', 'B=two words', 'C="quoted"', 'HOME=/root']);
  });

  test.each(['=x', 'A B=1', 'A\tB'])('the line %j is refused', (line) => {
    expect(() => parseEnvFile(line, mine)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });

  test.each(['', '=x'])('--env %j is refused', async (variable) => {
    await expect(collectEnvironment({ env: [variable] }, mine)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
  });

  test('a file that is not there is refused', async () => {
    await expect(collectEnvironment({ envFile: ['/no/such'] }, mine)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining('ENOENT') as string,
    });
  });
});
