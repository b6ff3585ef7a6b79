import type { Database } from '../database.ts';
import { ago } from './ago.ts';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';

const pageLength = 25;

/** Rows of a stream table, each with the row of an ordinary table that it belongs to. */
async function delaysOf(prisma: Database, page: number) {
  return await prisma.originDelays.findMany({
    include: { airport: true },
    orderBy: [{ flights: 'desc' }, { origin: 'asc' }],
    skip: (page - 1) * pageLength,
    take: pageLength,
  });
}

type Delays = Awaited<ReturnType<typeof delaysOf>>[number];

/** A page of them, or undefined where there are none. */
export async function originDelaysPage(prisma: Database, page: number): Promise<Html | undefined> {
  const [delays, count, refreshedAt] = await Promise.all([
    delaysOf(prisma, page),
    prisma.originDelays.count(),
    prisma.originDelays.lastRefreshAt(),
  ]);
  if (delays.length === 0 && page > 1) return undefined;
  const pages = Math.max(1, Math.ceil(count / pageLength));
  return layout(
    'Delays by airport',
    html`<p>${count} airports, the busiest first. ${refreshedAt ? `As of ${ago(refreshedAt)}.` : 'Never filled.'}</p>
      <div class="cards" role="region" aria-label="Delays by airport">
        <table>
          <thead>
            <tr>
              <th scope="col">Airport</th>
              <th scope="col">Name</th>
              <th scope="col">City</th>
              <th scope="col" class="number">Flights</th>
              <th scope="col" class="number">Late</th>
              <th scope="col" class="number">Mean delay</th>
            </tr>
          </thead>
          <tbody>
            ${delays.map(row)}
          </tbody>
        </table>
      </div>
      ${pages > 1 && pageLinks(page, pages)}`,
  );
}

function row({ airport, flights, lateFlights, totalDelay }: Delays): Html {
  const place = [airport.city, airport.state].filter(Boolean).join(', ');
  // Counts of flights are far from what a number can hold.
  const meanMinutes = Number(totalDelay) / Number(flights);
  return html`<tr>
    <th scope="row">${airport.iata}</th>
    <td data-label="Name">${airport.name}</td>
    <td data-label="City">${place}</td>
    <td data-label="Flights" class="number">${flights.toLocaleString('en')}</td>
    <td data-label="Late" class="number">${Math.round((100 * Number(lateFlights)) / Number(flights))} %</td>
    <td data-label="Mean delay" class="number">${meanMinutes.toFixed(1)} min</td>
  </tr>`;
}

function pageLinks(page: number, pages: number): Html {
  return html`<nav aria-label="Pages">
    ${page > 1 && html`<a rel="prev" href="/origin-delays?page=${page - 1}">Previous</a>`}
    <span>Page ${page} of ${pages}</span>
    ${page < pages && html`<a rel="next" href="/origin-delays?page=${page + 1}">Next</a>`}
  </nav>`;
}
