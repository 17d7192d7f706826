-- The profile of our own company schema (reference_schema.sql). README.md here tells how a profile is written.

--! profile: reference
--! title: Shopferry reference company database
--! engine: sqlite
--! schema: 2
--! can: versions aspect_versions reservations incoming price_lists points discounts sets variants groups
--! can: both_order_keys leases
--! aspects: master text price stock images
--! amounts: minor
--! quantities: thousandths
--! rates: scaled

--! statement: company
SELECT schema_version, name, country, currency FROM company

--! statement: view_price_list
SELECT l.id AS price_list, l.currency, l.includes_tax
  FROM price_list l
 WHERE l.active AND (l.code = :code OR (:code = '' AND l.id = (SELECT price_list_id FROM company)))

--! statement: view_warehouses
SELECT w.id AS warehouse, w.code, w.id = (SELECT warehouse_id FROM company) AS is_default
  FROM warehouse w WHERE w.active ORDER BY w.id

--! statement: version
SELECT value AS version FROM version_counter

--! statement: groups_changed
-- Parents first: by the number of groups above.
SELECT g.id AS group_key, g.parent_id AS parent_key, g.name, g.published, g.version
  FROM item_group g
 WHERE g.version > :since
 ORDER BY (WITH RECURSIVE up (id) AS (SELECT g.parent_id UNION ALL
                                      SELECT p.parent_id FROM item_group p, up WHERE p.id = up.id)
           SELECT count(id) FROM up), g.position, g.id

-- Items -------------------------------------------------------------------------------------------------------------

--! fragment: offer_columns
SELECT i.id AS item_key, i.parent_id AS parent_key, i.sku, i.kind,
       i.active AND coalesce(pub.published, i.published) AS published
--{ by_any
     , v.any_version AS version
--}
--{ by_master
     , v.master_version AS version
--}
--{ by_price
     , v.price_version AS version
--}
--{ by_stock
     , v.stock_version AS version
--}
--{ master
     , i.name, i.ean, i.unit, i.weight_g, i.group_id AS group_key, i.vat_code, vr.rate AS vat_rate
--}
--{ text
     , t.description, t.short_description
--}
--{ price
     , p.price, p.sale_price, p.sale_from_ms, p.sale_to_ms, coalesce(p.discount, gd.discount) AS discount, p.points
--}
--{ stock
     , sum(s.on_hand) AS on_hand, sum(s.reserved) AS reserved, sum(s.incoming) AS incoming
--}

--! fragment: offer_joins
  LEFT JOIN publication pub ON pub.channel = :channel AND pub.item_id = i.id
--{ master
  LEFT JOIN vat_rate vr ON vr.country = :country AND vr.vat_code = i.vat_code AND vr.valid_from <= :today AND
                           vr.valid_to > :today
--}
--{ text
  LEFT JOIN item_text t ON t.item_id = i.id
--}
--{ price
  LEFT JOIN item_price p ON p.price_list_id = :price_list AND p.item_id = i.id
  LEFT JOIN group_discount gd ON gd.price_list_id = :price_list AND gd.group_id = i.group_id
--}
--{ stock
  LEFT JOIN stock s ON s.item_id = i.id
--{ some_warehouses
                       AND s.warehouse_id IN (SELECT CAST(value AS INTEGER) FROM json_each(:warehouses))
--}
--}

--! fragment: by_version
-- The place to go on behind is what the index is searched by; :since alone must not be, or each page would start over.
--{ by_any
   AND +v.any_version > :since AND v.any_version <= :until
   AND (v.any_version, v.item_id) > (:after_version, CAST(:after_key AS INTEGER))
--}
--{ by_master
   AND +v.master_version > :since AND v.master_version <= :until
   AND (v.master_version, v.item_id) > (:after_version, CAST(:after_key AS INTEGER))
--}
--{ by_price
   AND +v.price_version > :since AND v.price_version <= :until
   AND (v.price_version, v.item_id) > (:after_version, CAST(:after_key AS INTEGER))
--}
--{ by_stock
   AND +v.stock_version > :since AND v.stock_version <= :until
   AND (v.stock_version, v.item_id) > (:after_version, CAST(:after_key AS INTEGER))
--}

