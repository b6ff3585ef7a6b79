/** What to try, for a person with curl. */
export function invitation(url: string, database: string): string {
  return `
The shop is at ${url}
Its PostgreSQL is at ${database}

Try:

  curl '${url}/totals?region=north&pageSize=3'   what customers have ordered, from a stream table
  curl ${url}/totals/7
  curl ${url}/regions                            by region, from a stream table over the first

  curl -X POST ${url}/orders -H 'Content-Type: application/json' \\
    -d '{ "customerId": 7, "amount": 19.90 }'
                                                                 writes an order; the answer has the new total

  curl -X POST ${url}/orders/batch -H 'Content-Type: application/json' \\
    -d '{ "orders": [{ "customerId": 7, "amount": 1 }, { "customerId": 8, "amount": 2 }] }'
                                                                 writes all or none, the totals included

  curl ${url}/admin/stream-tables                how old each stream table is; a minute is allowed
  curl -X POST ${url}/admin/stream-tables/region_totals/refresh
                                                                 brings one up to date
  curl ${url}/health                             whether they are in order, and what to do if not

Ctrl-C stops everything.`;
}
