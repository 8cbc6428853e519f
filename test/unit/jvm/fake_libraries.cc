#include "fake_libraries.h"

bool libraries_loaded = true;

extern "C" bool trim_libraries_loaded()
{
    return libraries_loaded;
}
