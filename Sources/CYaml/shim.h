#ifndef NODELAB_CYAML_SHIM_H
#define NODELAB_CYAML_SHIM_H

#include <yaml.h>

#endif
