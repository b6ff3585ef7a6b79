-- schedule: 5m
-- comment: Who has bought for more than 100

-- A comment of its own belongs to the query.
SELECT customer_id, total FROM order_totals WHERE total > 100;
