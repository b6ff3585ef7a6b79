export { isDrizzle1 } from '../../src/major.ts';
