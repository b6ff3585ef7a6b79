{{ config(materialized='stream_table', schedule='1m') }}
SELECT customer_id, region, sum(amount) AS total FROM {{ source('shop', 'orders') }} GROUP BY customer_id, region
