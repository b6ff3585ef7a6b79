-- Schedules (contract A.9): a duration, a cron expression, or NULL for CALCULATED.

-- The seconds of a duration, or a sentence about what is wrong with it; one of the two is NULL.
CREATE FUNCTION pgstream._read_duration(p_text text, OUT seconds bigint, OUT problem text)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  v_text text := regexp_replace(p_text, E'^\\s+|\\s+$', '', 'g');
  v_char text;
  v_digits text := '';
  v_factor integer;
  v_total numeric := 0;
BEGIN
  IF v_text = '' THEN
    problem := 'schedule cannot be empty';
    RETURN;
  END IF;
  IF v_text ~ '^[+-]?[0-9]+$' AND v_text::numeric BETWEEN -9223372036854775808 AND 9223372036854775807 THEN
    IF v_text::bigint < 0 THEN
      problem := 'schedule cannot be negative';
    ELSE
      seconds := v_text::bigint;
    END IF;
    RETURN;
  END IF;
  FOREACH v_char IN ARRAY string_to_array(v_text, NULL) LOOP
    IF v_char ~ '[0-9]' THEN
      v_digits := v_digits || v_char;
      CONTINUE;
    END IF;
    v_factor := CASE v_char WHEN 's' THEN 1 WHEN 'm' THEN 60 WHEN 'h' THEN 3600 WHEN 'd' THEN 86400 WHEN 'w' THEN 604800 END;
    IF v_factor IS NULL THEN
      problem := format('invalid duration unit ''%s'' in ''%s''. Use s (seconds), m (minutes), h (hours), d (days), w (weeks). '
        'Example: ''5m'', ''1h30m'', ''2d''', v_char, v_text);
      RETURN;
    ELSIF v_digits = '' THEN
      problem := format('expected a number before ''%s'' in ''%s''', v_char, v_text);
      RETURN;
    ELSIF v_digits::numeric > 9223372036854775807 THEN
      problem := format('invalid number ''%s'' in duration ''%s''', v_digits, v_text);
      RETURN;
    END IF;
    v_total := v_total + v_digits::numeric * v_factor;
    v_digits := '';
  END LOOP;
  IF v_digits <> '' THEN
    problem := format('trailing digits ''%s'' without a unit in ''%s''', v_digits, v_text);
  ELSIF v_total > 9223372036854775807 THEN
    problem := format('duration ''%s'' is too long', v_text);
  ELSE
    seconds := v_total;
  END IF;
END
$$;

CREATE FUNCTION pgstream.parse_duration_seconds(input text) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT d.seconds FROM pgstream._read_duration(input) d
$$;

CREATE FUNCTION pgstream._is_cron(p_schedule text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT btrim(p_schedule) LIKE '@%' OR strpos(btrim(p_schedule), ' ') > 0
$$;

-- What is wrong with one field of a cron pattern; NULL if nothing. Occurrences are the scheduler's business.
CREATE FUNCTION pgstream._cron_field_problem(p_field text, p_low integer, p_high integer, p_names text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  v_item text;
  v_bound text;
BEGIN
  FOREACH v_item IN ARRAY string_to_array(p_field, ',') LOOP
    -- Steps, and the suffixes for the last and the nth weekday, say nothing about bounds.
    v_item := regexp_replace(upper(v_item), '/[0-9]+$|(?<=[0-9A-Z])(#[1-5L]|L|W)$', '');
    CONTINUE WHEN v_item IN ('*', '?', 'L');
    IF v_item !~ '^[0-9A-Z]+(-[0-9A-Z]+)?$' THEN
      RETURN 'Invalid pattern: Component contains invalid characters.';
    END IF;
    FOREACH v_bound IN ARRAY string_to_array(v_item, '-') LOOP
      CONTINUE WHEN v_bound = ANY (p_names);
      IF v_bound !~ '^[0-9]{1,4}$' THEN
        RETURN 'Component error: Invalid number.';
      ELSIF v_bound::integer NOT BETWEEN p_low AND p_high THEN
        RETURN 'Component error: Number out of bounds.';
      END IF;
    END LOOP;
  END LOOP;
  RETURN NULL;
END
$$;

CREATE FUNCTION pgstream._cron_problem(p_pattern text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  v_fields text[];
BEGIN
  IF lower(p_pattern) IN ('@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly') THEN
    RETURN NULL;
  END IF;
  v_fields := regexp_split_to_array(p_pattern, E'\\s+');
  IF cardinality(v_fields) NOT BETWEEN 5 AND 7 THEN
    RETURN pgstream._cron_fields_problem(p_pattern, cardinality(v_fields));
  END IF;
  IF cardinality(v_fields) = 5 THEN
    v_fields := array_prepend('0', v_fields);
  END IF;
  RETURN coalesce(
    pgstream._cron_field_problem(v_fields[1], 0, 59, '{}'),
    pgstream._cron_field_problem(v_fields[2], 0, 59, '{}'),
    pgstream._cron_field_problem(v_fields[3], 0, 23, '{}'),
    pgstream._cron_field_problem(v_fields[4], 1, 31, '{}'),
    pgstream._cron_field_problem(v_fields[5], 1, 12, '{JAN,FEB,MAR,APR,MAY,JUN,JUL,AUG,SEP,OCT,NOV,DEC}'),
    pgstream._cron_field_problem(v_fields[6], 0, 7, '{SUN,MON,TUE,WED,THU,FRI,SAT}'),
    pgstream._cron_field_problem(coalesce(v_fields[7], '*'), 1, 9999, '{}'));
END
$$;

-- Raises for a schedule that create and alter refuse. The minimum is that of the calling session and for durations only.
CREATE FUNCTION pgstream._check_schedule(p_schedule text) RETURNS void
LANGUAGE plpgsql STABLE STRICT AS $$
DECLARE
  v_seconds bigint;
  v_problem text;
  v_minimum bigint := pgstream._setting('min_schedule_seconds', '60');
BEGIN
  IF pgstream._is_cron(p_schedule) THEN
    v_problem := pgstream._cron_problem(btrim(p_schedule));
    IF v_problem IS NOT NULL THEN
      v_problem := format('invalid cron expression ''%s'': %s', btrim(p_schedule), v_problem);
    END IF;
  ELSE
    SELECT d.seconds, d.problem INTO v_seconds, v_problem FROM pgstream._read_duration(p_schedule) d;
    IF v_problem IS NULL AND v_seconds < v_minimum THEN
      v_problem := format('schedule must be at least %ss, got %ss', v_minimum, v_seconds);
    END IF;
  END IF;
  IF v_problem IS NOT NULL THEN
    RAISE EXCEPTION 'invalid argument: %', v_problem USING ERRCODE = pgstream._code('22023');
  END IF;
END
$$;
