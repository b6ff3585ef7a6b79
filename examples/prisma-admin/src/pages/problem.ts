import { STATUS_CODES } from 'node:http';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';

/** For what has no page of its own. */
export function problemPage(status: number, sentence: string): Html {
  return layout(STATUS_CODES[status] ?? 'Problem', html`<p>${sentence}</p>`);
}
