export { age } from './age.ts';
export { type Emulator, type EmulatorOptions, startEmulator } from './emulator.ts';
export { EmulatorError } from './errors.ts';
export { extensionNamed } from './extension-named.ts';