--! statement: offer_page
--= offer_columns
  FROM item i
 CROSS JOIN item_version v ON v.item_id = i.id
--= offer_joins
 WHERE i.id > CAST(:after_key AS INTEGER) AND (i.kind = 'variant') = :variants AND i.kind <> 'service'
--{ stock
 GROUP BY i.id
--}
 ORDER BY i.id LIMIT :limit

--! statement: offer_changed
--= offer_columns
  FROM item_version v
 CROSS JOIN item i ON i.id = v.item_id
--= offer_joins
 WHERE (i.kind = 'variant') = :variants AND i.kind <> 'service'
--= by_version
--{ stock
--{ by_any
 GROUP BY v.any_version, v.item_id
--}
--{ by_stock
 GROUP BY v.stock_version, v.item_id
--}
--}
--{ by_any
 ORDER BY v.any_version, v.item_id
--}
--{ by_master
 ORDER BY v.master_version, v.item_id
--}
--{ by_price
 ORDER BY v.price_version, v.item_id
--}
--{ by_stock
 ORDER BY v.stock_version, v.item_id
--}
 LIMIT :limit

--! statement: offer_changed_at
--= offer_columns
  FROM item_version v
 CROSS JOIN item i ON i.id = v.item_id
--= offer_joins
 WHERE v.item_id > CAST(:after_key AS INTEGER) AND (i.kind = 'variant') = :variants AND i.kind <> 'service'
--{ by_any
   AND max(v.master_changed_ms, v.price_changed_ms, v.stock_changed_ms) >= :changed_at_ms
--}
--{ by_master
   AND v.master_changed_ms >= :changed_at_ms
--}
--{ by_price
   AND v.price_changed_ms >= :changed_at_ms
--}
--{ by_stock
   AND v.stock_changed_ms >= :changed_at_ms
--}
--{ stock
 GROUP BY v.item_id
--}
 ORDER BY v.item_id LIMIT :limit

--! statement: offer_by_sku
--= offer_columns
  FROM item i
 CROSS JOIN item_version v ON v.item_id = i.id
--= offer_joins
 WHERE i.sku_key = :sku AND i.id > CAST(:after_key AS INTEGER) AND i.kind <> 'service'
--{ stock
 GROUP BY i.id
--}
 ORDER BY i.id LIMIT :limit

--! statement: offer_by_skus
--= offer_columns
  FROM item i
 CROSS JOIN item_version v ON v.item_id = i.id
--= offer_joins
 WHERE i.sku_key IN (SELECT value FROM json_each(:skus)) AND i.kind <> 'service'
--{ stock
 GROUP BY i.sku_key, i.id
--}
 LIMIT :limit

--! statement: offer_by_parent
--= offer_columns
  FROM item i
 CROSS JOIN item_version v ON v.item_id = i.id
--= offer_joins
 WHERE i.parent_id = :parent_key AND i.id > CAST(:after_key AS INTEGER)
--{ stock
 GROUP BY i.id
--}
 ORDER BY i.id LIMIT :limit

--! statement: offer_count
SELECT CASE WHEN :variants THEN variants ELSE total - variants - services END AS count
  FROM (SELECT (SELECT count(*) FROM item) AS total,
               (SELECT count(*) FROM item WHERE parent_id IS NOT NULL) AS variants,
               (SELECT count(*) FROM item WHERE kind = 'service') AS services)

--! statement: offer_count_changed
SELECT count(*) AS count
  FROM item_version v
 CROSS JOIN item i ON i.id = v.item_id
 WHERE (i.kind = 'variant') = :variants AND i.kind <> 'service'
--{ by_any
   AND v.any_version > :since AND v.any_version <= :until
--}
--{ by_master
   AND v.master_version > :since AND v.master_version <= :until
--}
--{ by_price
   AND v.price_version > :since AND v.price_version <= :until
--}
--{ by_stock
   AND v.stock_version > :since AND v.stock_version <= :until
--}

--! statement: variant_attributes
SELECT a.name AS attribute, o.name AS option
  FROM variant_option vo
 CROSS JOIN attribute_option o ON o.id = vo.option_id
 CROSS JOIN attribute a ON a.id = vo.attribute_id
 WHERE vo.item_id = :item_key
 ORDER BY vo.position

