#!/bin/sh
# dbt: `primary_key` of a model in the manifest is no key. One `unique` test is enough for it, without `not_null`; it may be
# turned off, or hold for some rows alone; and two columns that are unique each by itself make one key of both.
#
# dbt-core 1.11.16, dbt-postgres 1.11.0, manifest of schema v12. Nothing is connected to: `dbt parse` writes the manifest.
#
#> unique: customer_id
#> unique, turned off: customer_id
#> unique where a condition holds: customer_id
#> each of two columns unique by itself: customer_id, order_id
#> not_null: none

. "$(dirname "$0")/lib/finding.sh"
python dbt-core==1.11.16 dbt-postgres==1.11.0

cat > dbt_project.yml <<'YAML'
name: keys
version: '1.0'
profile: keys
flags: { send_anonymous_usage_stats: false }
YAML
cat > profiles.yml <<'YAML'
keys:
  target: dev
  outputs:
    dev: { type: postgres, host: 127.0.0.1, port: 5432, user: somebody, password: '', dbname: none, schema: public, threads: 1 }
YAML
mkdir models
for model in alone turned_off conditional two not_null; do
  echo 'SELECT 1 AS customer_id, 2 AS order_id' > models/$model.sql
done
cat > models/models.yml <<'YAML'
models:
  - name: alone
    description: unique
    columns: [{ name: customer_id, data_tests: [unique] }]
  - name: turned_off
    description: unique, turned off
    columns: [{ name: customer_id, data_tests: [{ unique: { config: { enabled: false } } }] }]
  - name: conditional
    description: unique where a condition holds
    columns: [{ name: customer_id, data_tests: [{ unique: { config: { where: 'order_id > 2' } } }] }]
  - name: two
    description: each of two columns unique by itself
    columns: [{ name: customer_id, data_tests: [unique] }, { name: order_id, data_tests: [unique] }]
  - name: not_null
    description: not_null
    columns: [{ name: customer_id, data_tests: [not_null] }]
YAML
venv/bin/dbt parse --quiet --profiles-dir .

cat > finding.py <<'PY'
import json

nodes = json.load(open("target/manifest.json"))["nodes"]
for model in ["alone", "turned_off", "conditional", "two", "not_null"]:
    node = nodes[f"model.keys.{model}"]
    print(f"{node['description']}: {', '.join(node['primary_key']) or 'none'}")
PY
observe venv/bin/python finding.py
