-- Change capture (contract A.2, A.5): a row trigger and a TRUNCATE trigger on each source table write to a buffer beside the
-- log position. They run with the writer's rights: a writer without rights on the buffer fails, as with the original.

-- What a source looks like: its columns as JSON, and a fingerprint that tells two looks apart.
CREATE FUNCTION pgstream._column_snapshot(p_source oid, OUT snapshot jsonb, OUT fingerprint text)
LANGUAGE sql STABLE AS $$
  SELECT jsonb_agg(c ORDER BY n), encode(sha256(convert_to(string_agg(c::text, ',' ORDER BY n), 'UTF8')), 'hex')
    FROM (SELECT a.attnum AS n,
                 jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'ordinal', a.attnum) AS c
            FROM pg_attribute a WHERE a.attrelid = p_source AND a.attnum > 0 AND NOT a.attisdropped) x
$$;

-- The buffer's columns for a source's columns. Long names are cut as PostgreSQL would cut them, but stay apart.
CREATE FUNCTION pgstream._captured_columns(p_source oid)
RETURNS TABLE (name text, type text, new_name text, old_name text)
LANGUAGE sql STABLE AS $$
  SELECT a.attname::text, format_type(a.atttypid, a.atttypmod),
         CASE WHEN octet_length(a.attname::text) <= 59 THEN 'new_' || a.attname ELSE 'new_' || a.attnum END,
         CASE WHEN octet_length(a.attname::text) <= 59 THEN 'old_' || a.attname ELSE 'old_' || a.attnum END
    FROM pg_attribute a
   WHERE a.attrelid = p_source AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v' ORDER BY a.attnum
$$;

-- SQL for the hash of a row's primary key, of the whole row where there is none.
CREATE FUNCTION pgstream._captured_key(p_source oid, p_row text) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT coalesce(
    (SELECT pgstream._hash_expression(array_agg(pgstream._image(pgstream._field(p_row, a.attname), a.atttypid, false) ORDER BY k.n))
       FROM pg_index x, unnest(x.indkey) WITH ORDINALITY k (attnum, n), pg_attribute a
      WHERE x.indrelid = p_source AND x.indisprimary AND a.attrelid = p_source AND a.attnum = k.attnum HAVING count(*) > 0),
    pgstream._content_expression(p_source, p_row, ARRAY(SELECT c.name FROM pgstream._captured_columns(p_source) c)))
$$;

-- Makes the buffer and the trigger's function agree with the source as it is now.
CREATE FUNCTION pgstream._sync_capture(p_source oid) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_buffer text := 'pgstream_changes.changes_' || p_source;
  v_column record;
  v_names text[] := '{}';
  v_news text[] := '{}';
  v_old_names text[] := '{}';
  v_olds text[] := '{}';
BEGIN
  FOR v_column IN
    SELECT n.name, c.type, c.name AS source, n.side
      FROM pgstream._captured_columns(p_source) c, LATERAL (VALUES (c.new_name, 'new'), (c.old_name, 'old')) n (name, side)
  LOOP
    IF EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = v_buffer::regclass AND a.attname = v_column.name
        AND NOT a.attisdropped AND format_type(a.atttypid, a.atttypmod) <> v_column.type) THEN
      EXECUTE format('ALTER TABLE %s DROP COLUMN %I', v_buffer, v_column.name);
    END IF;
    IF NOT EXISTS (SELECT FROM pg_attribute a
        WHERE a.attrelid = v_buffer::regclass AND a.attname = v_column.name AND NOT a.attisdropped) THEN
      EXECUTE format('ALTER TABLE %s ADD COLUMN %I %s', v_buffer, v_column.name, v_column.type);
    END IF;
    IF v_column.side = 'new' THEN
      v_names := v_names || quote_ident(v_column.name);
      v_news := v_news || pgstream._field('NEW', v_column.source);
    ELSE
      v_old_names := v_old_names || quote_ident(v_column.name);
      v_olds := v_olds || pgstream._field('OLD', v_column.source);
    END IF;
  END LOOP;
  EXECUTE format($function$
    CREATE OR REPLACE FUNCTION pgstream_changes.pg_stream_cdc_fn_%1$s() RETURNS trigger LANGUAGE plpgsql %10$s AS $body$
    BEGIN
      IF TG_OP = 'INSERT' THEN
        INSERT INTO %2$s (lsn, action, pk_hash%3$s) VALUES (pg_catalog.%9$s(), 'I', %7$s%4$s);
      ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO %2$s (lsn, action, pk_hash%3$s%5$s) VALUES (pg_catalog.%9$s(), 'U', %7$s%4$s%6$s);
      ELSE
        INSERT INTO %2$s (lsn, action, pk_hash%5$s) VALUES (pg_catalog.%9$s(), 'D', %8$s%6$s);
      END IF;
      RETURN NULL;
    END
    $body$
    $function$, p_source, v_buffer,
    (SELECT string_agg(', ' || c, '') FROM unnest(v_names) c), (SELECT string_agg(', ' || c, '') FROM unnest(v_news) c),
    (SELECT string_agg(', ' || c, '') FROM unnest(v_old_names) c), (SELECT string_agg(', ' || c, '') FROM unnest(v_olds) c),
    pgstream._captured_key(p_source, 'NEW'), pgstream._captured_key(p_source, 'OLD'),
    pgstream._wal_position_function(), pgstream._capture_rights());
