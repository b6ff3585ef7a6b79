export { offersText } from './answer.ts';
export { printScript, SHELLS, type Shell } from './scripts.ts';
