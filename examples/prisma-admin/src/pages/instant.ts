import { type Html, html } from './html.ts';

/** An instant for people and for machines. */
export function instant(date: Date): Html {
  return html`<time datetime="${date.toISOString()}">${inWords(date)}</time>`;
}

function inWords(date: Date): string {
  return `${date.toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length).replace('T', ' ')} UTC`;
}
