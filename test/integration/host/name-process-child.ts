import { nameProcess } from '../../../runtime/host/name-process.ts';

nameProcess('berth-named');
