-- A profile for foreign_schema.sql, as a consultant would write it: only what the schema has.

--! profile: foreign
--! title: Somebody else's ERP
--! engine: sqlite
--! schema: 16
--! can: both_order_keys
--! aspects: master text price stock
--! amounts: decimal
--! quantities: decimal
--! rates: percent

--! statement: company
SELECT 16 AS schema_version, 'PL' AS country,
       (SELECT value FROM llx_const WHERE name = 'MAIN_INFO_SOCIETE_NOM') AS name,
       (SELECT value FROM llx_const WHERE name = 'MAIN_MONNAIE') AS currency

--! statement: view_price_list
SELECT 'gross' AS price_list, value AS currency, 1 AS includes_tax FROM llx_const WHERE name = 'MAIN_MONNAIE' AND :code = ''

--! statement: view_warehouses
SELECT rowid AS warehouse, ref AS code FROM llx_entrepot WHERE statut = 1

--! fragment: items
SELECT p.rowid AS item_key, p.ref AS sku, 'simple' AS kind, p.tosell AS published, 0 AS version
--{ master
     , p.label AS name, p.barcode AS ean, CAST(round(p.weight * CASE p.weight_units WHEN -3 THEN 1 ELSE 1000 END) AS INTEGER) AS
       weight_g, p.tva_tx AS vat_code, p.tva_tx AS vat_rate
--}
--{ text
     , p.description
--}
--{ price
     , p.price_ttc AS price
--}
--{ stock
     , (SELECT CAST(sum(s.reel) AS TEXT) FROM llx_product_stock s JOIN llx_entrepot w ON w.rowid = s.fk_entrepot
         WHERE s.fk_product = p.rowid AND w.statut = 1
--{ some_warehouses
           AND :warehouse_list LIKE '%,' || s.fk_entrepot || ',%'
--}
       ) AS on_hand
--}
  FROM llx_product p WHERE p.fk_product_type = 0

--! statement: offer_page
--= items
   AND p.rowid > CAST(:after_key AS INTEGER) AND NOT :variants ORDER BY p.rowid LIMIT :limit

--! statement: offer_by_sku
--= items
   AND p.ref = :sku AND p.rowid > CAST(:after_key AS INTEGER) ORDER BY p.rowid LIMIT :limit

--! statement: check_skus
SELECT rowid AS item_key, ref AS sku FROM llx_product
 WHERE rowid > CAST(:after_key AS INTEGER) AND fk_product_type = 0 AND tosell ORDER BY rowid LIMIT :limit

--! statement: check_page
SELECT rowid AS item_key, ref AS sku, 'simple' AS kind, label AS name, tva_tx AS vat_code, tva_tx AS vat_rate, 1 AS has_price
  FROM llx_product WHERE rowid > CAST(:after_key AS INTEGER) AND fk_product_type = 0 AND tosell ORDER BY rowid LIMIT :limit

--! statement: vat_code
SELECT t.taux AS vat_code FROM llx_c_tva t JOIN llx_c_country c ON c.rowid = t.fk_pays
 WHERE c.code = :sale_country AND t.taux = :rate AND t.active

--! statement: operator
SELECT statut AS active, 1 AS may_order FROM llx_user WHERE login = lower(:operator)

--! statement: customer_match
SELECT rowid AS customer_key, nom AS name, typent = 'firm' AS is_company, 1 - status AS blocked, 0 AS by_tax, tva_intra AS
       tax_number FROM llx_societe WHERE email = :email

--! statement: customer_insert
INSERT INTO llx_societe (nom, email, tva_intra, status, typent)
VALUES (:name, :email, :tax_number, 1, CASE WHEN :is_company THEN 'firm' ELSE 'private' END) RETURNING rowid AS customer_key

--! statement: order_taken
SELECT ref AS number FROM llx_commande WHERE shoptoken = :token OR ref_ext = :channel || ':' || :internet_number

--! statement: order_find
SELECT rowid AS order_key, ref AS number, datec * 1000 AS created_ms, shoptoken IS :token AS by_token,
       ref_ext LIKE '%:' || :internet_number AS by_internet_number, ref_client IS :customer_number AS by_customer_number,
       substr(ref_ext, 1, instr(ref_ext, ':') - 1) AS channel, total_ttc AS total, multicurrency_code AS currency
  FROM llx_commande WHERE shoptoken = :token OR (datec * 1000 >= :since_ms AND
       (ref_ext LIKE '%:' || :internet_number OR ref_client = :customer_number))

--! statement: order_number
SELECT 'SO' || substr(:year, 3) || printf('%02d', :month) || '-' || printf('%04d', count(*) + 1) AS number FROM llx_commande

--! statement: order_insert
INSERT INTO llx_commande (ref, ref_ext, ref_client, shoptoken, fk_soc, fk_statut, datec, total_tva, total_ttc, multicurrency_code)
VALUES (:number, :channel || ':' || :internet_number, :customer_number, :token, :customer_key, 1, :now_ms / 1000, :total_vat,
        :total, :currency) RETURNING rowid AS order_key

--! statement: service_item
SELECT rowid AS item_key FROM llx_product WHERE ref = 'TRANSPORT' AND :kind IN ('shipping', 'fee')

--! statement: order_line_insert
INSERT INTO llx_commandedet (fk_commande, rang, fk_product, label, qty, tva_tx, total_ht, total_tva)
VALUES (:order_key, :position, :item_key, :name, :quantity, :rate, :net, :vat) RETURNING rowid AS line_key
