#!/usr/bin/env python3
"""test_answers.py PROGRAM: answers that no recording has, of a new shop and of an older one.

What is expected here follows from WooCommerce's documentation and from what its REST controllers and WordPress' check of parameters do.
Prints one line a check and "N passed, N failed" at the end. Python 3.8 or newer, standard library only.
"""
import os
import shutil
import subprocess
import sys
import tempfile

import test_sim


def pick(thing, path):
    for step in path.split("."):
        thing = thing[int(step)] if isinstance(thing, list) else thing[step]
    return thing


class Shop:
    def __init__(self, sim, check, title):
        self.sim, self.check, self.title = sim, check, title

    def make(self, path, body):
        status, answer = self.sim.json("POST", path, body)
        assert status == 201, (path, answer)
        return answer

    def expect(self, method, path, body, status, where=None, value=None):
        got, answer = self.sim.json(method, path, body)
        seen = None
        try:
            seen = pick(answer, where) if where else None
            right = got == status and (where is None or seen == value)
        except (KeyError, IndexError, TypeError):
            right = False
        self.check("%s: %s %s %s" % (self.title, method, path, "" if body is None else body), right, (got, seen, answer))


def refusals(shop, product, order):
    """What single requests are refused for."""
    item, ordered = "/products/%d" % product["id"], "/orders/%d" % order["id"]
    for method, path, body, name, text in (
            ("GET", "/products?context=foo", None, "context", "context is not one of view and edit."),
            ("GET", "/products?order=up", None, "order", "order is not one of asc and desc."),
            ("GET", "/products?per_page=-1", None, "per_page", "per_page must be between 1 (inclusive) and 100 (inclusive)"),
            ("GET", "/products?featured=", None, "featured", "featured is not of type boolean."),
            ("GET", "/products?per_page=0x10", None, "per_page", "per_page is not of type integer."),
            ("GET", "/customers?email=abc", None, "email", "Invalid email address."),
            ("GET", "/customers?orderby=foo", None, "orderby", "orderby is not one of id, include, name, and registered_date."),
            ("DELETE", item + "?force=foo", None, "force", "force is not of type boolean."),
            ("PUT", item, {"meta_data": "x"}, "meta_data", "meta_data[0] is not of type object."),
            ("PUT", item, {"dimensions": {"length": None}}, "dimensions", "dimensions[length] is not of type string."),
            ("PUT", item, {"upsell_ids": ["a"]}, "upsell_ids", "upsell_ids[0] is not of type integer."),
            ("PUT", ordered, {"line_items": [{"product_id": 1, "quantity": None}]}, "line_items",
             "line_items[0][quantity] is not of type integer."),
            ("PUT", ordered, {"billing": {"phone": 5}}, "billing", "billing[phone] is not of type string."),
            ("PUT", ordered, {"fee_lines": [{"name": "x", "tax_status": "no"}]}, "fee_lines",
             "fee_lines[0][tax_status] is not one of taxable and none."),
            ("POST", "/products/attributes", {"name": "X", "type": "text"}, "type", "type is not select."),
            ("GET", ordered + "/notes?type=foo", None, "type", "type is not one of any, customer, and internal.")):
        shop.expect(method, path, body, 400, "data.params." + name, text)


def lists(shop, product):
    made = shop.make("/products", {"name": "Featured", "featured": True, "regular_price": "5", "sale_price": "4",
                                   "tags": [{"name": "one"}]})
    shop.expect("GET", "/products?featured=true", None, 200, "0.id", made["id"])
    shop.expect("GET", "/products?on_sale=true", None, 200, "0.id", made["id"])
    shop.expect("GET", "/products?tag=9999,%d" % made["tags"][0]["id"], None, 200, "0.id", made["id"])
    shop.expect("GET", "/products?featured=false&exclude=%d" % made["id"], None, 200, "0.id", product["id"])
    shop.expect("GET", "/orders?parent=99999", None, 200)
    shop.check(shop.title + ": orders of no parent", shop.sim.json("GET", "/orders?parent=99999")[1] == [])


def products(shop, product):
    item = "/products/%d" % product["id"]
    shop.expect("PUT", item, {"meta_data": [{"key": "k", "value": {}}]}, 200, "meta_data.0.value", [])
    shop.expect("PUT", item, {"status": "future"}, 200, "status", "publish")
    shop.expect("PUT", item, {"images": [{"name": "x"}]}, 400, "message", "#0 is an invalid image ID.")
    shop.expect("PUT", "/products/categories/15", {"name": " "}, 500, "code", "empty_term_name")
    shop.expect("PUT", "/products/categories/15", {"parent": 9999}, 500, "data", None)
    shop.expect("POST", "/products/tags", {"name": "t", "parent": 1}, 400, "code", "woocommerce_rest_taxonomy_not_hierarchical")


