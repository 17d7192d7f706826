/* Items are copied whole and freed whole; names and characters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "service/model/item.h"
#include "service/model/item_name.h"

#define TEXT(s) ((char[]){s})

static void a_copy_shares_nothing(void **state) {
    (void)state;
    char *options[] = {TEXT("red"), TEXT("blue")};
    struct item_attribute attributes[] = {{.name = TEXT("Colour"), .options = options, .option_count = 2}};
    struct set_component components[] = {{.sku = TEXT("A"), .quantity = 1000, .stock = {.on_hand = 5}}, {.sku = NULL}};
    const struct item from = {.key = TEXT("1"),
                              .parent_key = TEXT("2"),
                              .sku = TEXT("3"),
                              .kind = ITEM_SET,
                              .published = true,
                              .name = TEXT("4"),
                              .description = TEXT("5"),
                              .short_description = TEXT("6"),
                              .ean = TEXT("7"),
                              .unit = TEXT("8"),
                              .weight_g = 9,
                              .group_key = TEXT("10"),
                              .vat_code = TEXT("11"),
                              .vat_rate = 12,
                              .price = {.has_price = true, .regular = 13, .currency = "PLN"},
                              .stock = {.incoming = 14},
                              .attributes = attributes,
                              .attribute_count = 1,
                              .components = components,
                              .component_count = 2,
                              .read = 31,
                              .version = 15};
    struct item to;
    item_copy(&to, &from);
    const struct {
        const char *a, *b;
    } texts[] = {{to.key, from.key},
                 {to.parent_key, from.parent_key},
                 {to.sku, from.sku},
                 {to.name, from.name},
                 {to.description, from.description},
                 {to.short_description, from.short_description},
                 {to.ean, from.ean},
                 {to.unit, from.unit},
                 {to.group_key, from.group_key},
                 {to.vat_code, from.vat_code},
                 {to.attributes[0].name, "Colour"},
                 {to.attributes[0].options[1], options[1]},
                 {to.components[0].sku, components[0].sku}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_string_equal(texts[i].a, texts[i].b);
        assert_ptr_not_equal(texts[i].a, texts[i].b);
    }
    assert_null(to.components[1].sku);
    assert_int_equal(to.components[0].stock.on_hand, 5);
    assert_true(to.published && to.price.has_price);
    assert_int_equal(to.price.regular + to.stock.incoming + to.weight_g + to.vat_rate + to.version + to.read, 94);
    assert_string_equal(to.price.currency, "PLN");
    item_free_fields(&to);
    assert_null(to.key);
    assert_int_equal(to.attribute_count, 0);
    item_free_fields(&to); /* twice does no harm */
}

static void an_empty_item(void **state) {
    (void)state;
    const struct item from = {.key = NULL};
    struct item to;
    item_copy(&to, &from);
    assert_null(to.name);
    assert_null(to.attributes);
    item_free_fields(&to);
}

static void groups(void **state) {
    (void)state;
    const struct item_group from = {.key = TEXT("1"), .name = TEXT("Kubki"), .published = true, .version = 7};
    struct item_group to;
    item_group_copy(&to, &from);
    assert_string_equal(to.name, "Kubki");
    assert_null(to.parent_key);
    assert_true(to.published && to.version == 7);
    item_group_free_fields(&to);
    assert_null(to.name);
}

static void names(void **state) {
    (void)state;
    static const char *const ASPECTS[ASPECT_COUNT] = {"master", "text", "price", "stock", "images"};
    static const char *const KINDS[] = {"simple", "variant_parent", "variant", "set"};
    unsigned all = 0;
    for (unsigned i = 0; i < ASPECT_COUNT; i++) {
        assert_string_equal(aspect_name((enum aspect)(1u << i)), ASPECTS[i]);
        all |= 1u << i;
    }
    assert_int_equal(all, ASPECT_ALL);
    for (int i = 0; i < 4; i++)
        assert_string_equal(item_kind_name((enum item_kind)i), KINDS[i]);
}

static void characters_of_names(void **state) {
    (void)state;
    static const struct {
        const char *name;
        uint32_t bad; /* 0: none */
        int place;
    } CASES[] = {
        {"", 0, 0},
        {"Zażółć \"gęślą\" <b>jaźń</b> &amp; 'x' \\ %s", 0, 0},
        {"🎁 👩‍👩‍👧 עברית مرحبا 日本 e\u0301 \u00a0", 0, 0},
        {"a\tb", 0x09, 2},
        {"a\nb", 0x0A, 2},
        {"\x7f", 0x7F, 1},
        {"ab\xc2\x85", 0x85, 3},
        {"ż\u2028", 0x2028, 2},
        {"\u202ełok", 0x202E, 1},
        {"x\u2066", 0x2066, 2},
        {"\ufeffname", 0xFEFF, 1},
        {"dam\ufffdged", 0xFFFD, 4},
        {"broken \xc3", 0xFFFD, 8},
        {"non\U0001fffe", 0x1FFFE, 4},
        {"\ufdd0", 0xFDD0, 1},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        uint32_t bad = 0;
        int place = 0;
        bool found = item_name_disallowed(CASES[i].name, &bad, &place);
        if (found != (CASES[i].bad != 0) || bad != CASES[i].bad || place != CASES[i].place)
            fail_msg("case %zu: %d U+%04X at %d", i, found, (unsigned)bad, place);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_shares_nothing),
        cmocka_unit_test(an_empty_item),
        cmocka_unit_test(groups),
        cmocka_unit_test(names),
        cmocka_unit_test(characters_of_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
