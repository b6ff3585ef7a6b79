-- The hash functions that the original exports (contract A.1). Signatures, strictness and NULLs are the original's, the values
-- are PostgreSQL's own 64-bit hash.

CREATE FUNCTION pgstream.pg_stream_hash(input text) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT hashtextextended(input, 5872786973309966997)
$$;

CREATE FUNCTION pgstream.pg_stream_hash_multi(inputs text[]) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT hashtextextended(coalesce(array_to_string(inputs, E'\x1E', E'\x01NULL\x01'), ''), 5872786973309966997)
$$;
