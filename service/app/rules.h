/* From settings to the plain rules the engine reads. */
#ifndef SERVICE_APP_RULES_H
#define SERVICE_APP_RULES_H

#include "common/conf/conf.h"
#include "service/sync/link_rules.h"

/* A link's rules and the arrays they point to. Borrows texts from the settings: valid until these change. */
struct rules {
    struct link_rules link;
    struct tax_class_rule *tax_classes;
    struct name_rule *name_rules;
    const char **ended, **others;
    char *view_id;
};
/* ended_statuses: the channel kind's. */
void rules_fill(struct rules *rules, const struct conf_section *link, const char *const *ended_statuses);
void rules_free(struct rules *rules);

#endif