--! statement: parent_attributes
SELECT a.name AS attribute, o.name AS option
  FROM item i
 CROSS JOIN variant_option vo ON vo.item_id = i.id
 CROSS JOIN attribute_option o ON o.id = vo.option_id
 CROSS JOIN attribute a ON a.id = vo.attribute_id
 WHERE i.parent_id = :item_key AND i.active
 GROUP BY vo.attribute_id, vo.option_id
 ORDER BY min(vo.position), vo.attribute_id, o.position, o.id

--! statement: set_components
SELECT i.sku, c.quantity, coalesce(sum(s.on_hand), 0) AS on_hand, coalesce(sum(s.reserved), 0) AS reserved,
       coalesce(sum(s.incoming), 0) AS incoming, c.component_id AS item_key
  FROM set_component c
 CROSS JOIN item i ON i.id = c.component_id
  LEFT JOIN stock s ON s.item_id = c.component_id
--{ some_warehouses
                       AND s.warehouse_id IN (SELECT CAST(value AS INTEGER) FROM json_each(:warehouses))
--}
 WHERE c.set_id = :item_key
 GROUP BY c.component_id
 ORDER BY c.component_id

-- Data checks: items published on the channel -------------------------------------------------------------------------

--! statement: check_skus
SELECT i.id AS item_key, i.sku
  FROM item i
  LEFT JOIN publication pub ON pub.channel = :channel AND pub.item_id = i.id
 WHERE i.id > CAST(:after_key AS INTEGER) AND i.kind <> 'service' AND i.active
   AND coalesce(pub.published, i.published)
 ORDER BY i.id LIMIT :limit

--! statement: check_page
SELECT i.id AS item_key, i.sku, i.kind, i.name, i.vat_code, vr.rate AS vat_rate, p.price IS NOT NULL AS has_price
  FROM item i
  LEFT JOIN publication pub ON pub.channel = :channel AND pub.item_id = i.id
  LEFT JOIN vat_rate vr ON vr.country = :country AND vr.vat_code = i.vat_code AND vr.valid_from <= :today AND
                           vr.valid_to > :today
  LEFT JOIN item_price p ON p.price_list_id = :price_list AND p.item_id = i.id
 WHERE i.id > CAST(:after_key AS INTEGER) AND i.kind <> 'service' AND i.active
   AND coalesce(pub.published, i.published)
 ORDER BY i.id LIMIT :limit

-- Orders --------------------------------------------------------------------------------------------------------------

--! statement: vat_code
-- The rate that holds today wins over one that held once: an old order may bear it still.
SELECT vat_code FROM vat_rate
 WHERE country = :sale_country AND rate = :rate AND valid_from <= :today
 ORDER BY valid_to > :today DESC, valid_from DESC, vat_code LIMIT 1

--! statement: operator
SELECT active, may_order, name FROM operator WHERE name = :operator

--! statement: customer_match
-- With or without the country's letters, on either side.
SELECT id AS customer_key, name, is_company, blocked, 1 AS by_tax, tax_number
  FROM customer WHERE tax_number IS NOT NULL AND tax_bare = :tax_number_bare
UNION ALL
SELECT id, name, is_company, blocked, 0, tax_number
  FROM customer WHERE email IS NOT NULL AND email = :email
   AND coalesce(tax_bare <> :tax_number_bare, 1)

--! statement: customer_insert
INSERT INTO customer (name, is_company, tax_number, email, phone, street, street2, city, postcode, state, country,
                      created_ms)
VALUES (:name, :is_company, :tax_number, :email, :phone, :street, :street2, :city, :postcode, :state,
        (SELECT code FROM country WHERE code = :address_country), :now_ms)
RETURNING id AS customer_key

--! statement: order_taken
SELECT number FROM sales_order WHERE token = :token
UNION ALL
SELECT number FROM sales_order WHERE internet_number = :internet_number AND channel = :channel
LIMIT 1

