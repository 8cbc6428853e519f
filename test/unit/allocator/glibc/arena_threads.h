/* Threads that fill arenas of their own, and keep them filled until they are told to free. */
#ifndef TRIMAGENT_TEST_ARENA_THREADS_H
#define TRIMAGENT_TEST_ARENA_THREADS_H

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <random>
#include <thread>
#include <utility>
#include <vector>

/* The blocks of one thread. */
class ArenaBlocks
{
public:
    explicit ArenaBlocks(uint32_t seed) : random_(seed)
    {
        blocks_.reserve(4096); /* What it grew by would lie between the blocks. */
    }

    /* Allocates and touches as many bytes in blocks of 8 to 64 KiB. */
    void Fill(size_t bytes)
    {
        for (size_t held = 0; held < bytes;) {
            const size_t size = 8192 + random_() % (57 * 1024);
            auto *block = static_cast<unsigned char *>(malloc(size));
            memset(block, MarkOf(size), size);
            memcpy(block, &size, sizeof size);
            blocks_.push_back(block);
            held += size;
        }
    }

    /* Frees all but one in this many; 0: all. */
    void FreeAllBut(size_t one_in)
    {
        for (size_t i = 0; i < blocks_.size(); ++i) {
            if (one_in == 0 || i % one_in != 0) {
                free(blocks_[i]);
                blocks_[i] = nullptr;
            }
        }
    }

    /* Whether all blocks that were not freed hold what was written to them. */
    bool Intact() const
    {
        for (const unsigned char *block : blocks_) {
            size_t size = 0;
            if (block != nullptr) {
                memcpy(&size, block, sizeof size);
            }
            for (size_t i = sizeof size; i < size; ++i) {
                if (block[i] != MarkOf(size)) {
                    return false;
                }
            }
        }
        return true;
    }

private:
    static unsigned char MarkOf(size_t size)
    {
        return static_cast<unsigned char>(1 + size % 255);
    }

    std::mt19937 random_;
    std::vector<unsigned char *> blocks_; /* Each begins with its size. */
};

class ArenaThreads
{
public:
    /* Returns when every thread holds bytes_each. */
    ArenaThreads(size_t threads, size_t bytes_each) : task_(Filling(bytes_each)), round_(1)
    {
        for (size_t i = 0; i < threads; ++i) {
            threads_.emplace_back([this, i] { Run(static_cast<uint32_t>(i)); });
        }
        std::unique_lock<std::mutex> lock(mutex_);
        AwaitAll(lock, threads);
    }

    ~ArenaThreads()
    {
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

    /* Each returns when every thread has done so. */
    void FillAgain(size_t bytes_each)
    {
        AskAll(Filling(bytes_each));
    }
    bool Intact()
    {
        std::atomic<bool> intact{true};
        AskAll([&intact](const ArenaBlocks &blocks) {
            if (!blocks.Intact()) {
                intact = false;
            }
        });
        return intact;
    }
    void FreeAllBut(size_t one_in)
    {
        AskAll([one_in](ArenaBlocks &blocks) { blocks.FreeAllBut(one_in); });
    }

private:
    using Task = std::function<void(ArenaBlocks &)>;

    static Task Filling(size_t bytes)
    {
        return [bytes](ArenaBlocks &blocks) {
            blocks.Fill(bytes);
        };
    }

    void AskAll(Task task)
    {
        std::unique_lock<std::mutex> lock(mutex_);
        task_ = std::move(task);
        done_ = 0;
        ++round_;
        changed_.notify_all();
        AwaitAll(lock, threads_.size());
    }

    void AwaitAll(std::unique_lock<std::mutex> &lock, size_t threads)
    {
        changed_.wait(lock, [&] { return done_ == threads; });
    }

    void Run(uint32_t seed)
    {
        ArenaBlocks blocks(seed);
        std::unique_lock<std::mutex> lock(mutex_);
        for (uint64_t seen = 0;;) {
            changed_.wait(lock, [&] { return round_ != seen || end_; });
            if (round_ == seen) {
                return;
            }
            seen = round_;
            lock.unlock();
            task_(blocks);
            lock.lock();
            ++done_;
            changed_.notify_all();
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::thread> threads_;
    Task task_; /* Changed only while no thread works on one. */
    uint64_t round_;
    size_t done_ = 0;
    bool end_ = false;
};

#endif
