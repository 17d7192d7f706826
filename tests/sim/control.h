/* What tests ask of the simulator itself: orders and products out of nowhere. Store locked. */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include "tests/sim/call.h"

void random_seed(unsigned long seed);
/* Believable paid orders over the products there are; returns how many were made. */
long random_orders(long n);
long random_products(long n);

#endif
