/* The tier that every machine runs: what the compiler makes of the generic vectors (SSE2 on x86-64, NEON on arm64). */
#define TARGET
#define KERNEL kernel_portable
#define TIER_NAME "portable"
#include "kernel_body.h"
