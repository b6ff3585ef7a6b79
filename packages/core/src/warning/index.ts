export { emitWarning } from './warning.ts';
