/** A column of each type that PostgreSQL users have, and names that code cannot have. One row has a value in each, one NULLs. */
export const EVERYTHING = `
CREATE EXTENSION citext;
CREATE EXTENSION hstore;
CREATE SCHEMA analytics;
CREATE TYPE public.mood AS ENUM ('sad', 'so happy', '100%');
CREATE TYPE analytics.size AS ENUM ('S', 'XL');
CREATE DOMAIN public.positive AS int CHECK (VALUE > 0);
CREATE DOMAIN public.labels AS text[];
CREATE TABLE public.everything (
  id int PRIMARY KEY, c_int2 int2 NOT NULL, c_int8 int8, c_float4 float4, c_float8 float8, c_numeric numeric, c_bool bool,
  c_text text, c_varchar varchar, c_char char(1), c_date date, c_time time, c_timetz timetz, c_timestamp timestamp,
  c_timestamptz timestamptz, c_interval interval, c_json json, c_jsonb jsonb, c_uuid uuid, c_bytea bytea, c_inet inet, c_cidr cidr,
  c_macaddr macaddr, c_point point, c_line line, c_lseg lseg, c_box box, c_path path, c_polygon polygon, c_circle circle, c_bit bit(1),
  c_varbit varbit, c_xml xml, c_tsvector tsvector, c_money money, c_citext citext, c_hstore hstore, c_int4range int4range,
  c_numrange numrange, c_tstzrange tstzrange, c_int4multirange int4multirange, c_pg_lsn pg_lsn, c_oid oid,
  c_mood public.mood, c_size analytics.size, c_positive public.positive, c_labels public.labels,
  c_ints int[], c_texts text[], c_moods public.mood[], c_bigints bigint[], c_instants timestamptz[],
  "Odd Name" int, "order" int, "1st" int, "constructor" int, "a""b" int, "it's" int, foo_bar int, "fooBar" int, "größe" int, "—" int
);
INSERT INTO public.everything VALUES (
  1, 2, 9007199254740993, 1.5, 2.5, 1.10, true,
  'text', 'varchar', 'c', '2026-01-02', '01:02:03', '01:02:03+02', '2026-01-02 03:04:05',
  '2026-01-02 03:04:05+00', '1 day 02:00:00', '{"a":1}', '{"b":[2]}', '00000000-0000-0000-0000-000000000001', '\\x0102', '10.0.0.1', '10.0.0.0/8',
  '08:00:2b:01:02:03', '(1,2)', '{1,2,3}', '((0,0),(1,1))', '((1,1),(0,0))', '((0,0),(1,1))', '((0,0),(1,1),(1,0))', '<(1,2),3>', '1',
  '101', '<a/>', 'a:1', '1.50', 'Citext', 'a=>1', '[1,5)',
  '[1.5,2)', '[2026-01-01 00:00:00+00,2026-01-02 00:00:00+00)', '{[1,2)}', '0/16B3748', 26,
  'so happy', 'XL', 5, '{x,y}',
  '{1,2}', '{a,b}', '{sad,"so happy"}', '{9007199254740993}', '{2026-01-02 03:04:05+00}',
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10
);
INSERT INTO public.everything (id, c_int2) VALUES (2, 2);
CREATE TABLE public.orders (id int PRIMARY KEY, customer_id int NOT NULL, amount numeric(12,2));
INSERT INTO public.orders VALUES (1, 7, 9.50), (2, 7, 1);`;

/** Beside the one of everything: a key by GROUP BY, one by two columns, and an outer join that leaves none. */
export const STREAM_TABLES: Readonly<Record<string, string>> = {
  'public.all_types': 'SELECT * FROM public.everything',
  'public.order_totals':
    'SELECT customer_id, sum(amount) AS total, count(*) AS orders FROM public.orders GROUP BY customer_id',
  'analytics.by_day':
    'SELECT customer_id, id % 2 = 0 AS is_even, count(*) AS orders FROM public.orders GROUP BY customer_id, id % 2 = 0',
  'analytics.joined': 'SELECT o.id, e.c_int2 FROM public.orders o LEFT JOIN public.everything e ON e.id = o.id',
};
