-- Settings (contract A.8). SQL cannot declare a setting: where the server does not carry it as a placeholder, the
-- documented default holds.

CREATE FUNCTION pgstream._setting(p_name text, p_default text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(nullif(current_setting('pg_stream.' || p_name, true), ''), p_default)
$$;
