export { colorsFor, type Colors } from './colors.ts';
