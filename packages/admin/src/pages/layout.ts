import type { Addresses } from '../address/index.ts';
import { type Content, type Html, html } from '../html/index.ts';
import { styleMark } from '../style.ts';
import { instant } from '../words/index.ts';

/** What all pages know of the request that they answer. */
export interface Frame {
  readonly addresses: Addresses;
  /** Of the whole of it. */
  readonly title: string;
  /** Whether whoever asks may press the buttons; there are none else. */
  readonly mayAct: boolean;
  /** The address that was asked for, without what came of a button: to look again. */
  readonly here: string;
}

/** What a page is made of. */
export interface Page {
  /** Of this page, for its heading and the window. */
  readonly title: string;
  /** What the heading is, where it is more than the title. */
  readonly heading?: Content;
  /** Above the heading. */
  readonly above?: Content;
  readonly section?: 'tables' | 'graph' | 'health';
  readonly content: Content;
}

/** The page around a page. */
export function layout(frame: Frame, { title, heading = title, above, section, content }: Page): Html {
  const { addresses } = frame;
  const link = (to: string, words: string, itself: Page['section']): Html =>
    html`<li><a href="${to}" ${section === itself && html` aria-current="page"`}>${words}</a></li>`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title === frame.title ? title : `${title} · ${frame.title}`}</title>
        <link rel="icon" href="${addresses.icon}" type="image/svg+xml" />
        <link rel="stylesheet" href="${addresses.style(styleMark)}" />
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header>
          <a class="brand" href="${addresses.list()}">${frame.title}</a>
          <nav aria-label="Pages">
            <ul>
              ${link(addresses.list(), 'Tables', 'tables')}${link(addresses.graph, 'Graph', 'graph')}${link(addresses.health, 'Health', 'health')}
            </ul>
          </nav>
          ${!frame.mayAct && html`<span class="note">Read-only</span>`}
        </header>
        <main id="content" tabindex="-1">
          ${above}
          <h1>${heading}</h1>
          ${content}
        </main>
        <footer>As of ${instant(new Date())}. <a href="${frame.here}">Look again</a></footer>
      </body>
    </html>`;
}
