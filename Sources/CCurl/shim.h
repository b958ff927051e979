#ifndef NODELAB_CCURL_SHIM_H
#define NODELAB_CCURL_SHIM_H

#include <curl/curl.h>

#endif
