#ifndef TEAMCHECK_VERIFY_H
#define TEAMCHECK_VERIFY_H

#include "program.h"

/* The bits of its word that a field takes. */
static inline uint64_t tc_field_mask(const tc_field *field)
{
    return ((1ull << field->width) - 1) << field->shift;
}

#endif
