/** What to try, for a person with curl. */
export function invitation(url: string, database: string): string {
  return `
The API is at ${url}
Its PostgreSQL is at ${database}

Try:

  curl ${url}/states                        delays by state, from a stream table
  curl '${url}/origins?state=CA&limit=5'    by airport, joined with an ordinary table
  curl ${url}/origins/SFO

  curl -X POST ${url}/flights -H 'Content-Type: application/json' \\
    -d '{ "origin": "SFO", "destination": "JFK", "delay": 95, "distance": 2586 }'
                                                              writes a flight; the answer has the new figures

  curl ${url}/stale                         how old each stream table is; a minute is allowed
  curl -X POST ${url}/refresh/state_delays  brings one up to date

Ctrl-C stops everything.`;
}
