import { html } from 'hono/html';

/** HTML in which every value was escaped. */
export type Html = ReturnType<typeof html>;

export { html };
