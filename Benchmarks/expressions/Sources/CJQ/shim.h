#ifndef CJQ_SHIM_H
#define CJQ_SHIM_H

// jq.h uses the types of jv.h and needs <stdint.h> before it.
#include <stdint.h>

#include <jv.h>
#include <jq.h>

#endif
