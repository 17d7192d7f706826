-- The schema of a company database of our own: what the profile "reference" reads and writes.
--
-- Amounts are minor units of a currency, quantities thousandths of the unit of measure, rates 0.0001 percent points,
-- instants milliseconds since 1970 UTC, days text YYYY-MM-DD. Sections let a bulk writer fill the tables first.
--
-- Row versions: one counter for the whole company; each item has one row in item_version with the version of its last
-- change in general and by subject (master = name, texts, group, VAT, attributes, images, publication; price; stock).
-- A change of anything that an item is made of raises the item's version, so "changed since" is one indexed read.
-- The views touch_* are procedures: INSERT INTO touch_stock VALUES (item) raises that item's stock version.

-- section: tables

CREATE TABLE currency (
    code TEXT PRIMARY KEY CHECK (code GLOB '[A-Z][A-Z][A-Z]'),
    decimals INTEGER NOT NULL CHECK (decimals BETWEEN 0 AND 4)
) STRICT, WITHOUT ROWID;

CREATE TABLE country (
    code TEXT PRIMARY KEY CHECK (code GLOB '[A-Z][A-Z]'),
    name TEXT NOT NULL CHECK (trim(name) <> '')
) STRICT, WITHOUT ROWID;

CREATE TABLE unit_of_measure (
    code TEXT PRIMARY KEY CHECK (trim(code) <> '' AND length(code) <= 20),
    name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What kind of VAT an item bears ("A" standard, "B" reduced ...); the rate comes from the country it is sold in.
CREATE TABLE vat_class (
    code TEXT PRIMARY KEY CHECK (trim(code) <> '' AND length(code) <= 31),
    name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE vat_rate (
    country TEXT NOT NULL REFERENCES country (code),
    vat_code TEXT NOT NULL REFERENCES vat_class (code),
    valid_from TEXT NOT NULL DEFAULT '0001-01-01' CHECK (valid_from IS date(valid_from, '+0 days')),
    valid_to TEXT NOT NULL DEFAULT '9999-12-31' CHECK (valid_to IS date(valid_to, '+0 days')), -- first day it no longer holds
    rate INTEGER NOT NULL CHECK (rate BETWEEN 0 AND 1000000),
    PRIMARY KEY (country, vat_code, valid_from),
    CHECK (valid_from < valid_to)
) STRICT, WITHOUT ROWID;

CREATE TABLE price_list (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE CHECK (trim(code) <> ''),
    name TEXT NOT NULL,
    currency TEXT NOT NULL REFERENCES currency (code),
    includes_tax INTEGER NOT NULL CHECK (includes_tax IN (0, 1)),
    active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1))
) STRICT;

CREATE TABLE warehouse (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE CHECK (trim(code) <> ''),
    name TEXT NOT NULL,
    active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1))
) STRICT;

-- One row: the company itself.
CREATE TABLE company (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    schema_version INTEGER NOT NULL CHECK (schema_version >= 1),
    name TEXT NOT NULL CHECK (trim(name) <> ''),
    tax_number TEXT,
    country TEXT NOT NULL REFERENCES country (code),
    currency TEXT NOT NULL REFERENCES currency (code),
    price_list_id INTEGER NOT NULL REFERENCES price_list (id), -- the default one
    warehouse_id INTEGER NOT NULL REFERENCES warehouse (id)    -- orders without another wish reserve here
) STRICT;

CREATE TABLE version_counter (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    value INTEGER NOT NULL CHECK (value >= 0)
) STRICT;

CREATE TABLE item_group (
    id INTEGER PRIMARY KEY,
    parent_id INTEGER REFERENCES item_group (id),
    name TEXT NOT NULL CHECK (trim(name) <> ''),
    position INTEGER NOT NULL DEFAULT 0,
    published INTEGER NOT NULL DEFAULT 1 CHECK (published IN (0, 1)),
    version INTEGER NOT NULL DEFAULT 0,
    CHECK (parent_id IS NOT id)
) STRICT;

-- Items are withdrawn (active = 0), never deleted: documents point at them. A SKU may be empty or double here, as in
-- every ERP that grew for years; the data checks find these. "service" is what shipping and fees are booked on.
CREATE TABLE item (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('simple', 'variant_parent', 'variant', 'set', 'service')),
    parent_id INTEGER REFERENCES item (id),
    sku TEXT CHECK (length(sku) <= 200),
    name TEXT NOT NULL,
    ean TEXT,
    unit TEXT NOT NULL REFERENCES unit_of_measure (code) ON UPDATE CASCADE,
    weight_g INTEGER CHECK (weight_g >= 0),
    group_id INTEGER REFERENCES item_group (id),
    vat_code TEXT REFERENCES vat_class (code) ON UPDATE CASCADE,
    active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    published INTEGER NOT NULL DEFAULT 1 CHECK (published IN (0, 1)),
    -- The SKU as it is looked up: blanks at the ends and doubled blanks do not count.
    sku_key TEXT GENERATED ALWAYS AS (trim(replace(replace(replace(replace(replace(sku, char(9), ' '),
        char(160), ' '), '  ', ' '), '  ', ' '), '  ', ' '))) VIRTUAL,
    CHECK ((kind = 'variant') = (parent_id IS NOT NULL)),
    CHECK (parent_id IS NOT id),
    -- A GTIN: 8, 12, 13 or 14 digits, the last one being right.
    CHECK (ean IS NULL OR (length(ean) IN (8, 12, 13, 14) AND ean NOT GLOB '*[^0-9]*' AND
        (3 * (substr('000000' || ean, -14, 1) + substr('000000' || ean, -12, 1) + substr('000000' || ean, -10, 1) +
              substr('000000' || ean, -8, 1) + substr('000000' || ean, -6, 1) + substr('000000' || ean, -4, 1) +
              substr('000000' || ean, -2, 1)) +
         substr('000000' || ean, -13, 1) + substr('000000' || ean, -11, 1) + substr('000000' || ean, -9, 1) +
         substr('000000' || ean, -7, 1) + substr('000000' || ean, -5, 1) + substr('000000' || ean, -3, 1) +
         substr('000000' || ean, -1, 1)) % 10 = 0))
) STRICT;

