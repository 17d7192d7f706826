-- A schema of other people's making: decimal text, other names, no row versions, no groups, variants or sets, stock rows
-- that vanish at zero, prices net or gross by a word.
CREATE TABLE llx_const (name TEXT PRIMARY KEY, value TEXT, entity INTEGER);
CREATE TABLE llx_c_country (rowid INTEGER PRIMARY KEY, code TEXT);
CREATE TABLE llx_c_tva (rowid INTEGER PRIMARY KEY, fk_pays INTEGER, taux TEXT, code TEXT, active INTEGER);
CREATE TABLE llx_product (rowid INTEGER PRIMARY KEY, ref TEXT UNIQUE, label TEXT, description TEXT, fk_product_type INTEGER,
                          tosell INTEGER, barcode TEXT, weight REAL, weight_units INTEGER, price TEXT, price_ttc TEXT,
                          price_base_type TEXT, tva_tx TEXT);
CREATE TABLE llx_entrepot (rowid INTEGER PRIMARY KEY, ref TEXT, statut INTEGER);
CREATE TABLE llx_product_stock (rowid INTEGER PRIMARY KEY, fk_product INTEGER, fk_entrepot INTEGER, reel TEXT,
                                UNIQUE (fk_product, fk_entrepot));
CREATE TABLE llx_user (rowid INTEGER PRIMARY KEY, login TEXT, statut INTEGER);
CREATE TABLE llx_societe (rowid INTEGER PRIMARY KEY, nom TEXT, email TEXT, tva_intra TEXT, status INTEGER, typent TEXT);
CREATE TABLE llx_commande (rowid INTEGER PRIMARY KEY, ref TEXT, ref_ext TEXT, ref_client TEXT, shoptoken TEXT UNIQUE,
                           fk_soc INTEGER, fk_statut INTEGER, datec INTEGER, total_tva TEXT, total_ttc TEXT, multicurrency_code TEXT,
                           UNIQUE (ref));
CREATE TABLE llx_commandedet (rowid INTEGER PRIMARY KEY, fk_commande INTEGER, rang INTEGER, fk_product INTEGER, label TEXT,
                              qty TEXT, tva_tx TEXT, total_ht TEXT, total_tva TEXT);
INSERT INTO llx_const VALUES ('MAIN_MONNAIE', 'EUR', 1), ('MAIN_INFO_SOCIETE_NOM', 'Obca firma', 1);
INSERT INTO llx_c_country VALUES (184, 'PL');
INSERT INTO llx_c_tva VALUES (1, 184, '23.0000', '', 1), (2, 184, '8.0000', '', 1), (3, 184, '22.0000', '', 0);
INSERT INTO llx_product VALUES
    (7, 'KUB-1', 'Kubek', 'Opis', 0, 1, NULL, 0.25, 0, '11.10000000', '13.65300000', 'HT', '23.0000'),
    (8, 'KUB-2', 'Kubek 2', NULL, 0, 0, NULL, 250, -3, '10.00000000', '12.99500000', 'HT', '8.0000'),
    (9, 'TRANSPORT', 'Transport', NULL, 1, 1, NULL, NULL, 0, '5.00000000', '6.15', 'HT', '23.0000');
INSERT INTO llx_entrepot VALUES (1, 'MAIN', 1), (2, 'CLOSED', 0), (3, 'SHOP', 1);
INSERT INTO llx_product_stock VALUES (1, 7, 1, '3.5'), (2, 7, 2, '100'), (3, 7, 3, '4');
INSERT INTO llx_user VALUES (1, 'admin', 1);
