import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

/*
 * Loaded before a program (`node --import`): writes down every module that the program loads, for the test that counts them.
 */
const loaded: string[] = [];

registerHooks({
  load: (url, context, next) => {
    loaded.push(url);
    return next(url, context);
  },
});

process.on('exit', () => {
  writeFileSync(process.env['BERTH_TEST_LOADS'] ?? '/dev/null', loaded.join('\n'));
});
