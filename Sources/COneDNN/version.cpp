#include "primitives.h"
