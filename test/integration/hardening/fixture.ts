export { useMachine } from '../launch/use-machine.ts';