def orders(shop, product, order):
    ordered = "/orders/%d" % order["id"]
    shop.make("/coupons", {"code": "R10", "discount_type": "percent", "amount": "10", "usage_limit": 1})
    shop.expect("PUT", ordered, {"coupon_lines": [{"code": "R10"}]}, 200, "total", "18.00")
    shop.expect("PUT", ordered, {"coupon_lines": [{"code": "r10"}]}, 200, "total", "18.00")
    shop.expect("PUT", ordered, {"coupon_lines": [{"id": 1, "code": "r10"}]}, 400, "code", "woocommerce_rest_coupon_item_id_readonly")
    shop.expect("PUT", ordered, {"coupon_lines": [{"code": ""}]}, 400, "message", "Coupon code is required.")
    shop.expect("PUT", ordered, {"coupon_lines": []}, 200, "total", "20.00")
    shop.expect("POST", "/orders", {"line_items": [{"sku": "nosuch", "product_id": product["id"]}]}, 201, "line_items.0.product_id", 0)
    shop.expect("POST", "/orders", {"line_items": [{"product_id": 0}]}, 400, "code", "woocommerce_rest_required_product_reference")
    shop.expect("POST", "/orders/batch", {"update": [{"id": order["id"], "set_paid": "true"}]}, 200, "update.0.status", "pending")


def versions(shop, product, older):
    """What came into the answers later."""
    parent = shop.make("/products", {"name": "V", "type": "variable",
                                     "attributes": [{"name": "Size", "variation": True, "options": ["S"]}]})
    base = "/products/%d/variations" % parent["id"]
    one = shop.make(base, {"regular_price": "1", "attributes": [{"name": "Size", "option": "S"}]})
    new = {"name", "parent_id", "type", "global_unique_id"}
    shop.check(shop.title + ": fields of a variation", new & set(one) == (set() if older else new), sorted(one))
    shop.check(shop.title + ": slug of an attribute", ("slug" in parent["attributes"][0]) != older, parent["attributes"])
    shop.check(shop.title + ": brands", ("brands" in parent) != older, sorted(parent))
    shop.expect("PUT", "%s/%d" % (base, one["id"]), {"image": {"id": 99999}}, 400, "code", "woocommerce_variation_invalid_image_id")
    shop.expect("GET", "/products/%d/variations/%d" % (product["id"], one["id"]), None, 200 if older else 404)
    shop.expect("GET", "/customers/99999", None, 404, "code", "woocommerce_rest_invalid_id" if older else "wc_user_invalid_id")
    shop.expect("DELETE", "/customers/99999?force=true", None, 400 if older else 404)
    shop.expect("POST", "/orders", {"coupon_lines": [{"code": "none"}]}, 400, "message",
                'Coupon "none" does not exist!' if older else "Coupon &quot;none&quot; cannot be applied because it does not exist.")
    shop.expect("POST", "/products", {"name": "g", "global_unique_id": "590-1"}, 201)
    shop.expect("POST", "/products", {"name": "g", "global_unique_id": "5x90-1"}, 201 if older else 400)
    total = shop.sim.send("GET", "/orders?page=99")[1]["X-WP-Total"]
    shop.check(shop.title + ": total past the end", (total != "0") == older, total)
    shop.expect("POST", "/taxes", {"country": "PL", "rate": "23", "name": "VAT"}, 201)
    shop.sim.json("PUT", "/settings/general/woocommerce_calc_taxes", {"value": "yes"})
    shop.expect("POST", "/orders", {"billing": {"country": "PL"}, "line_items": [{"product_id": product["id"], "total": "9.99"}]}, 201,
                "line_items.0.taxes.0.total", "2.2977" if older else "2.30")
    shop.check(shop.title + ": version", shop.sim.json("GET", "/system_status")[1]["environment"]["version"] ==
               ("7.9.0" if older else "10.0.2"))


def run(program, check, title, older, *options):
    folder = tempfile.mkdtemp()
    sim = test_sim.Sim(program, folder, "--tick", "1", *options)
    try:
        shop = Shop(sim, check, title)
        product = shop.make("/products", {"name": "A", "sku": "A1", "regular_price": "10"})
        order = shop.make("/orders", {"billing": {"email": None}, "line_items": [{"product_id": product["id"], "quantity": 2}]})
        refusals(shop, product, order)
        lists(shop, product)
        products(shop, product)
        orders(shop, product, order)
        versions(shop, product, older)
    finally:
        check(title + ": ends on SIGTERM", sim.stop())
        with open(os.path.join(folder, "sim.log"), encoding="utf-8") as f:
            said = f.read()
        check(title + ": and said nothing", not said, said)
        shutil.rmtree(folder)


def main():
    check = test_sim.Checks()
    run(sys.argv[1], check, "new", False)
    run(sys.argv[1], check, "older", True, "--legacy", "1")
    recording = os.path.join(test_sim.HERE, "..", "conformance", "woo", "wc-10.0.2-hpos.jsonl")
    told = subprocess.run([os.path.join(test_sim.HERE, "recorded_shop.py"), recording], check=True, capture_output=True, text=True).stdout
    check("the kind of shop is read from a recording",
          told.split() == ["--wc-version", "10.0.2", "--wp-version", "6.8.8", "--zone", "Europe/Warsaw", "--legacy", "0"], told)
    print("%d passed, %d failed" % (check.passed, check.failed))
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
