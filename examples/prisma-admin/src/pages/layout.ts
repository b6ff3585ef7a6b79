import { instant } from './instant.ts';
import { type Html, html } from './html.ts';

/** The page around a page; `again` is its address. Its script shows that a button was pressed, and is missed by nobody. */
export function layout(title: string, content: Html, again = ''): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="stylesheet" href="/style.css" />
        <script src="/progress.js" defer></script>
      </head>
      <body>
        <header><a href="/">Flights admin</a></header>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
        <footer>As of ${instant(new Date())}. <a href="${again}">Look again</a></footer>
      </body>
    </html>`;
}
