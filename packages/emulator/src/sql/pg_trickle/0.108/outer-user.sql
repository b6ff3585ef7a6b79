-- Whom the lifecycle functions work for, though they run as somebody else (contract F.3).

-- Inside of another definer's function that is still whoever has logged in, or was named by SET ROLE.
CREATE FUNCTION pgtrickle._outer_user() RETURNS name
LANGUAGE sql STABLE AS $$
  SELECT coalesce(nullif(current_setting('role'), 'none'), session_user)::name
$$;

CREATE FUNCTION pgtrickle._require_privilege(p_held boolean, p_kind text, p_name text) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF NOT p_held THEN
    RAISE EXCEPTION 'permission denied for % %', p_kind, p_name USING ERRCODE = '42501';
  END IF;
END
$$;

-- What a role needs to read a stream table's sources.
CREATE FUNCTION pgtrickle._require_select(p_role name, p_sources oid[]) RETURNS void
LANGUAGE sql STABLE AS $$
  SELECT pgtrickle._require_privilege(has_table_privilege(p_role, c.oid, 'SELECT') OR has_any_column_privilege(p_role, c.oid, 'SELECT'),
      'table', c.relname)
    FROM pg_class c WHERE c.oid = ANY (p_sources)
$$;