--! statement: order_find
-- The token is looked up for ever, the two keys since the given instant.
SELECT o.id AS order_key, o.number, o.created_ms, coalesce(o.token = :token, 0) AS by_token,
       coalesce(o.internet_number = :internet_number AND o.created_ms >= :since_ms, 0) AS by_internet_number,
       coalesce(o.customer_number = :customer_number AND o.created_ms >= :since_ms, 0) AS by_customer_number,
       o.channel, o.total, o.currency
  FROM sales_order o
 WHERE o.id IN (SELECT id FROM sales_order WHERE token = :token
                UNION
                SELECT id FROM sales_order WHERE internet_number = :internet_number AND created_ms >= :since_ms
                UNION
                SELECT id FROM sales_order WHERE customer_number = :customer_number AND created_ms >= :since_ms)
 ORDER BY o.id

--! statement: order_number
INSERT INTO document_number (series, year, month, last) VALUES ('ZK', :year, :month, 1)
ON CONFLICT DO UPDATE SET last = last + 1
RETURNING 'ZK/' || last || '/' || month || '/' || year AS number

--! statement: order_insert
INSERT INTO sales_order (number, customer_id, operator, status, channel, internet_number, customer_number, token,
                         currency, total, total_vat, ordered_ms, created_ms, remark, payment_method, payment_title,
                         pickup_point, coupons)
VALUES (:number, :customer_key, :operator, 'draft', :channel, :internet_number, :customer_number, :token,
        :currency, :total, :total_vat, :ordered_ms, :now_ms, :remark, :payment_method, :payment_title,
        :pickup_point, :coupons)
RETURNING id AS order_key

--! statement: order_address_insert
INSERT INTO order_address (order_id, kind, first_name, last_name, company, street, street2, city, postcode, state,
                           country, email, phone, tax_number)
VALUES (:order_key, :kind, :first_name, :last_name, :company, :street, :street2, :city, :postcode, :state,
        :address_country, :email, :phone, :tax_number)

--! statement: service_item
SELECT item_id AS item_key FROM service_item WHERE kind = :kind

--! statement: order_line_insert
INSERT INTO order_line (order_id, position, kind, item_id, name, quantity, net, vat, vat_code, rate, remote_line)
VALUES (:order_key, :position, :kind, :item_key, :name, :quantity, :net, :vat, :vat_code, :rate, :remote_line)
RETURNING id AS line_key

--! statement: reservation_insert
-- A set reserves its components; a variant parent cannot be reserved at all.
INSERT INTO reservation (item_id, warehouse_id, quantity, order_line_id)
SELECT i.id, :warehouse, :quantity, :line_key FROM item i WHERE i.id = :item_key AND i.kind IN ('simple', 'variant')
UNION ALL
SELECT c.component_id, :warehouse, (c.quantity * :quantity + 999) / 1000, :line_key
  FROM set_component c WHERE c.set_id = :item_key

--! statement: payment_insert
INSERT INTO payment (order_id, amount, currency, method, reference, paid_ms)
VALUES (:order_key, :amount, :currency, :method, :reference, :paid_ms)

--! statement: order_confirm
UPDATE sales_order SET status = 'confirmed' WHERE id = :order_key

-- Leases ------------------------------------------------------------------------------------------------------------------

--! statement: lease_read
SELECT epoch, held, machine, place, account, process, process_started, purpose, doing, stop_by, since_ms, length_ms, heartbeat
  FROM lease WHERE link = :link

--! statement: lease_write
INSERT INTO lease (link, epoch, held, machine, place, account, process, process_started, purpose, doing, stop_by, since_ms,
                   length_ms, heartbeat)
VALUES (:link, :epoch, :held, :machine, :place, :account, :process, :process_started, :purpose, :doing, :stop_by, :since_ms,
        :length_ms, :heartbeat)
    ON CONFLICT (link) DO UPDATE
   SET epoch = excluded.epoch, held = excluded.held, machine = excluded.machine, place = excluded.place,
       account = excluded.account, process = excluded.process, process_started = excluded.process_started,
       purpose = excluded.purpose, doing = excluded.doing, stop_by = excluded.stop_by, since_ms = excluded.since_ms,
       length_ms = excluded.length_ms, heartbeat = excluded.heartbeat
