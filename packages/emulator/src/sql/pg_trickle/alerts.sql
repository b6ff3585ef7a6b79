-- Notifications (contract B.8, F.8): JSON, its keys in alphabetical order.

CREATE FUNCTION pgtrickle._alert(p_event text, p_table pgtrickle.pgt_stream_tables, p_fields json) RETURNS void
LANGUAGE sql AS $$
  SELECT pg_notify('pg_trickle_alert', pgtrickle._alert_payload(jsonb_build_object('event', p_event, 'pgt_schema', p_table.pgt_schema,
    'pgt_name', p_table.pgt_name, 'st', p_table.pgt_schema || '.' || p_table.pgt_name) || p_fields::jsonb))
$$;

CREATE FUNCTION pgtrickle._plain_object(p_object jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT '{' || string_agg(to_json(o.key)::text || ':' || o.value::text, ',' ORDER BY o.key COLLATE "C") || '}' FROM jsonb_each(p_object) o
$$;
