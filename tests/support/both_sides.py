#!/usr/bin/env python3
"""Reads a company database and a shop simulator and says whether they agree: from both sides, not from anyone's counters.

    both_sides.py --erp company.db --sim http://127.0.0.1:PORT [--link NAME] [--items] [--orders] [--json]

Items: every published item with a SKU stands in the shop once, with the ERP's name, price and available quantity; the
expectation is computed here from the tables, independently of the program. Orders: the shop's orders and the ERP's are
the same set, each once, with the same totals. Exit status: 0 they agree, 1 they do not, 2 usage.
"""
import argparse
import collections
import html
import json
import sqlite3
import sys
import urllib.request

ITEMS = """
SELECT i.id, i.sku, i.kind, i.name, p.price, p.sale_price, p.sale_from_ms,
       coalesce(p.discount, g.discount, 0) AS discount,
       (SELECT sum(s.on_hand - s.reserved) FROM stock s WHERE s.item_id = i.id) AS available
FROM item i
LEFT JOIN company c ON c.id = 1
LEFT JOIN item_price p ON p.item_id = i.id AND p.price_list_id = c.price_list_id
LEFT JOIN group_discount g ON g.price_list_id = c.price_list_id AND g.group_id = i.group_id
WHERE i.active AND i.published AND i.kind <> 'service' AND trim(coalesce(i.sku, '')) <> ''
"""


def half_away(value, divisor):
    return (abs(value) * 2 + divisor) // (2 * divisor) * (1 if value >= 0 else -1)


def erp_items(db):
    """SKU -> (name, regular, sale, pieces); None where the kind has no such thing."""
    parts = collections.defaultdict(list)
    stock = {}
    rows = db.execute(ITEMS).fetchall()
    for item, available in db.execute("SELECT item_id, sum(on_hand - reserved) FROM stock GROUP BY item_id"):
        stock[item] = available
    for set_id, component, quantity in db.execute("SELECT set_id, component_id, quantity FROM set_component"):
        parts[set_id].append((component, quantity))
    items = {}
    for key, sku, kind, name, price, sale, sale_from, discount, available in rows:
        pieces = available or 0
        if kind == "set":
            pieces = min((stock.get(c, 0) * 1000 // q for c, q in parts[key]), default=0)
        cheaper = price - half_away(price * discount, 1000000) if price is not None and discount else None
        best = min((x for x in (sale, cheaper) if x is not None and price is not None and x < price), default=None)
        parent = kind == "variant_parent"
        items[" ".join(sku.split())] = (name, None if parent else price, None if parent else best,
                                        None if parent else max(0, pieces // 1000))
    return items


def minor(text):
    if text in (None, ""):
        return None
    whole, _, cents = text.partition(".")
    return int(whole + (cents + "00")[:2])


def fetch(sim, path):
    with urllib.request.urlopen(sim + path, timeout=120) as answer:
        for line in answer:
            if line.strip():
                yield json.loads(line)


def same_name(shop, erp):
    """A shop keeps names escaped and without what it takes for tags; see hazard 13 of the recordings."""
    return html.unescape(shop) == erp or html.unescape(shop) == html.unescape(erp) or shop == erp


def compare_items(db, sim):
    want = erp_items(db)
    seen, wrong = collections.Counter(), []
    for p in fetch(sim, "/_sim/dump/products.ndjson"):
        sku = p.get("sku") or ""
        if p.get("status") == "trash" or not sku:
            continue
        seen[sku] += 1
        if sku not in want:
            wrong.append("%s: in the shop, not in the ERP's offer" % sku)
            continue
        name, regular, sale, pieces = want[sku]
        if p.get("type") != "variation" and not same_name(p.get("name", ""), name):
            wrong.append("%s: name %r in the shop, %r in the ERP" % (sku, p.get("name"), name))
        if regular is not None and minor(p.get("regular_price")) != regular:
            wrong.append("%s: price %r in the shop, %r in the ERP" % (sku, p.get("regular_price"), regular))
        if regular is not None and minor(p.get("sale_price")) != sale:
            wrong.append("%s: sale price %r in the shop, %r in the ERP" % (sku, p.get("sale_price"), sale))
        if pieces is not None and p.get("stock_quantity") != pieces:
            wrong.append("%s: stock %r in the shop, %r in the ERP" % (sku, p.get("stock_quantity"), pieces))
    wrong += ["%s: not in the shop" % sku for sku in want if sku not in seen]
    wrong += ["%s: %d times in the shop" % (sku, n) for sku, n in seen.items() if n > 1]
    return {"items_erp": len(want), "items_shop": sum(seen.values()), "items_wrong": wrong}


def compare_orders(db, sim, link, statuses):
    shop = {}
    for o in fetch(sim, "/_sim/dump/orders.ndjson"):
        if not statuses or o["status"] in statuses:
            shop[str(o["id"])] = o
    erp = collections.defaultdict(list)
    for number, total in db.execute("SELECT internet_number, total FROM sales_order WHERE channel = ?", (link,)):
        erp[number].append(total)
    wrong = ["order %s: in the shop, not in the ERP" % i for i in shop if i not in erp]
    wrong += ["order %s: in the ERP, not in the shop" % i for i in erp if i not in shop]
    wrong += ["order %s: %d times in the ERP" % (i, len(t)) for i, t in erp.items() if len(t) > 1]
    wrong += ["order %s: total %s in the shop, %s in the ERP" % (i, shop[i]["total"], t[0])
              for i, t in erp.items() if i in shop and minor(shop[i]["total"]) != t[0]]
    by_status = collections.Counter(o["status"] for o in shop.values())
    return {"orders_shop": len(shop), "orders_erp": sum(len(t) for t in erp.values()),
            "orders_by_status": dict(by_status), "orders_wrong": wrong}


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    ap.add_argument("--erp", required=True)
    ap.add_argument("--sim", required=True)
    ap.add_argument("--link", default="shop")
    ap.add_argument("--items", action="store_true")
    ap.add_argument("--orders", action="store_true")
    ap.add_argument("--status", action="append", default=[], help="count only the shop's orders in this status")
    ap.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    args = ap.parse_args()
    db = sqlite3.connect("file:%s?mode=ro" % args.erp.replace("?", "%3f"), uri=True, timeout=30)
    result = {}
    if args.items:
        result.update(compare_items(db, args.sim))
    if args.orders:
        result.update(compare_orders(db, args.sim, args.link, args.status))
    wrong = result.get("items_wrong", []) + result.get("orders_wrong", [])
    if args.json:
        counts = {k: len(v) if k.endswith("_wrong") else v for k, v in result.items()}
        print(json.dumps(counts))
    for line in wrong[:20]:
        print(line, file=sys.stderr)
    if len(wrong) > 20:
        print("... and %d more" % (len(wrong) - 20), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
