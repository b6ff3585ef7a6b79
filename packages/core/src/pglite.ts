export { listenWithPGlite, type PGliteListening } from './listener/pglite.ts';
