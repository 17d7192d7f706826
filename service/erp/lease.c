#include "service/erp/erp.h"

const char *erp_lease_meaning(const struct erp_caps *caps) {
    return caps->leases
               ? NULL
               : "The company database keeps no leases, so they lie with this machine's own records: programs "
                 "of this machine never run on a link at the same time, but another machine does not see them, "
                 "and the company database cannot refuse the writes of a run that slept through its turn. Let "
                 "one machine only synchronise this company.";
}
