export { sentenceOf } from './errors.ts';
export { usageSentence } from './usage.ts';
export { onTheCommandLine } from './words.ts';
