#include "fake_libraries.h"

const char *libraries_refusal = nullptr;

extern "C" const char *trim_libraries_refusal()
{
    return libraries_refusal;
}
