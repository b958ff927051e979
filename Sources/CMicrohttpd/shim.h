#ifndef NODELAB_CMICROHTTPD_SHIM_H
#define NODELAB_CMICROHTTPD_SHIM_H

#include <microhttpd.h>

#endif
