-- Row ids, of which a refresh needs one for each row: 64 bits of a hash in which no pattern of keys collides, as they do in
-- PostgreSQL's own, which fold a bigint to 32 bits and leave out the sign of a numeric.
CREATE FUNCTION pgstream._hash(p_bytes bytea) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT pg_catalog.substr(pg_catalog.sha256(p_bytes), 1, 8)::bigint
$$;

-- The hash functions that the original exports (contract A.1): xxHash, 64 bits. PostgreSQL has no unsigned integers, so this is
-- exact and slow.

-- A sum or product, wrapped to 64 bits as the processor would.
CREATE FUNCTION pgstream._wrap(p_value numeric) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT (mod(mod(p_value, 18446744073709551616) + 27670116110564327424, 18446744073709551616) - 9223372036854775808)::bigint
$$;

CREATE FUNCTION pgstream._shift_right(p_value bigint, p_bits integer) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT (p_value >> p_bits) & ((1::bigint << (64 - p_bits)) - 1)
$$;

CREATE FUNCTION pgstream._rotate_left(p_value bigint, p_bits integer) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT (p_value << p_bits) | pgstream._shift_right(p_value, 64 - p_bits)
$$;

-- The little-endian number of so many bytes.
CREATE FUNCTION pgstream._read_bytes(p_bytes bytea, p_start integer, p_count integer) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT bit_or(get_byte(p_bytes, p_start + i)::bigint << (8 * i)) FROM generate_series(0, p_count - 1) i
$$;

CREATE FUNCTION pgstream._hash_round(p_sum bigint, p_lane bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT pgstream._wrap(-7046029288634856825::numeric
    * pgstream._rotate_left(pgstream._wrap(p_sum + -4417276706812531889::numeric * p_lane), 31))
$$;

CREATE FUNCTION pgstream._xxhash(p_bytes bytea, p_seed bigint) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  c1 CONSTANT numeric := -7046029288634856825;
  c2 CONSTANT numeric := -4417276706812531889;
  c3 CONSTANT numeric := 1609587929392839161;
  c4 CONSTANT numeric := -8796714831421723037;
  c5 CONSTANT numeric := 2870177450012600261;
  v_length integer := octet_length(p_bytes);
  v_at integer := 0;
  v_sums bigint[];
  v_hash bigint;
BEGIN
  IF v_length >= 32 THEN
    v_sums := ARRAY[pgstream._wrap(p_seed + c1 + c2), pgstream._wrap(p_seed + c2), p_seed, pgstream._wrap(p_seed - c1)];
    WHILE v_at + 32 <= v_length LOOP
      FOR i IN 1..4 LOOP
        v_sums[i] := pgstream._hash_round(v_sums[i], pgstream._read_bytes(p_bytes, v_at, 8));
        v_at := v_at + 8;
      END LOOP;
    END LOOP;
    v_hash := pgstream._wrap(pgstream._rotate_left(v_sums[1], 1)::numeric + pgstream._rotate_left(v_sums[2], 7)
      + pgstream._rotate_left(v_sums[3], 12) + pgstream._rotate_left(v_sums[4], 18));
    FOR i IN 1..4 LOOP
      v_hash := pgstream._wrap((v_hash # pgstream._hash_round(0, v_sums[i])) * c1 + c4);
    END LOOP;
  ELSE
    v_hash := pgstream._wrap(p_seed + c5);
  END IF;
  v_hash := pgstream._wrap(v_hash::numeric + v_length);
  WHILE v_at + 8 <= v_length LOOP
    v_hash := pgstream._wrap(pgstream._rotate_left(v_hash # pgstream._hash_round(0, pgstream._read_bytes(p_bytes, v_at, 8)), 27) * c1 + c4);
    v_at := v_at + 8;
  END LOOP;
  IF v_at + 4 <= v_length THEN
    v_hash := pgstream._wrap(pgstream._rotate_left(v_hash # pgstream._wrap(pgstream._read_bytes(p_bytes, v_at, 4) * c1), 23) * c2 + c3);
    v_at := v_at + 4;
  END IF;
  WHILE v_at < v_length LOOP
    v_hash := pgstream._wrap(pgstream._rotate_left(v_hash # pgstream._wrap(get_byte(p_bytes, v_at) * c5), 11) * c1);
    v_at := v_at + 1;
  END LOOP;
  v_hash := pgstream._wrap((v_hash # pgstream._shift_right(v_hash, 33)) * c2);
  v_hash := pgstream._wrap((v_hash # pgstream._shift_right(v_hash, 29)) * c3);
  RETURN v_hash # pgstream._shift_right(v_hash, 32);
END
$$;

-- Elements are joined by the byte 1E; NULL is the text NULL between zero bytes, which no text can hold.
CREATE FUNCTION pgstream.pg_stream_hash_multi(inputs text[]) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT pgstream._xxhash(
      coalesce(string_agg(coalesce(convert_to(i, 'UTF8'), E'\\x004e554c4c00'::bytea), E'\\x1e'::bytea ORDER BY n), E'\\x'::bytea),
      5871781006564002453)
    FROM unnest(inputs) WITH ORDINALITY u (i, n)
$$;
