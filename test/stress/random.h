/* Random numbers that allocate nothing and are the same in every run from the same seed. */
#ifndef TRIMAGENT_STRESS_RANDOM_H
#define TRIMAGENT_STRESS_RANDOM_H

#include <cstddef>
#include <cstdint>

namespace stress
{

/* Sebastiano Vigna's splitmix64. */
class Random
{
public:
    explicit Random(uint64_t seed) : state_(seed) {}

    uint64_t Next()
    {
        uint64_t word = state_ += UINT64_C(0x9e3779b97f4a7c15);
        word = (word ^ (word >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        word = (word ^ (word >> 27)) * UINT64_C(0x94d049bb133111eb);
        return word ^ (word >> 31);
    }
    size_t Below(size_t end)
    {
        return static_cast<size_t>(Next() % end);
    }
    bool OneIn(size_t times)
    {
        return Below(times) == 0;
    }

private:
    uint64_t state_;
};

} // namespace stress

#endif
