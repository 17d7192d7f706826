#include "service/erp/demo/demo_plan.h"

#include "common/base/rng.h"
#include "common/base/str.h"

/* Questions for demo_random. */
enum question {
    Q_LANGUAGE = 1,
    Q_NOUN,
    Q_ADJECTIVE,
    Q_MATERIAL,
    Q_TRIM,
    Q_ODD,
    Q_SENTENCE,
    Q_SENTENCE2,
    Q_PRICE,
    Q_ENDING
};

#define ODD_ONE_IN 40
#define SMALL      10 /* fewer items are all simple */

void demo_plan_init(struct demo_plan *plan, const struct demo_company_args *args) {
    plan->seed = args->seed;
    plan->items = args->items;
    plan->awkward = args->awkward;
    plan->simple = args->items;
    plan->sets = 0;
    plan->blocks = 0;
    if (args->items < SMALL)
        return;
    plan->simple = args->items * 6 / 10;
    plan->sets = args->items * 2 / 100;
    int64_t left = args->items - plan->simple - plan->sets;
    plan->blocks = left > DEMO_BLOCK ? left / DEMO_BLOCK : 1;
}

uint64_t demo_random(const struct demo_plan *plan, int64_t id, unsigned what, uint64_t n) {
    struct rng r;
    rng_seed(&r, plan->seed * UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)id * 64 + what);
    return rng_below(&r, n);
}

static enum awkward awkwardness(const struct demo_plan *plan, int64_t id) {
    int64_t n = id - (plan->simple - plan->awkward); /* from 1 for the first awkward one */
    if (id > plan->simple || n < 1)
        return AWKWARD_NO;
    return (enum awkward)(AWKWARD_SKU_EMPTY + (n - 1) % 4);
}

void demo_item_of(const struct demo_plan *plan, int64_t id, struct demo_item *out) {
    int64_t first_block = plan->simple + plan->sets + 1;
    *out = (struct demo_item){.id = id, .kind = ITEM_SIMPLE, .awkward = awkwardness(plan, id)};
    int64_t speaker = id;
    if (id >= first_block) {
        int64_t block = (id - first_block) / DEMO_BLOCK;
        if (block >= plan->blocks)
            block = plan->blocks - 1;
        speaker = first_block + block * DEMO_BLOCK;
        out->kind = id == speaker ? ITEM_VARIANT_PARENT : ITEM_VARIANT;
        out->parent = id == speaker ? 0 : speaker;
        out->variant = (int)(id - speaker - 1);
    } else if (id > plan->simple) {
        out->kind = ITEM_SET;
    }
    /* Half the goods have Polish names; variants speak as their parent. */
    uint64_t language = demo_random(plan, speaker, Q_LANGUAGE, 6);
    out->language = language > 2 ? (int)language - 2 : 0;
}

static const struct demo_noun *noun_of(const struct demo_plan *plan, const struct demo_item *item) {
    int64_t id = item->parent ? item->parent : item->id;
    return &DEMO_LANGUAGE[item->language].nouns[demo_random(plan, id, Q_NOUN, DEMO_NOUNS)];
}

void demo_name(const struct demo_plan *plan, const struct demo_item *item, struct buf *out) {
    const struct demo_language *l = &DEMO_LANGUAGE[item->language];
    const struct demo_noun *noun = noun_of(plan, item);
    int64_t id = item->parent ? item->parent : item->id;
    const char *trim = l->trims[demo_random(plan, id, Q_TRIM, DEMO_TRIMS)];
    if (item->kind == ITEM_SET)
        buf_adds(out, item->language == 0 ? "Zestaw: " : "Set: ");
    buf_addf(out, "%s %s %s", noun->text,
             l->adjectives[demo_random(plan, id, Q_ADJECTIVE, DEMO_ADJECTIVES)][noun->gender],
             l->materials[demo_random(plan, id, Q_MATERIAL, DEMO_MATERIALS)]);
    if (*trim)
        buf_addf(out, " %s", trim);
    uint64_t odd = demo_random(plan, id, Q_ODD, ODD_ONE_IN * DEMO_ODDITY_COUNT);
    if (odd < DEMO_ODDITY_COUNT)
        buf_adds(out, DEMO_ODDITIES[odd]);
    if (item->kind == ITEM_VARIANT)
        buf_addf(out, ", %s, %s", l->colours[item->variant % 2], DEMO_SIZE_NAMES[item->variant / 2]);
}

void demo_sku(const struct demo_plan *plan, const struct demo_item *item, struct buf *out) {
    int64_t id = item->parent ? item->parent : item->id;
    const char *code = noun_of(plan, item)->code;
    static const char *const STARTS[] = {"", "Ż", "ø"};
    static const char *const DASHES[] = {"-", "/", " ", ".", "+", "&"};
    bool odd = id % 50 == 49;
    buf_addf(out, "%s%s%s%06lld", odd ? STARTS[id / 50 % 3] : "", code, odd ? DASHES[id / 50 % 6] : "-", (long long)id);
    if (item->kind == ITEM_VARIANT)
        buf_addf(out, "-%d", item->variant + 1);
}

void demo_description(const struct demo_plan *plan, const struct demo_item *item, struct buf *out) {
    const struct demo_language *l = &DEMO_LANGUAGE[item->language];
    uint64_t first = demo_random(plan, item->id, Q_SENTENCE, DEMO_SENTENCES);
    uint64_t second = (first + 1 + demo_random(plan, item->id, Q_SENTENCE2, DEMO_SENTENCES - 1)) % DEMO_SENTENCES;
    buf_addf(out, "%s\n%s", l->sentences[first], l->sentences[second]);
}

void demo_ean(int64_t id, char out[14]) {
    int sum = 0;
    (void)str_fmt(out, 14, "590%09lld0", (long long)id);
    for (int i = 0; i < 12; i++)
        sum += (out[i] - '0') * (i % 2 ? 3 : 1);
    out[12] = (char)('0' + (10 - sum % 10) % 10);
}

int64_t demo_price(const struct demo_plan *plan, const struct demo_item *item) {
    static const int64_t ENDINGS[] = {99, 0, 50, 95, 49};
    int64_t id = item->parent ? item->parent : item->id;
    int64_t zloty = 5 + (int64_t)demo_random(plan, id, Q_PRICE, 1995);
    return zloty * 100 + ENDINGS[demo_random(plan, id, Q_ENDING, 5)];
}
