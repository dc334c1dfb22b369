// Reading zip archives: libzip.
#include <zip.h>
