/* How long the stress lasts. */
#ifndef TRIMAGENT_STRESS_LENGTH_H
#define TRIMAGENT_STRESS_LENGTH_H

#include <cstdlib>

namespace stress
{

/* TRIM_STRESS_ROUNDS from the environment: rounds of each test. A round is about half a second. */
inline int Rounds()
{
    const char *rounds = std::getenv("TRIM_STRESS_ROUNDS");
    return rounds != nullptr && std::atoi(rounds) > 0 ? std::atoi(rounds) : 2;
}

} // namespace stress

#endif
