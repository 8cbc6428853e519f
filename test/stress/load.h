/*
 * Threads that allocate and free at full speed: some live long, and others are born and die all the
 * time, which orphans arenas and tears tcaches down.
 */
#ifndef TRIMAGENT_STRESS_LOAD_H
#define TRIMAGENT_STRESS_LOAD_H

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "block_table.h"

namespace stress
{

class Load
{
public:
    explicit Load(size_t churning_threads);
    /* Verifies and frees all blocks. */
    ~Load();
    Load(const Load &) = delete;
    Load &operator=(const Load &) = delete;

    /* How many blocks each thread shall have, of BlockTable::kBlocks. */
    void Want(size_t blocks)
    {
        wanted_blocks_ = blocks;
    }
    /* Returns when so many more operations have been done. */
    void AwaitOperations(uint64_t more);
    /* Returns when no thread of the load runs any more. */
    void Pause();
    void Resume();
    /* All blocks of all threads, while paused. */
    void VerifyAll() const;

    uint64_t Born() const
    {
        return born_;
    }
    /* Threads that could not be started, and blocks that could not be had. */
    uint64_t Stillborn() const
    {
        return stillborn_;
    }
    uint64_t Refused() const
    {
        return refused_;
    }

private:
    void Churn(BlockTable &table);
    void Breed();
    static void *LiveShortly(void *load);
    /* Parks the calling thread while the load is paused; false: it shall end. */
    bool MayGoOn();
    void CountOperations(uint64_t operations);

    Exchange exchange_;
    std::vector<std::unique_ptr<BlockTable>> tables_;
    std::vector<std::thread> threads_;
    std::atomic<size_t> wanted_blocks_{BlockTable::kBlocks};
    std::atomic<uint64_t> born_{0};
    std::atomic<uint64_t> stillborn_{0};
    std::atomic<uint64_t> refused_{0};
    std::atomic<bool> halted_{
        false}; /* Paused or to end: the threads ask the rest under the lock. */

    std::mutex mutex_;
    std::condition_variable changed_;
    uint64_t operations_ = 0;
    size_t parked_ = 0;
    bool paused_ = false;
    bool ended_ = false;
};

} // namespace stress

#endif
