{{ config(materialized='stream_table') }}
SELECT id, amount FROM {{ source('shop', 'orders') }}