END
$$;

CREATE FUNCTION pgstream._start_capture(p_source oid, p_pgs_id bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_buffer text := 'changes_' || p_source;
  v_trigger text := 'pg_stream_cdc_' || p_source;
BEGIN
  IF to_regclass('pgstream_changes.' || v_buffer) IS NULL THEN
    EXECUTE format('CREATE TABLE pgstream_changes.%I'
      ' (change_id bigserial, lsn pg_lsn NOT NULL, action char(1) NOT NULL, pk_hash bigint)', v_buffer);
    EXECUTE format('CREATE INDEX ON pgstream_changes.%I (lsn)', v_buffer);
  END IF;
  IF NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = p_source AND t.tgname = v_trigger) THEN
    PERFORM pgstream._sync_capture(p_source);
    EXECUTE format($function$
      CREATE OR REPLACE FUNCTION pgstream_changes.pg_stream_cdc_truncate_fn_%1$s() RETURNS trigger LANGUAGE plpgsql %4$s AS $body$
      BEGIN
        INSERT INTO pgstream_changes.%2$I (lsn, action) VALUES (pg_catalog.%3$s(), 'T');
        RETURN NULL;
      END
      $body$
      $function$, p_source, v_buffer, pgstream._wal_position_function(), pgstream._capture_rights());
    EXECUTE format('CREATE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW'
      ' EXECUTE FUNCTION pgstream_changes.pg_stream_cdc_fn_%s()',
      v_trigger, p_source::regclass, p_source);
    EXECUTE format('CREATE TRIGGER pg_stream_cdc_truncate_%s AFTER TRUNCATE ON %s FOR EACH STATEMENT'
      ' EXECUTE FUNCTION pgstream_changes.pg_stream_cdc_truncate_fn_%1$s()',
      p_source, p_source::regclass);
  END IF;
  INSERT INTO pgstream.pgs_change_tracking AS t (source_relid, slot_name, last_consumed_lsn, tracked_by_pgs_ids)
  VALUES (p_source, v_trigger, pg_current_wal_lsn(), ARRAY[p_pgs_id])
  ON CONFLICT (source_relid) DO UPDATE SET tracked_by_pgs_ids = array_append(t.tracked_by_pgs_ids, p_pgs_id);
END
$$;

-- Takes capture away where no stream table needs it any more.
CREATE FUNCTION pgstream._stop_capture(p_source oid, p_pgs_id bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_source text := pgstream._source_name(p_source);
BEGIN
  IF EXISTS (SELECT FROM pgstream.pgs_dependencies d
      WHERE d.source_relid = p_source AND d.pgs_id <> p_pgs_id AND d.source_type = 'TABLE') THEN
    UPDATE pgstream.pgs_change_tracking t SET tracked_by_pgs_ids = array_remove(t.tracked_by_pgs_ids, p_pgs_id)
     WHERE t.source_relid = p_source;
    RETURN;
  END IF;
  IF v_source IS NOT NULL THEN
    EXECUTE format('DROP TRIGGER IF EXISTS pg_stream_cdc_%s ON %s', p_source, v_source);
    EXECUTE format('DROP TRIGGER IF EXISTS pg_stream_cdc_truncate_%s ON %s', p_source, v_source);
    EXECUTE format('DROP FUNCTION IF EXISTS pgstream_changes.pg_stream_cdc_fn_%s()', p_source);
    EXECUTE format('DROP FUNCTION IF EXISTS pgstream_changes.pg_stream_cdc_truncate_fn_%s()', p_source);
    EXECUTE format('DROP TABLE IF EXISTS pgstream_changes.changes_%s', p_source);
  END IF;
  DELETE FROM pgstream.pgs_change_tracking t WHERE t.source_relid = p_source;
END
$$;
