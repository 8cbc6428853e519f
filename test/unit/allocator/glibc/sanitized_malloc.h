/*
 * Whether a sanitizer has replaced glibc's malloc in this build. Tests of the real allocator have
 * nothing to look at there.
 */
#ifndef TRIMAGENT_TEST_SANITIZED_MALLOC_H
#define TRIMAGENT_TEST_SANITIZED_MALLOC_H

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TRIM_TEST_SANITIZED_MALLOC 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define TRIM_TEST_SANITIZED_MALLOC 1
#endif
#endif

#ifdef TRIM_TEST_SANITIZED_MALLOC
constexpr bool kSanitizedMalloc = true;
#else
constexpr bool kSanitizedMalloc = false;
#endif

/* Not a function: GTEST_SKIP returns from the test it stands in. */
#define SKIP_WITHOUT_GLIBC_MALLOC()                                                                \
    do {                                                                                           \
        if (kSanitizedMalloc) {                                                                    \
            GTEST_SKIP() << "a sanitizer has replaced glibc's malloc";                             \
        }                                                                                          \
    } while (false)

#endif
