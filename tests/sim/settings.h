/* The shop's settings, from data/shop.json. */
#ifndef SIM_SETTINGS_H
#define SIM_SETTINGS_H

#include "tests/sim/json.h"

void settings_init(void);
/* The shop sells in this currency from now on; false if there is no such code. */
bool settings_currency(const char *code);
/* Prices are entered "gross" (with tax) or "net" from now on; false for another word. */
bool settings_prices(const char *word);
/* Value of a setting without its "woocommerce_", e.g. "currency"; "" if unknown. */
const char *setting(const char *name);
bool setting_yes(const char *name);
/* The choices of a setting: an object. */
const cJSON *setting_options(const char *name);
/* The whole of data/shop.json. */
const cJSON *shop_data(void);
/* Symbol of a currency as UTF-8 text; xfree. */
char *currency_symbol(const char *code);
/* Currency codes, sorted, ended by NULL. */
const char *const *currency_codes(void);

#endif
