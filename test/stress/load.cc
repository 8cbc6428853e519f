#include "load.h"

namespace stress
{

namespace
{

/* Operations between two looks at the others. */
constexpr uint64_t kBatch = 64;
/* What a short-lived thread does, on average; and how many live side by side. */
constexpr uint64_t kShortLife = 100;
constexpr size_t kSiblings = 3;
constexpr size_t kShortBlocks = 32;

} // namespace

Load::Load(size_t churning_threads)
{
    for (size_t i = 0; i < churning_threads; i++) {
        tables_.push_back(std::make_unique<BlockTable>(i + 1));
    }
    for (const auto &table : tables_) {
        threads_.emplace_back([this, &table] { Churn(*table); });
    }
    threads_.emplace_back([this] { Breed(); });
}

Load::~Load()
{
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        ended_ = true;
        halted_ = true;
    }
    changed_.notify_all();
    for (std::thread &thread : threads_) {
        thread.join();
    }
}

bool Load::MayGoOn()
{
    if (!halted_) {
        return true;
    }
    std::unique_lock<std::mutex> lock(mutex_);
    parked_++;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !paused_ || ended_; });
    parked_--;
    return !ended_;
}

void Load::CountOperations(uint64_t operations)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    operations_ += operations;
    changed_.notify_all();
}

void Load::Churn(BlockTable &table)
{
    while (MayGoOn()) {
        for (uint64_t i = 0; i < kBatch && !halted_; i++) {
            refused_ += table.Operate(wanted_blocks_, exchange_) ? 0 : 1;
        }
        CountOperations(kBatch);
    }
}

void *Load::LiveShortly(void *argument)
{
    auto *load = static_cast<Load *>(argument);
    const uint64_t number = ++load->born_;
    BlockTable table(UINT64_C(1) << 32 | number);
    const uint64_t life = Random(number).Below(2 * kShortLife);
    for (uint64_t i = 0; i < life; i++) {
        load->refused_ += table.Operate(kShortBlocks, load->exchange_) ? 0 : 1;
    }
    return nullptr;
}

void Load::Breed()
{
    while (MayGoOn()) {
        pthread_t siblings[kSiblings];
        size_t born = 0;
        while (born < kSiblings &&
               pthread_create(&siblings[born], nullptr, LiveShortly, this) == 0) {
            born++;
        }
        stillborn_ += kSiblings - born;
        for (size_t i = 0; i < born; i++) {
            (void)pthread_join(siblings[i], nullptr);
        }
    }
}

void Load::AwaitOperations(uint64_t more)
{
    std::unique_lock<std::mutex> lock(mutex_);
    const uint64_t end = operations_ + more;
    changed_.wait(lock, [this, end] { return operations_ >= end; });
}

void Load::Pause()
{
    std::unique_lock<std::mutex> lock(mutex_);
    paused_ = true;
    halted_ = true;
    changed_.wait(lock, [this] { return parked_ == threads_.size(); });
}

void Load::Resume()
{
    std::unique_lock<std::mutex> lock(mutex_);
    paused_ = false;
    halted_ = false;
    changed_.notify_all();
    /* Otherwise a pause that follows at once might count threads that still park. */
    changed_.wait(lock, [this] { return parked_ == 0; });
}

void Load::VerifyAll() const
{
    for (const auto &table : tables_) {
        table->VerifyAll();
    }
}

} // namespace stress
