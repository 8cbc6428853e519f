/* Threads that fill arenas of their own, and keep them filled until they are told to free. */
#ifndef TRIMAGENT_TEST_ARENA_THREADS_H
#define TRIMAGENT_TEST_ARENA_THREADS_H

#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

class ArenaThreads {
  public:
    /* Returns when every thread has bytes_each in blocks of 8 to 64 KiB. */
    ArenaThreads(int threads, size_t bytes_each) {
        for (int i = 0; i < threads; ++i) {
            threads_.emplace_back([this, i, bytes_each] { Run(static_cast<uint32_t>(i), bytes_each); });
        }
        std::unique_lock<std::mutex> lock(mutex_);
        changed_.wait(lock, [this] { return filled_ == threads_.size(); });
    }

    ~ArenaThreads() {
        FreeAllBut(0);
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            end_ = true;
        }
        changed_.notify_all();
        for (std::thread &thread : threads_) {
            thread.join();
        }
    }

    ArenaThreads(const ArenaThreads &) = delete;
    ArenaThreads &operator=(const ArenaThreads &) = delete;

    /* Has every thread free its blocks but one in this many; 0: all. Returns when they have. */
    void FreeAllBut(size_t one_in) {
        std::unique_lock<std::mutex> lock(mutex_);
        survivors_one_in_ = one_in;
        freed_ = 0;
        ++round_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return freed_ == threads_.size(); });
    }

  private:
    void Run(uint32_t seed, size_t bytes) {
        std::mt19937 random(seed);
        std::vector<void *> blocks;
        for (size_t held = 0; held < bytes;) {
            const size_t size = 8192 + random() % (57 * 1024);
            blocks.push_back(malloc(size));
            memset(blocks.back(), 1, size);
            held += size;
        }
        std::unique_lock<std::mutex> lock(mutex_);
        ++filled_;
        changed_.notify_all();
        for (uint64_t seen = 0;;) {
            changed_.wait(lock, [&] { return round_ != seen || end_; });
            if (round_ == seen) {
                return;
            }
            seen = round_;
            Free(blocks);
            ++freed_;
            changed_.notify_all();
        }
    }

    void Free(std::vector<void *> &blocks) const {
        for (size_t i = 0; i < blocks.size(); ++i) {
            if (survivors_one_in_ == 0 || i % survivors_one_in_ != 0) {
                free(blocks[i]);
                blocks[i] = nullptr;
            }
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::thread> threads_;
    size_t filled_ = 0;
    size_t freed_ = 0;
    uint64_t round_ = 0;
    size_t survivors_one_in_ = 0;
    bool end_ = false;
};

#endif
