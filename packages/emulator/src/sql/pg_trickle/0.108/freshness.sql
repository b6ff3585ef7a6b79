-- How fresh a stream table is to be, instead of a schedule (contract F.7).

CREATE FUNCTION pgtrickle._check_target(p_target text, p_schedule text) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF p_target IS NOT NULL AND p_schedule <> 'calculated' THEN
    RAISE EXCEPTION 'invalid argument: target_freshness and schedule cannot be given together' USING ERRCODE = '22023';
  ELSIF lower(p_target) NOT IN ('on_commit', 'manual') THEN
    PERFORM p_target::interval;
  END IF;
EXCEPTION WHEN invalid_datetime_format OR datetime_field_overflow OR interval_field_overflow THEN
  RAISE EXCEPTION 'invalid argument: target_freshness is an interval, ''on_commit'' or ''manual'', not %', p_target USING ERRCODE = '22023';
END
$$;

-- On commit is at once.
CREATE FUNCTION pgtrickle._mode_of_target(p_target text, p_mode text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE lower(p_target) WHEN 'on_commit' THEN 'IMMEDIATE' ELSE p_mode END
$$;

CREATE FUNCTION pgtrickle._aim(p_pgt_id bigint, p_target text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_mode text := CASE lower(p_target) WHEN 'on_commit' THEN 'ON_COMMIT' WHEN 'manual' THEN 'MANUAL' ELSE 'INTERVAL' END;
BEGIN
  IF p_target IS NOT NULL THEN
    UPDATE pgtrickle.pgt_stream_tables s
       SET target_freshness_mode = v_mode, schedule = NULL,
           freshness_deadline_ms = CASE v_mode WHEN 'INTERVAL' THEN round(extract(epoch FROM p_target::interval) * 1000) END
     WHERE s.pgt_id = p_pgt_id;
  END IF;
END
$$;