CREATE TABLE item_version (
    item_id INTEGER PRIMARY KEY REFERENCES item (id),
    any_version INTEGER NOT NULL,
    master_version INTEGER NOT NULL,
    price_version INTEGER NOT NULL,
    stock_version INTEGER NOT NULL,
    master_changed_ms INTEGER NOT NULL,
    price_changed_ms INTEGER NOT NULL,
    stock_changed_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE item_text (
    item_id INTEGER PRIMARY KEY REFERENCES item (id),
    description TEXT,
    short_description TEXT
) STRICT;

-- A channel for which an item's own flag does not hold.
CREATE TABLE publication (
    channel TEXT NOT NULL CHECK (trim(channel) <> ''),
    item_id INTEGER NOT NULL REFERENCES item (id),
    published INTEGER NOT NULL CHECK (published IN (0, 1)),
    PRIMARY KEY (channel, item_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE image (
    id INTEGER PRIMARY KEY,
    item_id INTEGER NOT NULL REFERENCES item (id),
    position INTEGER NOT NULL,
    file_name TEXT NOT NULL CHECK (trim(file_name) <> ''),
    media_type TEXT NOT NULL CHECK (media_type GLOB 'image/*'),
    hash TEXT NOT NULL CHECK (length(hash) = 64 AND hash NOT GLOB '*[^0-9a-f]*'), -- SHA-256 of the content
    content BLOB,      -- the picture itself, or
    reference TEXT,    -- where it is kept
    UNIQUE (item_id, position),
    CHECK ((content IS NULL) <> (reference IS NULL))
) STRICT;

CREATE TABLE attribute (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (trim(name) <> '')
) STRICT;

CREATE TABLE attribute_option (
    id INTEGER PRIMARY KEY,
    attribute_id INTEGER NOT NULL REFERENCES attribute (id),
    name TEXT NOT NULL CHECK (trim(name) <> ''),
    position INTEGER NOT NULL DEFAULT 0,
    UNIQUE (attribute_id, name)
) STRICT;

CREATE TABLE variant_option (
    item_id INTEGER NOT NULL REFERENCES item (id),
    position INTEGER NOT NULL,
    attribute_id INTEGER NOT NULL REFERENCES attribute (id),
    option_id INTEGER NOT NULL REFERENCES attribute_option (id),
    PRIMARY KEY (item_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE set_component (
    set_id INTEGER NOT NULL REFERENCES item (id),
    component_id INTEGER NOT NULL REFERENCES item (id),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (set_id, component_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE item_price (
    price_list_id INTEGER NOT NULL REFERENCES price_list (id),
    item_id INTEGER NOT NULL REFERENCES item (id),
    price INTEGER NOT NULL CHECK (price >= 0),
    sale_price INTEGER CHECK (sale_price >= 0),
    sale_from_ms INTEGER,
    sale_to_ms INTEGER,
    discount INTEGER CHECK (discount BETWEEN 0 AND 1000000), -- NULL: the group's
    points INTEGER NOT NULL DEFAULT 0 CHECK (points >= 0),
    PRIMARY KEY (price_list_id, item_id),
    CHECK (sale_price IS NOT NULL OR (sale_from_ms IS NULL AND sale_to_ms IS NULL)),
    CHECK (sale_from_ms IS NULL OR sale_to_ms IS NULL OR sale_from_ms < sale_to_ms)
) STRICT, WITHOUT ROWID;

CREATE TABLE group_discount (
    price_list_id INTEGER NOT NULL REFERENCES price_list (id),
    group_id INTEGER NOT NULL REFERENCES item_group (id),
    discount INTEGER NOT NULL CHECK (discount BETWEEN 0 AND 1000000),
    PRIMARY KEY (price_list_id, group_id)
) STRICT, WITHOUT ROWID;

-- reserved and incoming are kept by triggers of reservation and incoming_delivery.
CREATE TABLE stock (
    item_id INTEGER NOT NULL REFERENCES item (id),
    warehouse_id INTEGER NOT NULL REFERENCES warehouse (id),
    on_hand INTEGER NOT NULL DEFAULT 0 CHECK (on_hand >= 0),
    reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    incoming INTEGER NOT NULL DEFAULT 0 CHECK (incoming >= 0),
    PRIMARY KEY (item_id, warehouse_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE incoming_delivery (
    id INTEGER PRIMARY KEY,
    item_id INTEGER NOT NULL REFERENCES item (id),
    warehouse_id INTEGER NOT NULL REFERENCES warehouse (id),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    expected_day TEXT CHECK (expected_day IS NULL OR expected_day IS date(expected_day, '+0 days')),
    supplier TEXT
) STRICT;

CREATE TABLE operator (
    name TEXT PRIMARY KEY COLLATE NOCASE CHECK (trim(name) <> ''),
    full_name TEXT NOT NULL,
    active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    may_order INTEGER NOT NULL DEFAULT 0 CHECK (may_order IN (0, 1)),
    may_document INTEGER NOT NULL DEFAULT 0 CHECK (may_document IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE customer (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL CHECK (trim(name) <> ''),
    is_company INTEGER NOT NULL CHECK (is_company IN (0, 1)),
    tax_number TEXT,
    email TEXT COLLATE NOCASE,
    phone TEXT,
    street TEXT, street2 TEXT, city TEXT, postcode TEXT, state TEXT,
    country TEXT REFERENCES country (code),
    price_list_id INTEGER REFERENCES price_list (id),
    discount INTEGER NOT NULL DEFAULT 0 CHECK (discount BETWEEN 0 AND 1000000),
    points INTEGER NOT NULL DEFAULT 0,
    blocked INTEGER NOT NULL DEFAULT 0 CHECK (blocked IN (0, 1)),
    created_ms INTEGER NOT NULL,
    -- The number as it is compared: without blanks, dashes, dots and the country's letters.
    tax_key TEXT GENERATED ALWAYS AS
        (upper(replace(replace(replace(tax_number, ' ', ''), '-', ''), '.', ''))) VIRTUAL,
    tax_bare TEXT GENERATED ALWAYS AS
        (CASE WHEN tax_key GLOB '[A-Z][A-Z]*' THEN substr(tax_key, 3) ELSE tax_key END) VIRTUAL
) STRICT;

-- What order lines without an item are booked on.
CREATE TABLE service_item (
    kind TEXT PRIMARY KEY CHECK (kind IN ('goods', 'shipping', 'fee', 'other')),
    item_id INTEGER NOT NULL REFERENCES item (id)
) STRICT, WITHOUT ROWID;

-- The last number given in a series and month: "ZK/1/11/2026".
CREATE TABLE document_number (
    series TEXT NOT NULL,
    year INTEGER NOT NULL CHECK (year BETWEEN 1970 AND 9999),
    month INTEGER NOT NULL CHECK (month BETWEEN 1 AND 12),
    last INTEGER NOT NULL CHECK (last > 0),
    PRIMARY KEY (series, year, month)
) STRICT, WITHOUT ROWID;

-- internet_number and customer_number are the two keys by which any integration finds an order that came another way.
-- An order is a draft until its lines are in; confirming it checks that they add up.
CREATE TABLE sales_order (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL CHECK (trim(number) <> ''),
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    operator TEXT NOT NULL REFERENCES operator (name),
    status TEXT NOT NULL CHECK (status IN ('draft', 'confirmed', 'fulfilled', 'cancelled')),
    channel TEXT CHECK (trim(channel) <> ''),
    internet_number TEXT CHECK (trim(internet_number) <> ''),
    customer_number TEXT,
    token TEXT,
    currency TEXT NOT NULL REFERENCES currency (code),
    total INTEGER NOT NULL,
    total_vat INTEGER NOT NULL,
    ordered_ms INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    remark TEXT,
    payment_method TEXT, payment_title TEXT,
    pickup_point TEXT,
    coupons TEXT,
    CHECK (abs(total_vat) <= abs(total))
) STRICT;

CREATE TABLE order_address (
    order_id INTEGER NOT NULL REFERENCES sales_order (id),
    kind TEXT NOT NULL CHECK (kind IN ('billing', 'shipping')),
    first_name TEXT, last_name TEXT, company TEXT,
    street TEXT, street2 TEXT, city TEXT, postcode TEXT, state TEXT, country TEXT,
    email TEXT, phone TEXT, tax_number TEXT,
    PRIMARY KEY (order_id, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE order_line (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES sales_order (id),
    position INTEGER NOT NULL CHECK (position > 0),
    kind TEXT NOT NULL CHECK (kind IN ('goods', 'shipping', 'fee', 'other')),
    item_id INTEGER NOT NULL REFERENCES item (id),
    name TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 0),
    net INTEGER NOT NULL,
    vat INTEGER NOT NULL,
    vat_code TEXT REFERENCES vat_class (code),
    rate INTEGER CHECK (rate BETWEEN 0 AND 1000000), -- NULL: untaxed
    remote_line TEXT,
    UNIQUE (order_id, position),
    CHECK (rate IS NOT NULL OR vat = 0),
    CHECK ((rate IS NULL) = (vat_code IS NULL))
) STRICT;

CREATE TABLE reservation (
    id INTEGER PRIMARY KEY,
    item_id INTEGER NOT NULL REFERENCES item (id),
    warehouse_id INTEGER NOT NULL REFERENCES warehouse (id),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    order_line_id INTEGER REFERENCES order_line (id)
) STRICT;

CREATE TABLE document (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('invoice', 'receipt', 'warehouse_issue', 'correction')),
    number TEXT NOT NULL UNIQUE CHECK (trim(number) <> ''),
    order_id INTEGER REFERENCES sales_order (id),
    operator TEXT NOT NULL REFERENCES operator (name),
    currency TEXT NOT NULL REFERENCES currency (code),
    net INTEGER NOT NULL, vat INTEGER NOT NULL, gross INTEGER NOT NULL,
    issued_ms INTEGER NOT NULL,
    token TEXT UNIQUE,
    CHECK (net + vat = gross)
) STRICT;

CREATE TABLE payment (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES sales_order (id),
    document_id INTEGER REFERENCES document (id),
    amount INTEGER NOT NULL CHECK (amount <> 0),
    currency TEXT NOT NULL REFERENCES currency (code),
    method TEXT, reference TEXT,
    paid_ms INTEGER NOT NULL
) STRICT;

-- The right to work on a link, seen by every machine that opens this database. The epoch only ever rises: a write that
-- carries an older one comes from someone who lost the lease.
CREATE TABLE lease (
    link TEXT PRIMARY KEY CHECK (trim(link) <> ''),
    epoch INTEGER NOT NULL CHECK (epoch > 0),
    held INTEGER NOT NULL CHECK (held IN (0, 1)),
    machine TEXT NOT NULL, place TEXT NOT NULL, account TEXT NOT NULL,
    process INTEGER NOT NULL, process_started INTEGER NOT NULL,
    purpose TEXT NOT NULL, doing TEXT NOT NULL, stop_by TEXT NOT NULL,
    since_ms INTEGER NOT NULL, length_ms INTEGER NOT NULL CHECK (length_ms > 0),
    heartbeat INTEGER NOT NULL -- a counter, no time: clocks of two machines are not compared
) STRICT, WITHOUT ROWID;

-- section: indexes

CREATE INDEX item_parent ON item (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX item_service ON item (kind) WHERE kind = 'service';
CREATE INDEX item_sku ON item (sku_key);
CREATE UNIQUE INDEX item_ean ON item (ean) WHERE ean IS NOT NULL;
CREATE INDEX item_in_group ON item (group_id);
CREATE INDEX item_version_any ON item_version (any_version);
CREATE INDEX item_version_master ON item_version (master_version);
CREATE INDEX item_version_price ON item_version (price_version);
CREATE INDEX item_version_stock ON item_version (stock_version);
CREATE INDEX item_group_version ON item_group (version);
CREATE INDEX item_group_parent ON item_group (parent_id);
CREATE UNIQUE INDEX variant_option_once ON variant_option (item_id, attribute_id);
CREATE INDEX variant_option_used ON variant_option (option_id);
CREATE INDEX set_component_used ON set_component (component_id);
CREATE UNIQUE INDEX sales_order_number ON sales_order (number);
CREATE UNIQUE INDEX sales_order_token ON sales_order (token) WHERE token IS NOT NULL;
CREATE UNIQUE INDEX sales_order_internet ON sales_order (internet_number, channel) WHERE internet_number IS NOT NULL;
CREATE INDEX sales_order_customer_number ON sales_order (customer_number) WHERE customer_number IS NOT NULL;
CREATE INDEX sales_order_customer ON sales_order (customer_id);
CREATE INDEX reservation_item ON reservation (item_id, warehouse_id);
CREATE UNIQUE INDEX reservation_line ON reservation (order_line_id, item_id, warehouse_id)
    WHERE order_line_id IS NOT NULL;
CREATE INDEX incoming_item ON incoming_delivery (item_id, warehouse_id);
CREATE INDEX document_order ON document (order_id);
CREATE INDEX payment_order ON payment (order_id);
CREATE INDEX customer_email ON customer (email) WHERE email IS NOT NULL;
CREATE INDEX customer_tax ON customer (tax_bare) WHERE tax_number IS NOT NULL;
CREATE INDEX order_line_item ON order_line (item_id);

-- section: triggers

-- Procedures: raise an item's version.
CREATE VIEW touch_master (item_id) AS SELECT 0 WHERE 0;
CREATE TRIGGER touch_master_do INSTEAD OF INSERT ON touch_master WHEN NEW.item_id IS NOT NULL
BEGIN
    UPDATE version_counter SET value = value + 1;
    UPDATE item_version SET any_version = (SELECT value FROM version_counter),
        master_version = (SELECT value FROM version_counter),
        master_changed_ms = CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)
    WHERE item_id = NEW.item_id;
END;
CREATE VIEW touch_price (item_id) AS SELECT 0 WHERE 0;
CREATE TRIGGER touch_price_do INSTEAD OF INSERT ON touch_price WHEN NEW.item_id IS NOT NULL
BEGIN
    UPDATE version_counter SET value = value + 1;
    UPDATE item_version SET any_version = (SELECT value FROM version_counter),
        price_version = (SELECT value FROM version_counter),
        price_changed_ms = CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)
    WHERE item_id = NEW.item_id;
END;
CREATE VIEW touch_stock (item_id) AS SELECT 0 WHERE 0;
CREATE TRIGGER touch_stock_do INSTEAD OF INSERT ON touch_stock WHEN NEW.item_id IS NOT NULL
BEGIN
    UPDATE version_counter SET value = value + 1;
    UPDATE item_version SET any_version = (SELECT value FROM version_counter),
        stock_version = (SELECT value FROM version_counter),
        stock_changed_ms = CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)
    WHERE item_id = NEW.item_id;
END;
-- An item's stock, and that of the sets it is part of.
CREATE VIEW touch_stock_deep (item_id) AS SELECT 0 WHERE 0;
CREATE TRIGGER touch_stock_deep_do INSTEAD OF INSERT ON touch_stock_deep
BEGIN
    INSERT INTO touch_stock VALUES (NEW.item_id);
    INSERT INTO touch_stock SELECT set_id FROM set_component WHERE component_id = NEW.item_id;
END;

-- Items.
CREATE TRIGGER item_new AFTER INSERT ON item
BEGIN
    UPDATE version_counter SET value = value + 1;
    INSERT INTO item_version SELECT NEW.id, value, value, value, value, now_ms, now_ms, now_ms
        FROM version_counter, (SELECT CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) AS now_ms);
    INSERT INTO touch_master SELECT NEW.parent_id WHERE NEW.parent_id IS NOT NULL;
END;
CREATE TRIGGER item_parent_new BEFORE INSERT ON item WHEN NEW.parent_id IS NOT NULL AND
    (SELECT kind FROM item WHERE id = NEW.parent_id) IS NOT 'variant_parent'
BEGIN
    SELECT RAISE(ABORT, 'a variant needs a parent of kind variant_parent');
END;
CREATE TRIGGER item_parent_changed BEFORE UPDATE OF parent_id, kind ON item WHEN NEW.parent_id IS NOT NULL AND
    (SELECT kind FROM item WHERE id = NEW.parent_id) IS NOT 'variant_parent'
BEGIN
    SELECT RAISE(ABORT, 'a variant needs a parent of kind variant_parent');
END;
CREATE TRIGGER item_kind_fixed BEFORE UPDATE OF id, kind ON item WHEN NEW.kind <> OLD.kind OR NEW.id <> OLD.id
BEGIN
    SELECT RAISE(ABORT, 'an item keeps its kind and its id; make a new one');
END;
CREATE TRIGGER item_never_deleted BEFORE DELETE ON item
BEGIN
    SELECT RAISE(ABORT, 'items are withdrawn (active = 0), never deleted');
END;
CREATE TRIGGER item_changed AFTER UPDATE OF sku, name, ean, unit, weight_g, group_id, vat_code, active, published,
    parent_id ON item
    WHEN OLD.sku IS NOT NEW.sku OR OLD.name IS NOT NEW.name OR OLD.ean IS NOT NEW.ean OR OLD.unit IS NOT NEW.unit OR
        OLD.weight_g IS NOT NEW.weight_g OR OLD.group_id IS NOT NEW.group_id OR OLD.vat_code IS NOT NEW.vat_code OR
        OLD.active IS NOT NEW.active OR OLD.published IS NOT NEW.published OR OLD.parent_id IS NOT NEW.parent_id
BEGIN
    INSERT INTO touch_master VALUES (NEW.id);
END;
-- SKU and publication are part of every view of an item; a set shows its components' SKUs with its stock.
CREATE TRIGGER item_identity_changed AFTER UPDATE OF sku, active, published, parent_id ON item
    WHEN OLD.sku IS NOT NEW.sku OR OLD.active IS NOT NEW.active OR OLD.published IS NOT NEW.published OR
        OLD.parent_id IS NOT NEW.parent_id
BEGIN
    INSERT INTO touch_price VALUES (NEW.id);
    INSERT INTO touch_stock_deep VALUES (NEW.id);
    INSERT INTO touch_master SELECT id FROM item WHERE id IN (OLD.parent_id, NEW.parent_id);
END;
-- The group decides the discount where an item has none of its own.
CREATE TRIGGER item_group_moved AFTER UPDATE OF group_id ON item WHEN OLD.group_id IS NOT NEW.group_id AND
    EXISTS (SELECT 1 FROM group_discount WHERE group_id IN (OLD.group_id, NEW.group_id))
BEGIN
    INSERT INTO touch_price VALUES (NEW.id);
END;

CREATE TRIGGER item_text_new AFTER INSERT ON item_text
BEGIN
    INSERT INTO touch_master VALUES (NEW.item_id);
END;
CREATE TRIGGER item_text_changed AFTER UPDATE ON item_text WHEN OLD.description IS NOT NEW.description OR
    OLD.short_description IS NOT NEW.short_description OR OLD.item_id <> NEW.item_id
BEGIN
    INSERT INTO touch_master VALUES (NEW.item_id);
    INSERT INTO touch_master SELECT OLD.item_id WHERE OLD.item_id <> NEW.item_id;
END;
CREATE TRIGGER item_text_gone AFTER DELETE ON item_text
BEGIN
    INSERT INTO touch_master VALUES (OLD.item_id);
END;

-- Publication is part of every view of an item.
CREATE VIEW touch_publication (item_id) AS SELECT 0 WHERE 0;
CREATE TRIGGER touch_publication_do INSTEAD OF INSERT ON touch_publication
BEGIN
    INSERT INTO touch_master VALUES (NEW.item_id);
    INSERT INTO touch_price VALUES (NEW.item_id);
    INSERT INTO touch_stock VALUES (NEW.item_id);
    INSERT INTO touch_master SELECT parent_id FROM item WHERE id = NEW.item_id AND parent_id IS NOT NULL;
END;
CREATE TRIGGER publication_new AFTER INSERT ON publication
BEGIN
    INSERT INTO touch_publication VALUES (NEW.item_id);
END;
CREATE TRIGGER publication_changed AFTER UPDATE ON publication
BEGIN
    INSERT INTO touch_publication VALUES (OLD.item_id);
    INSERT INTO touch_publication SELECT NEW.item_id WHERE NEW.item_id <> OLD.item_id;
END;
CREATE TRIGGER publication_gone AFTER DELETE ON publication
BEGIN
    INSERT INTO touch_publication VALUES (OLD.item_id);
END;

CREATE TRIGGER image_new AFTER INSERT ON image
BEGIN
    INSERT INTO touch_master VALUES (NEW.item_id);
END;
CREATE TRIGGER image_changed AFTER UPDATE ON image
BEGIN
    INSERT INTO touch_master VALUES (OLD.item_id);
    INSERT INTO touch_master SELECT NEW.item_id WHERE NEW.item_id <> OLD.item_id;
END;
CREATE TRIGGER image_gone AFTER DELETE ON image
BEGIN
    INSERT INTO touch_master VALUES (OLD.item_id);
END;

-- Attributes: a variant's own and the list its parent shows.
CREATE VIEW touch_variant (item_id) AS SELECT 0 WHERE 0;
CREATE TRIGGER touch_variant_do INSTEAD OF INSERT ON touch_variant
BEGIN
    INSERT INTO touch_master VALUES (NEW.item_id);
    INSERT INTO touch_master SELECT parent_id FROM item WHERE id = NEW.item_id AND parent_id IS NOT NULL;
END;
CREATE TRIGGER variant_option_right_new BEFORE INSERT ON variant_option WHEN
    (SELECT kind FROM item WHERE id = NEW.item_id) IS NOT 'variant' OR
    (SELECT attribute_id FROM attribute_option WHERE id = NEW.option_id) IS NOT NEW.attribute_id
BEGIN
    SELECT RAISE(ABORT, 'only variants have options, and an option belongs to its attribute');
END;
CREATE TRIGGER variant_option_right BEFORE UPDATE ON variant_option WHEN
    (SELECT kind FROM item WHERE id = NEW.item_id) IS NOT 'variant' OR
    (SELECT attribute_id FROM attribute_option WHERE id = NEW.option_id) IS NOT NEW.attribute_id
BEGIN
    SELECT RAISE(ABORT, 'only variants have options, and an option belongs to its attribute');
END;
CREATE TRIGGER variant_option_new AFTER INSERT ON variant_option
BEGIN
    INSERT INTO touch_variant VALUES (NEW.item_id);
END;
CREATE TRIGGER variant_option_changed AFTER UPDATE ON variant_option
BEGIN
    INSERT INTO touch_variant VALUES (OLD.item_id);
    INSERT INTO touch_variant SELECT NEW.item_id WHERE NEW.item_id <> OLD.item_id;
END;
CREATE TRIGGER variant_option_gone AFTER DELETE ON variant_option
BEGIN
    INSERT INTO touch_variant VALUES (OLD.item_id);
END;
CREATE TRIGGER attribute_renamed AFTER UPDATE OF name ON attribute WHEN OLD.name <> NEW.name
BEGIN
    INSERT INTO touch_variant SELECT vo.item_id FROM attribute_option o JOIN variant_option vo ON vo.option_id = o.id
        WHERE o.attribute_id = NEW.id;
END;
CREATE TRIGGER attribute_option_changed AFTER UPDATE OF name, position ON attribute_option
    WHEN OLD.name <> NEW.name OR OLD.position <> NEW.position
BEGIN
    INSERT INTO touch_variant SELECT item_id FROM variant_option WHERE option_id = NEW.id;
END;

-- Sets.
CREATE TRIGGER set_component_right_new BEFORE INSERT ON set_component WHEN
    (SELECT kind FROM item WHERE id = NEW.set_id) IS NOT 'set' OR
    coalesce((SELECT kind FROM item WHERE id = NEW.component_id) NOT IN ('simple', 'variant'), 1)
BEGIN
    SELECT RAISE(ABORT, 'a set is made of simple items and variants, and of nothing else');
END;
CREATE TRIGGER set_component_right BEFORE UPDATE ON set_component WHEN
    (SELECT kind FROM item WHERE id = NEW.set_id) IS NOT 'set' OR
    coalesce((SELECT kind FROM item WHERE id = NEW.component_id) NOT IN ('simple', 'variant'), 1)
BEGIN
    SELECT RAISE(ABORT, 'a set is made of simple items and variants, and of nothing else');
END;
CREATE TRIGGER set_component_new AFTER INSERT ON set_component
BEGIN
    INSERT INTO touch_stock VALUES (NEW.set_id);
END;
CREATE TRIGGER set_component_changed AFTER UPDATE ON set_component
BEGIN
    INSERT INTO touch_stock VALUES (OLD.set_id);
    INSERT INTO touch_stock SELECT NEW.set_id WHERE NEW.set_id <> OLD.set_id;
END;
CREATE TRIGGER set_component_gone AFTER DELETE ON set_component
BEGIN
    INSERT INTO touch_stock VALUES (OLD.set_id);
END;

-- Prices.
CREATE TRIGGER item_price_new AFTER INSERT ON item_price
BEGIN
    INSERT INTO touch_price VALUES (NEW.item_id);
END;
CREATE TRIGGER item_price_changed AFTER UPDATE ON item_price WHEN OLD.price <> NEW.price OR
    OLD.sale_price IS NOT NEW.sale_price OR OLD.sale_from_ms IS NOT NEW.sale_from_ms OR
    OLD.sale_to_ms IS NOT NEW.sale_to_ms OR OLD.discount IS NOT NEW.discount OR OLD.points <> NEW.points OR
    OLD.item_id <> NEW.item_id OR OLD.price_list_id <> NEW.price_list_id
BEGIN
    INSERT INTO touch_price VALUES (NEW.item_id);
    INSERT INTO touch_price SELECT OLD.item_id WHERE OLD.item_id <> NEW.item_id;
END;
CREATE TRIGGER item_price_gone AFTER DELETE ON item_price
BEGIN
    INSERT INTO touch_price VALUES (OLD.item_id);
END;
CREATE TRIGGER price_list_changed AFTER UPDATE OF currency, includes_tax ON price_list
    WHEN OLD.currency <> NEW.currency OR OLD.includes_tax <> NEW.includes_tax
BEGIN
    INSERT INTO touch_price SELECT item_id FROM item_price WHERE price_list_id = NEW.id;
END;
CREATE TRIGGER company_price_list_changed AFTER UPDATE OF price_list_id ON company
    WHEN OLD.price_list_id <> NEW.price_list_id
BEGIN
    INSERT INTO touch_price SELECT id FROM item WHERE kind <> 'service';
END;
CREATE VIEW touch_group_price (group_id) AS SELECT 0 WHERE 0;
CREATE TRIGGER touch_group_price_do INSTEAD OF INSERT ON touch_group_price
BEGIN
    INSERT INTO touch_price SELECT id FROM item WHERE group_id = NEW.group_id;
END;
CREATE TRIGGER group_discount_new AFTER INSERT ON group_discount
BEGIN
    INSERT INTO touch_group_price VALUES (NEW.group_id);
END;
CREATE TRIGGER group_discount_changed AFTER UPDATE ON group_discount
BEGIN
    INSERT INTO touch_group_price VALUES (OLD.group_id);
    INSERT INTO touch_group_price SELECT NEW.group_id WHERE NEW.group_id <> OLD.group_id;
END;
CREATE TRIGGER group_discount_gone AFTER DELETE ON group_discount
BEGIN
    INSERT INTO touch_group_price VALUES (OLD.group_id);
END;

-- VAT.
CREATE TRIGGER vat_rate_new AFTER INSERT ON vat_rate
BEGIN
    SELECT RAISE(ABORT, 'two rates of one VAT code in one country hold at the same time') WHERE EXISTS (
        SELECT 1 FROM vat_rate r WHERE r.country = NEW.country AND r.vat_code = NEW.vat_code AND
            r.valid_from <> NEW.valid_from AND r.valid_from < NEW.valid_to AND NEW.valid_from < r.valid_to);
    INSERT INTO touch_master SELECT id FROM item WHERE vat_code = NEW.vat_code;
END;
CREATE TRIGGER vat_rate_changed AFTER UPDATE ON vat_rate
BEGIN
    SELECT RAISE(ABORT, 'two rates of one VAT code in one country hold at the same time') WHERE EXISTS (
        SELECT 1 FROM vat_rate r WHERE r.country = NEW.country AND r.vat_code = NEW.vat_code AND
            r.valid_from <> NEW.valid_from AND r.valid_from < NEW.valid_to AND NEW.valid_from < r.valid_to);
    INSERT INTO touch_master SELECT id FROM item WHERE vat_code IN (OLD.vat_code, NEW.vat_code);
END;
CREATE TRIGGER vat_rate_gone AFTER DELETE ON vat_rate
BEGIN
    INSERT INTO touch_master SELECT id FROM item WHERE vat_code = OLD.vat_code;
END;

-- Stock.
CREATE TRIGGER stock_right_new BEFORE INSERT ON stock WHEN
    coalesce((SELECT kind FROM item WHERE id = NEW.item_id) NOT IN ('simple', 'variant'), 1)
BEGIN
    SELECT RAISE(ABORT, 'only simple items and variants lie in a warehouse');
END;
CREATE TRIGGER stock_new AFTER INSERT ON stock
BEGIN
    INSERT INTO touch_stock_deep VALUES (NEW.item_id);
END;
CREATE TRIGGER stock_changed AFTER UPDATE ON stock WHEN OLD.on_hand <> NEW.on_hand OR OLD.reserved <> NEW.reserved OR
    OLD.incoming <> NEW.incoming OR OLD.item_id <> NEW.item_id OR OLD.warehouse_id <> NEW.warehouse_id
BEGIN
    INSERT INTO touch_stock_deep VALUES (NEW.item_id);
    INSERT INTO touch_stock_deep SELECT OLD.item_id WHERE OLD.item_id <> NEW.item_id;
END;
CREATE TRIGGER stock_gone AFTER DELETE ON stock
BEGIN
    SELECT RAISE(ABORT, 'goods are still reserved or expected there') WHERE OLD.reserved > 0 OR OLD.incoming > 0;
    INSERT INTO touch_stock_deep VALUES (OLD.item_id);
END;
CREATE TRIGGER warehouse_changed AFTER UPDATE OF active ON warehouse WHEN OLD.active <> NEW.active
BEGIN
    INSERT INTO touch_stock_deep SELECT item_id FROM stock WHERE warehouse_id = NEW.id;
END;
CREATE TRIGGER reservation_new AFTER INSERT ON reservation
BEGIN
    INSERT INTO stock (item_id, warehouse_id, reserved) VALUES (NEW.item_id, NEW.warehouse_id, NEW.quantity)
        ON CONFLICT DO UPDATE SET reserved = reserved + excluded.reserved;
END;
CREATE TRIGGER reservation_changed AFTER UPDATE ON reservation
BEGIN
    UPDATE stock SET reserved = reserved - OLD.quantity
        WHERE item_id = OLD.item_id AND warehouse_id = OLD.warehouse_id;
    INSERT INTO stock (item_id, warehouse_id, reserved) VALUES (NEW.item_id, NEW.warehouse_id, NEW.quantity)
        ON CONFLICT DO UPDATE SET reserved = reserved + excluded.reserved;
END;
CREATE TRIGGER reservation_gone AFTER DELETE ON reservation
BEGIN
    UPDATE stock SET reserved = reserved - OLD.quantity
        WHERE item_id = OLD.item_id AND warehouse_id = OLD.warehouse_id;
END;
CREATE TRIGGER incoming_new AFTER INSERT ON incoming_delivery
BEGIN
    INSERT INTO stock (item_id, warehouse_id, incoming) VALUES (NEW.item_id, NEW.warehouse_id, NEW.quantity)
        ON CONFLICT DO UPDATE SET incoming = incoming + excluded.incoming;
END;
CREATE TRIGGER incoming_changed AFTER UPDATE ON incoming_delivery
BEGIN
    UPDATE stock SET incoming = incoming - OLD.quantity
        WHERE item_id = OLD.item_id AND warehouse_id = OLD.warehouse_id;
    INSERT INTO stock (item_id, warehouse_id, incoming) VALUES (NEW.item_id, NEW.warehouse_id, NEW.quantity)
        ON CONFLICT DO UPDATE SET incoming = incoming + excluded.incoming;
END;
CREATE TRIGGER incoming_gone AFTER DELETE ON incoming_delivery
BEGIN
    UPDATE stock SET incoming = incoming - OLD.quantity
        WHERE item_id = OLD.item_id AND warehouse_id = OLD.warehouse_id;
END;

-- Groups.
CREATE TRIGGER item_group_new AFTER INSERT ON item_group
BEGIN
    UPDATE version_counter SET value = value + 1;
    UPDATE item_group SET version = (SELECT value FROM version_counter) WHERE id = NEW.id;
END;
CREATE TRIGGER item_group_changed AFTER UPDATE OF parent_id, name, position, published ON item_group
    WHEN OLD.parent_id IS NOT NEW.parent_id OR OLD.name <> NEW.name OR OLD.position <> NEW.position OR
        OLD.published <> NEW.published
BEGIN
    SELECT RAISE(ABORT, 'a group cannot be inside itself') WHERE EXISTS (
        WITH RECURSIVE up (id) AS (SELECT NEW.parent_id UNION SELECT g.parent_id FROM item_group g, up
            WHERE g.id = up.id AND g.parent_id IS NOT NULL)
        SELECT 1 FROM up WHERE id = NEW.id);
    UPDATE version_counter SET value = value + 1;
    UPDATE item_group SET version = (SELECT value FROM version_counter) WHERE id = NEW.id;
END;

-- Orders: a confirmed one adds up, and keeps its money, its keys and its lines.
CREATE TRIGGER sales_order_starts BEFORE INSERT ON sales_order WHEN NEW.status <> 'draft'
BEGIN
    SELECT RAISE(ABORT, 'an order starts as a draft');
END;
CREATE TRIGGER sales_order_confirmed BEFORE UPDATE OF status ON sales_order
    WHEN OLD.status = 'draft' AND NEW.status <> 'draft'
BEGIN
    SELECT RAISE(ABORT, 'the lines of the order do not add up to its total') WHERE
        (SELECT total(net + vat) FROM order_line WHERE order_id = NEW.id) <> NEW.total OR
        (SELECT total(vat) FROM order_line WHERE order_id = NEW.id) <> NEW.total_vat;
    SELECT RAISE(ABORT, 'an order has at least one line') WHERE
        NOT EXISTS (SELECT 1 FROM order_line WHERE order_id = NEW.id);
END;
CREATE TRIGGER sales_order_fixed BEFORE UPDATE OF total, total_vat, currency, token, internet_number, channel
    ON sales_order WHEN OLD.status <> 'draft'
BEGIN
    SELECT RAISE(ABORT, 'a confirmed order keeps its money and its keys');
END;
CREATE TRIGGER order_line_new BEFORE INSERT ON order_line
    WHEN (SELECT status FROM sales_order WHERE id = NEW.order_id) IS NOT 'draft'
BEGIN
    SELECT RAISE(ABORT, 'the lines of a confirmed order are fixed');
END;
CREATE TRIGGER order_line_changed BEFORE UPDATE ON order_line
    WHEN (SELECT status FROM sales_order WHERE id = OLD.order_id) IS NOT 'draft'
BEGIN
    SELECT RAISE(ABORT, 'the lines of a confirmed order are fixed');
END;
CREATE TRIGGER order_line_gone BEFORE DELETE ON order_line
    WHEN (SELECT status FROM sales_order WHERE id = OLD.order_id) IS NOT 'draft'
BEGIN
    SELECT RAISE(ABORT, 'the lines of a confirmed order are fixed');
END;
CREATE TRIGGER lease_epoch_rises BEFORE UPDATE ON lease WHEN NEW.epoch < OLD.epoch OR NEW.heartbeat < OLD.heartbeat
BEGIN
    SELECT RAISE(ABORT, 'the epoch of a lease never falls, nor does its heartbeat');
END;
CREATE TRIGGER lease_stays BEFORE DELETE ON lease
BEGIN
    SELECT RAISE(ABORT, 'a lease is released, never deleted: its epoch would begin again');
END;
CREATE TRIGGER version_rises BEFORE UPDATE ON version_counter WHEN NEW.value <= OLD.value
BEGIN
    SELECT RAISE(ABORT, 'row versions only rise');
END;
