export { nameText, parseName } from './names.ts';
