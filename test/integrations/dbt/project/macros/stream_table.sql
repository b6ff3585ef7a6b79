{# A model is a stream table: dropped and created again, which takes what reads it along. #}
{% materialization stream_table, adapter='postgres' %}
  {%- set relation = api.Relation.create(database=database, schema=schema, identifier=this.identifier, type='table') -%}
  {{ run_hooks(pre_hooks) }}
  {% call statement('drop') %}
    SELECT pgstream.drop_stream_table('{{ schema }}.{{ this.identifier }}')
    FROM pgstream.pgs_stream_tables WHERE pgs_schema = '{{ schema }}' AND pgs_name = '{{ this.identifier }}'
  {% endcall %}
  {% call statement('main') %}
    SELECT pgstream.create_stream_table(name => '{{ schema }}.{{ this.identifier }}',
      query => $dbt${{ sql }}$dbt$, schedule => '{{ config.get("schedule", "5m") }}')
  {% endcall %}
  {{ run_hooks(post_hooks) }}
  {# Without it dbt reports success, and nothing is there. #}
  {% do adapter.commit() %}
  {{ return({'relations': [relation]}) }}
{% endmaterialization %}
