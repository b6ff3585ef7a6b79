-- What is too long for NOTIFY is shortened, text by text, and stays JSON (contract F.8).
CREATE FUNCTION pgtrickle._alert_payload(p_fields jsonb) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_fields jsonb := p_fields || jsonb_build_object('database_oid', (SELECT d.oid::bigint FROM pg_database d WHERE d.datname = current_database()));
  v_payload text := pgtrickle._plain_object(v_fields);
  v_length integer := 4000;
BEGIN
  WHILE octet_length(v_payload) > 7900 LOOP
    v_length := v_length / 2;
    SELECT jsonb_object_agg(f.key, CASE WHEN jsonb_typeof(f.value) = 'string' THEN to_jsonb(left(f.value #>> '{}', v_length)) ELSE f.value END)
      INTO v_fields FROM jsonb_each(v_fields) f;
    v_fields := v_fields || jsonb_build_object('truncated', true, 'omitted_fields', (
      SELECT coalesce(jsonb_agg(f.key ORDER BY f.key), '[]') FROM jsonb_each(p_fields) f
       WHERE jsonb_typeof(f.value) = 'string' AND length(f.value #>> '{}') > v_length));
    v_payload := pgtrickle._plain_object(v_fields);
  END LOOP;
  RETURN v_payload;
END
$$;
