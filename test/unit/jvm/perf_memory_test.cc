extern "C" {
#include "perf_memory.h"
}

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "guarded_text.h"

namespace
{

/* Where the fields of HotSpot's PerfDataPrologue and PerfDataEntry stand. */
constexpr size_t kMagicAt = 0;
constexpr size_t kMajorAt = 5;
constexpr size_t kEntryOffsetAt = 24;
constexpr size_t kEntriesAt = 28;
constexpr size_t kPrologueBytes = 32;
constexpr size_t kLengthAt = 0;
constexpr size_t kNameAt = 4;
constexpr size_t kVectorAt = 8;
constexpr size_t kTypeAt = 12;
constexpr size_t kDataAt = 16;
constexpr size_t kEntryBytes = 20;

/* Perf memory as the VM builds it up. */
class PerfMemory
{
public:
    PerfMemory() : bytes_(kPrologueBytes, '\0')
    {
        Put<uint32_t>(kMagicAt, 0xc0c0feca);
        Put<uint8_t>(kMajorAt, 2);
        Put<uint32_t>(kEntryOffsetAt, kPrologueBytes);
    }

    /* Appends a long and returns where its entry begins. */
    size_t AddLong(const std::string &name, int64_t value)
    {
        return Add(name, 'J', 0, std::string(reinterpret_cast<const char *>(&value), sizeof value));
    }

    size_t AddText(const std::string &name, const std::string &text)
    {
        return Add(name, 'B', static_cast<uint32_t>(text.size()), text);
    }

    template <typename T>
    void Put(size_t at, T value)
    {
        std::memcpy(&bytes_[at], &value, sizeof value);
    }

    const std::string &bytes() const
    {
        return bytes_;
    }

private:
    size_t Add(const std::string &name, char type, uint32_t vector, const std::string &data)
    {
        const size_t at = bytes_.size();
        const size_t data_at = (kEntryBytes + name.size() + 1 + 7) / 8 * 8;
        std::string entry(data_at, '\0');
        entry.replace(kEntryBytes, name.size(), name);
        entry += data;
        entry.resize((entry.size() + 7) / 8 * 8);
        bytes_ += entry;
        Put<uint32_t>(at + kLengthAt, static_cast<uint32_t>(entry.size()));
        Put<uint32_t>(at + kNameAt, kEntryBytes);
        Put<uint32_t>(at + kVectorAt, vector);
        Put<char>(at + kTypeAt, type);
        Put<uint32_t>(at + kDataAt, static_cast<uint32_t>(data_at));
        Put<uint32_t>(kEntriesAt, ++entries_);
        return at;
    }

    std::string bytes_;
    uint32_t entries_ = 0;
};

/* Reads in memory that ends right before an unreadable page, so that nothing is read beyond it. */
class Look
{
public:
    explicit Look(const PerfMemory &memory) : guarded_(memory.bytes()) {}
    explicit Look(const std::string &bytes) : guarded_(bytes) {}

