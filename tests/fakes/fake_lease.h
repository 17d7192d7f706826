/* Leases in memory, for tests of a lease's life: one link; every call can be made to fail. */
#ifndef TESTS_FAKES_FAKE_LEASE_H
#define TESTS_FAKES_FAKE_LEASE_H

#include "service/sync/lease.h"

struct fake_lease {
    struct lease row;
    enum rc fails; /* not RC_OK: every call answers so, and does nothing */
    int calls;
};
struct lease_place fake_lease_place(struct fake_lease *fake);

#endif
