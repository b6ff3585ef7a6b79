/** A kind of query that a stream table may be defined by. */
export interface QueryKind {
  readonly kind: string;
  readonly query: string;
}

/** Sources that have a key, a nullable one, none at all, and equal rows. */
export const sources = `
  CREATE TABLE customers (id int PRIMARY KEY, name text, region text);
  CREATE TABLE orders (id int PRIMARY KEY, customer_id int, amount numeric(12,2), note varchar(20), seen timestamptz, data json);
  CREATE TABLE lines (order_id int, line int, item text, price numeric, PRIMARY KEY (order_id, line));
  CREATE TABLE events (kind text, at int);
  CREATE VIEW northern AS SELECT id, name FROM customers WHERE region IS DISTINCT FROM 'south';
  CREATE VIEW northern_orders AS SELECT o.id, o.amount, n.name FROM orders o JOIN northern n ON n.id = o.customer_id;
  CREATE TYPE mood AS ENUM ('ok', 'bad');
`;

export const queryKinds: readonly QueryKind[] = [
  { kind: 'projection', query: 'SELECT id, customer_id, amount, note FROM orders' },
  { kind: 'filter without the key', query: 'SELECT customer_id, note FROM orders WHERE amount > 50' },
  { kind: 'star', query: 'SELECT * FROM orders' },
  { kind: 'json column', query: 'SELECT customer_id, data FROM orders' },
  {
    kind: 'expressions of many types',
    query: `SELECT id, ARRAY[customer_id, id] AS pair, seen, (CASE WHEN amount > 10 THEN 'ok' ELSE 'bad' END)::mood AS m, amount::float8 / 3 AS third, note::bytea AS b FROM orders`,
  },
  {
    kind: 'sum and count',
    query: 'SELECT customer_id, sum(amount) AS total, count(*) AS n FROM orders GROUP BY customer_id',
  },
  {
    kind: 'avg, min, max',
    query: 'SELECT customer_id, avg(amount) AS mean, min(note) AS lo, max(amount) AS hi FROM orders GROUP BY 1',
  },
  {
    kind: 'string_agg and filter',
    query: `SELECT note, string_agg(id::text, ',' ORDER BY id) AS ids, count(*) FILTER (WHERE amount > 5) AS dear FROM orders GROUP BY note`,
  },
  {
    kind: 'two group columns',
    query: 'SELECT customer_id, note, count(*) AS n FROM orders GROUP BY customer_id, note',
  },
  {
    kind: 'group by an expression that is not shown',
    query: 'SELECT count(*) AS n, sum(amount) AS total FROM orders GROUP BY customer_id % 3',
  },
  { kind: 'having', query: 'SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id HAVING count(*) > 1' },
  {
    kind: 'rollup',
    query: 'SELECT customer_id, note, sum(amount) AS total FROM orders GROUP BY ROLLUP (customer_id, note)',
  },
  { kind: 'scalar aggregate', query: 'SELECT sum(amount) AS total, count(*) AS n FROM orders' },
  { kind: 'distinct', query: 'SELECT DISTINCT customer_id, note FROM orders' },
  { kind: 'distinct on one nullable column', query: 'SELECT DISTINCT note FROM orders' },
  {
    kind: 'distinct on',
    query: 'SELECT DISTINCT ON (customer_id) customer_id, id, amount FROM orders ORDER BY customer_id, amount DESC, id',
  },
  { kind: 'inner join', query: 'SELECT o.id, c.name, o.amount FROM orders o JOIN customers c ON c.id = o.customer_id' },
  {
    kind: 'inner join with both keys',
    query: 'SELECT o.id, c.id AS customer, c.name, o.amount FROM orders o JOIN customers c ON c.id = o.customer_id',
  },
  {
    kind: 'self join',
    query: 'SELECT a.id, b.id AS other FROM orders a JOIN orders b ON a.customer_id = b.customer_id AND a.id < b.id',
  },
  {
    kind: 'left join',
    query: 'SELECT c.id, c.name, o.amount FROM customers c LEFT JOIN orders o ON o.customer_id = c.id',
  },
  {
    kind: 'left join with both keys',
    query: 'SELECT c.id, o.id AS order_id, o.amount FROM customers c LEFT JOIN orders o ON o.customer_id = c.id',
  },
  {
    kind: 'full join',
    query: 'SELECT c.id, o.id AS order_id FROM customers c FULL JOIN orders o ON o.customer_id = c.id',
  },
  {
    kind: 'three tables aggregated',
    query:
      'SELECT c.region, sum(l.price) AS total FROM customers c JOIN orders o ON o.customer_id = c.id JOIN lines l ON l.order_id = o.id GROUP BY c.region',
  },
  {
    kind: 'exists and scalar subquery',
    query:
      'SELECT id, (SELECT count(*) FROM lines l WHERE l.order_id = o.id) AS lines FROM orders o WHERE EXISTS (SELECT FROM customers c WHERE c.id = o.customer_id)',
  },
  { kind: 'window', query: 'SELECT id, row_number() OVER (PARTITION BY customer_id ORDER BY id) AS rn FROM orders' },
  { kind: 'window without the key', query: 'SELECT customer_id, rank() OVER (ORDER BY amount) AS place FROM orders' },
  { kind: 'union all', query: 'SELECT id FROM orders UNION ALL SELECT id FROM customers' },
  { kind: 'union', query: 'SELECT customer_id FROM orders UNION SELECT id FROM customers' },
  { kind: 'except', query: 'SELECT id FROM customers EXCEPT SELECT customer_id FROM orders' },
  { kind: 'intersect all', query: 'SELECT customer_id FROM orders INTERSECT ALL SELECT id FROM customers' },
  { kind: 'equal rows without a key', query: 'SELECT kind, at FROM events' },
  { kind: 'equal rows, one column', query: 'SELECT kind FROM events' },
  {
    kind: 'common table expression',
    query:
      'WITH big AS (SELECT customer_id, sum(amount) AS total FROM orders GROUP BY customer_id) SELECT c.name, big.total FROM big JOIN customers c ON c.id = big.customer_id',
  },
  {
    kind: 'recursive',
    query:
      'WITH RECURSIVE up AS (SELECT id, 0 AS level FROM customers UNION ALL SELECT up.id, level + 1 FROM up WHERE level < 2) SELECT id, level FROM up',
  },
  {
    kind: 'aggregate in a subquery',
    query: 'SELECT * FROM (SELECT customer_id, max(amount) AS top FROM orders GROUP BY customer_id) t WHERE top > 10',
  },
  { kind: 'view of a view', query: 'SELECT name, count(*) AS n FROM northern_orders GROUP BY name' },
  {
    kind: 'view under an alias beside a table',
    query: 'SELECT x.id, x.name, c.region FROM northern x, customers c WHERE c.id = x.id',
  },
  {
    kind: 'lateral',
    query:
      'SELECT c.id, l.id AS last FROM customers c, LATERAL (SELECT o.id FROM orders o WHERE o.customer_id = c.id ORDER BY o.id DESC LIMIT 1) l',
  },
  { kind: 'set-returning function', query: 'SELECT id, generate_series(1, customer_id % 3) AS n FROM orders' },
];