    const volatile int64_t *Long(const char *name) const
    {
        return trim_perf_find_long(guarded_.data(), guarded_.size(), name);
    }
    const char *Text(const char *name) const
    {
        return trim_perf_find_text(guarded_.data(), guarded_.size(), name);
    }

private:
    GuardedText guarded_;
};

/* What was found must be readable: beyond the memory's end these fault. */
void Touch(const volatile int64_t *number)
{
    if (number != nullptr) {
        (void)*number;
    }
}

size_t LengthOf(const char *text)
{
    return text == nullptr ? 0 : std::strlen(text);
}

constexpr char kYoung[] = "sun.gc.collector.0.invocations";
constexpr char kFull[] = "sun.gc.collector.1.invocations";
constexpr char kPolicy[] = "sun.gc.policy.name";

PerfMemory Sample()
{
    PerfMemory memory;
    memory.AddText("java.property.java.version", std::string("17.0.15\0", 8));
    memory.AddLong(kYoung, 42);
    memory.AddText(kPolicy, std::string("Copy:MSC\0\0\0\0", 12));
    memory.AddLong(kFull, -7);
    return memory;
}

TEST(PerfMemoryLook, FindsLongsAndTexts)
{
    const Look look(Sample());
    ASSERT_NE(look.Long(kYoung), nullptr);
    EXPECT_EQ(*look.Long(kYoung), 42);
    ASSERT_NE(look.Long(kFull), nullptr);
    EXPECT_EQ(*look.Long(kFull), -7);
    EXPECT_STREQ(look.Text(kPolicy), "Copy:MSC");
    EXPECT_STREQ(look.Text("java.property.java.version"), "17.0.15");
}

TEST(PerfMemoryLook, ShowsTheCounterItselfNotACopy)
{
    std::string bytes = Sample().bytes();
    const volatile int64_t *counter = trim_perf_find_long(bytes.data(), bytes.size(), kYoung);
    ASSERT_NE(counter, nullptr);
    const int64_t more = 43;
    std::memcpy(&bytes[static_cast<size_t>(reinterpret_cast<const volatile char *>(counter) -
                                           bytes.data())],
                &more, sizeof more);
    EXPECT_EQ(*counter, 43);
}

TEST(PerfMemoryLook, FindsWholeNamesOfTheRightTypeOnly)
{
    const Look look(Sample());
    for (const char *name : {"", "sun.gc.collector.0.invocation", "sun.gc.collector.0.invocationsx",
                             "sun.gc.collector.2.invocations", "SUN.GC.COLLECTOR.0.INVOCATIONS"}) {
        EXPECT_EQ(look.Long(name), nullptr) << name;
    }
    EXPECT_EQ(look.Long(kPolicy), nullptr);
    EXPECT_EQ(look.Text(kYoung), nullptr);
}

TEST(PerfMemoryLook, FindsNothingInWhatIsNoPerfMemory)
{
    EXPECT_EQ(trim_perf_find_long(nullptr, 0, kYoung), nullptr);
    EXPECT_EQ(trim_perf_find_text(nullptr, 0, kPolicy), nullptr);
    EXPECT_EQ(Look(std::string()).Long(kYoung), nullptr);
    EXPECT_EQ(Look(std::string(4096, '\0')).Long(kYoung), nullptr);
    EXPECT_EQ(Look(std::string(4096, '\xff')).Long(kYoung), nullptr);

    PerfMemory other_magic = Sample();
    other_magic.Put<uint32_t>(kMagicAt, 0x12345678);
    EXPECT_EQ(Look(other_magic).Long(kYoung), nullptr);
    PerfMemory other_version = Sample();
    other_version.Put<uint8_t>(kMajorAt, 3);
    EXPECT_EQ(Look(other_version).Long(kYoung), nullptr);
}

TEST(PerfMemoryLook, StopsWhereTheMemoryEnds)
{
    const std::string whole = Sample().bytes();
    for (size_t length = 0; length < whole.size(); ++length) {
        const Look look(whole.substr(0, length));
        const volatile int64_t *young = look.Long(kYoung);
        EXPECT_TRUE(young == nullptr || *young == 42) << length;
        EXPECT_EQ(look.Long(kFull), nullptr) << length;
    }
}

TEST(PerfMemoryLook, TakesNoOffsetOrLengthOnTrust)
{
    struct Hostile {
        size_t field;
        const char *what;
    } const fields[] = {{kLengthAt, "length"},
                        {kNameAt, "name offset"},
                        {kVectorAt, "vector length"},
                        {kDataAt, "data offset"}};
    const uint32_t values[] = {0,          1,          kEntryBytes - 1, kEntryBytes,
                               64,         1000,       0x7fffffff,      0x80000000,
                               0xfffffff8, 0xffffffff, 0xffffffef};
    for (const Hostile &hostile : fields) {
        for (const uint32_t value : values) {
            PerfMemory memory;
            const size_t text_at = memory.AddText(kPolicy, std::string("Copy\0", 5));
            const size_t long_at = memory.AddLong(kYoung, 42);
            memory.Put<uint32_t>(text_at + hostile.field, value);
            memory.Put<uint32_t>(long_at + hostile.field, value);
            const Look look(memory);
            const char *text = look.Text(kPolicy);
            const volatile int64_t *number = look.Long(kYoung);
            EXPECT_LE(LengthOf(text), memory.bytes().size()) << hostile.what << value;
            Touch(number);
        }
    }
}

TEST(PerfMemoryLook, TakesNoCountOrStartOfEntriesOnTrust)
{
    for (const uint32_t value : {0U, 1U, 31U, 33U, 0x7fffffffU, 0xffffffffU}) {
        PerfMemory memory = Sample();
        memory.Put<uint32_t>(kEntryOffsetAt, value);
        EXPECT_EQ(Look(memory).Long("absent"), nullptr) << value;
        PerfMemory many = Sample();
        many.Put<uint32_t>(kEntriesAt, value);
        EXPECT_EQ(Look(many).Long("absent"), nullptr) << value;
    }
}

TEST(PerfMemoryLook, RefusesATextWithoutAnEnd)
{
    PerfMemory memory;
    memory.AddText(kPolicy, "CopyCopy");
    EXPECT_EQ(Look(memory).Text(kPolicy), nullptr);
}

TEST(PerfMemoryLook, RefusesALongThatIsAnArrayOrLiesAskew)
{
    PerfMemory array = Sample();
    const size_t at = array.AddLong("array", 5);
    array.Put<uint32_t>(at + kVectorAt, 2);
    EXPECT_EQ(Look(array).Long("array"), nullptr);

    PerfMemory askew;
    const size_t askew_at = askew.AddLong(kYoung, 42);
    uint32_t data_at = 0;
    std::memcpy(&data_at, &askew.bytes()[askew_at + kDataAt], sizeof data_at);
    askew.Put<uint32_t>(askew_at + kDataAt, data_at - 4);
    EXPECT_EQ(Look(askew).Long(kYoung), nullptr);
}

TEST(PerfMemoryLook, SurvivesRandomBytes)
{
    std::mt19937 random(3);
    for (int round = 0; round < 3000; ++round) {
        std::string bytes = Sample().bytes();
        for (int change = 0; change < 4; ++change) {
            bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        const Look look(bytes);
        const char *text = look.Text(kPolicy);
        EXPECT_LE(LengthOf(text), bytes.size());
        Touch(look.Long(kFull));
    }
}

} // namespace
