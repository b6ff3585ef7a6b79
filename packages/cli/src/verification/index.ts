export { verificationText } from './text.ts';
