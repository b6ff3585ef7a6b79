export { soup } from './soup.ts';
export { written } from './spelling.ts';
export { readingTexts, texts } from './statements.ts';
