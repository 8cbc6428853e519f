/* What finders of other allocators ask for, by fakes. */
#ifndef TRIMAGENT_TEST_COUNTED_FAKES_H
#define TRIMAGENT_TEST_COUNTED_FAKES_H

#include <map>
#include <string>

/* The functions that the object of malloc has, for the finder below. */
inline std::map<std::string, void *> &fake_functions()
{
    static std::map<std::string, void *> functions;
    return functions;
}

inline void *find_fake(const char *name)
{
    const auto found = fake_functions().find(name);
    return found == fake_functions().end() ? nullptr : found->second;
}

template <typename Function>
void add_fake(const char *name, Function *function)
{
    fake_functions()[name] = reinterpret_cast<void *>(function);
}

#endif
