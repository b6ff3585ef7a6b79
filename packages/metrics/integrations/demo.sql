-- What the demonstration has to show: orders that keep coming in, and stream tables over them.
\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS pg_stream;
CREATE TABLE public.orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id int NOT NULL, amount numeric NOT NULL);
INSERT INTO public.orders (customer_id, amount) SELECT n % 20, n FROM generate_series(1, 1000) n;
SELECT pgstream.create_stream_table(name => 'public.order_totals', schedule => '1m',
  query => 'SELECT customer_id, sum(amount) AS total FROM public.orders GROUP BY customer_id');
SELECT pgstream.create_stream_table(name => 'public.large_orders', schedule => '2m',
  query => 'SELECT id, amount FROM public.orders WHERE amount > 900');
SELECT pgstream.create_stream_table(name => 'public.hourly_report', schedule => '@hourly', refresh_mode => 'FULL',
  query => 'SELECT count(*) AS orders, sum(amount) AS total FROM public.orders');
SELECT pgstream.create_stream_table(name => 'public.not_yet_filled', schedule => '5m', initialize => false,
  query => 'SELECT customer_id, count(*) AS orders FROM public.orders GROUP BY customer_id');
INSERT INTO public.orders (customer_id, amount) SELECT random() * 20, random() * 1000
\watch 1
