-- What is too long for NOTIFY is cut.
CREATE FUNCTION pgtrickle._alert_payload(p_fields jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  v_payload text := pgtrickle._plain_object(p_fields);
BEGIN
  IF octet_length(v_payload) > 7890 THEN
    v_payload := left(v_payload, 7890);
    -- Cut by characters until the bytes fit.
    WHILE octet_length(v_payload) > 7890 LOOP
      v_payload := left(v_payload, -100);
    END LOOP;
    v_payload := v_payload || '...}';
  END IF;
  RETURN v_payload;
END
$$;
