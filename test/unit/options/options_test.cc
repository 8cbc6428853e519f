#include "options.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <string>
#include <vector>

#include "mode.h"
#include "option_text.h"
#include "quantity.h"
#include "reason.h"

namespace
{

TEST(Options, EmptyAndMissingTextMeanTheDefaults)
{
    trim_options defaults;
    trim_options_default(&defaults);
    EXPECT_EQ(EchoOf(ParseOptions("").options), EchoOf(defaults));

    trim_options options;
    std::memset(&options, 0x5a, sizeof options);
    BoundedText message;
    ASSERT_EQ(trim_options_parse(&options, nullptr, message.get()), 0);
    EXPECT_EQ(EchoOf(options), EchoOf(defaults));
    EXPECT_EQ(message.str(), "");
}

TEST(Options, ModeIsOneOfItsWords)
{
    EXPECT_EQ(ParseOptions("").options.mode, uint64_t{TRIM_MODE_AUTO});
    EXPECT_EQ(ParseOptions("mode=auto").options.mode, uint64_t{TRIM_MODE_AUTO});
    EXPECT_EQ(ParseOptions("mode:borrow").options.mode, uint64_t{TRIM_MODE_BORROW});
    EXPECT_EQ(ParseOptions("mode=trim").options.mode, uint64_t{TRIM_MODE_TRIM});
    EXPECT_EQ(AllowedOf(OptionNamed("mode")), "auto, borrow or trim");
    for (const char *value : {"Trim", "trims", "borro", "0", "auto,"}) {
        EXPECT_FALSE(ParseOptions(std::string("mode=") + value).accepted) << value;
    }
    EXPECT_FALSE(ParseOptions("mode=info").accepted) << "a word of another option";
    EXPECT_FALSE(ParseOptions("log-level=auto").accepted);
}

TEST(Options, ArenaMaxIsANumberOrLeftToTheAgentOrOff)
{
    const trim_option &option = OptionNamed("arena-max");
    EXPECT_EQ(ParseOptions("").options.arena_max, 0U);
    EXPECT_EQ(ParseOptions("arena-max=off").options.arena_max, 0U);
    EXPECT_EQ(ParseOptions("arena-max=1024").options.arena_max, 1024U);
    const trim_options chosen = ParseOptions("arena-max=auto").options;
    EXPECT_EQ(chosen.arena_max, TRIM_COUNT_AUTO);
    EXPECT_EQ(ValueOf(option, chosen), "auto");
    EXPECT_EQ(AllowedOf(option), "auto, a number from 1 to 1024, or off");
    ExpectMessageHas("arena-max=18446744073709551615", {"arena-max", "auto, a number"});
    ExpectMessageHas("cooldown=auto", {"cooldown", "auto", "a time"});
}

TEST(Options, ReachTheirFields)
{
    const ParsedOptions parsed = ParseOptions(
        "worth=6g,threshold=3m,mode=borrow,urgent=77%,on=reload+full-gc,settle:20ms,max-wait=7s,"
        "burst=33/44s,check=55s,cooldown=8s,trim-threshold=3m,mmap-threshold=4m,arena-max=5,"
        "log=/tmp/%p.log,log-level=debug,metrics=/tmp/"
        "%p.prom,jfr=true,jmx=true,strict=true,dry-run=true");
    ASSERT_TRUE(parsed.accepted) << parsed.message;
    const trim_options &options = parsed.options;
    EXPECT_EQ(options.worth_bytes, 6 * TRIM_GIB);
    EXPECT_EQ(options.threshold_bytes, 3 * TRIM_MIB);
    EXPECT_EQ(options.mode, uint64_t{TRIM_MODE_BORROW});
    EXPECT_EQ(options.urgent_percent, 77U);
    EXPECT_EQ(options.on,
              (UINT64_C(1) << TRIM_REASON_RELOAD) | (UINT64_C(1) << TRIM_REASON_FULL_GC));
    EXPECT_EQ(options.settle_ns, 20 * TRIM_NS_PER_MS);
    EXPECT_EQ(options.max_wait_ns, 7 * TRIM_NS_PER_S);
    EXPECT_EQ(options.burst_classes, 33U);
    EXPECT_EQ(options.burst_window_ns, 44 * TRIM_NS_PER_S);
    EXPECT_EQ(options.check_ns, 55 * TRIM_NS_PER_S);
    EXPECT_EQ(options.cooldown_ns, 8 * TRIM_NS_PER_S);
    EXPECT_EQ(options.trim_threshold_bytes, 3 * TRIM_MIB);
    EXPECT_EQ(options.mmap_threshold_bytes, 4 * TRIM_MIB);
    EXPECT_EQ(options.arena_max, 5U);
    EXPECT_STREQ(options.log_target, "/tmp/%p.log");
    EXPECT_EQ(options.log_level, uint64_t{TRIM_LOG_DEBUG});
    EXPECT_STREQ(options.metrics_target, "/tmp/%p.prom");
    EXPECT_EQ(options.jfr, 1U);
    EXPECT_EQ(options.jmx, 1U);
    EXPECT_EQ(options.dry_run, 1U);
    EXPECT_EQ(options.help, 0U);
}

TEST(Options, TheThresholdMayBeAShareOfTheLimit)
{
    const ParsedOptions share = ParseOptions("threshold=5%");
    ASSERT_TRUE(share.accepted) << share.message;
    EXPECT_EQ(share.options.threshold_bytes, 0U);
    EXPECT_EQ(share.options.threshold_percent, 5U);
    EXPECT_EQ(ValueOf(OptionNamed("threshold"), share.options), "5%");
    const ParsedOptions size = ParseOptions("threshold=5m");
    EXPECT_EQ(size.options.threshold_percent, 0U);
    EXPECT_TRUE(ParseOptions("threshold=1%").accepted);
    EXPECT_TRUE(ParseOptions("threshold=100%").accepted);
    for (const char *value : {"0%", "101%", "5.5%", "%", "5 %", "5%%", "-5%", "5%m"}) {
        ExpectMessageHas("threshold=" + std::string(value), {"threshold", value, "1% to 100%"});
    }
}

TEST(Options, TheThresholdIsLeftToTheAgentUnlessItIsGiven)
{
    const trim_option &option = OptionNamed("threshold");
    for (const char *text : {"", "threshold=auto", "threshold:auto"}) {
        const ParsedOptions parsed = ParseOptions(text);
        ASSERT_TRUE(parsed.accepted) << parsed.message;
        EXPECT_EQ(parsed.options.threshold_bytes, 0U);
        EXPECT_EQ(parsed.options.threshold_percent, 0U);
        EXPECT_EQ(ValueOf(option, parsed.options), "auto");
    }
    const std::string allowed = "auto, a size from 1m to 16t, or a share from 1% to 100%";
    EXPECT_EQ(AllowedOf(option), allowed);
    for (const char *value : {"0", "off", "Auto", "auto%", "autom"}) {
        ExpectMessageHas("threshold=" + std::string(value), {"threshold", value, allowed});
    }
}

TEST(Options, WorthIsASize)
{
    EXPECT_EQ(ParseOptions("").options.worth_bytes, 8 * TRIM_GIB);
    EXPECT_EQ(ParseOptions("worth=512m").options.worth_bytes, 512 * TRIM_MIB);
    EXPECT_EQ(ValueOf(OptionNamed("worth"), ParseOptions("worth=512m").options), "512m");
    /* Everything is divided by it. */
    EXPECT_GT(OptionNamed("worth").min, 0U);
    for (const char *value : {"0", "off", "auto", "5%"}) {
        EXPECT_FALSE(ParseOptions("worth=" + std::string(value)).accepted) << value;
    }
}

TEST(Options, ThoseThatAreGoneAreErrors)
{
    for (const char *name : {"confirm", "max-cooldown"}) {
        ExpectMessageHas(std::string(name) + "=1s", {name, "cooldown"});
    }
}

TEST(Options, UrgentIsAShareOrOff)
{
    EXPECT_EQ(ParseOptions("").options.urgent_percent, 85U);
    EXPECT_EQ(ParseOptions("urgent=90%").options.urgent_percent, 90U);
    EXPECT_EQ(ParseOptions("urgent=off").options.urgent_percent, 0U);
    EXPECT_EQ(ValueOf(OptionNamed("urgent"), ParseOptions("urgent=off").options), "off");
    for (const char *value : {"90", "0%", "101%", "90m", ""}) {
        EXPECT_FALSE(ParseOptions("urgent=" + std::string(value)).accepted) << value;
    }
}

TEST(Options, CheckCanBeSwitchedOff)
{
    const ParsedOptions parsed = ParseOptions("check=off");
    ASSERT_TRUE(parsed.accepted) << parsed.message;
    EXPECT_EQ(parsed.options.check_ns, 0U);
    EXPECT_EQ(ValueOf(OptionNamed("check"), parsed.options), "off");
    EXPECT_FALSE(ParseOptions("cooldown=off").accepted);
}

TEST(Options, LeaveMallocAloneUnlessTheyAreGiven)
{
    for (const char *text : {"", "trim-threshold=off,mmap-threshold=off,arena-max=off"}) {
        const ParsedOptions parsed = ParseOptions(text);
        ASSERT_TRUE(parsed.accepted) << parsed.message;
        EXPECT_EQ(parsed.options.trim_threshold_bytes, 0U);
        EXPECT_EQ(parsed.options.mmap_threshold_bytes, 0U);
        EXPECT_EQ(parsed.options.arena_max, 0U);
    }
    /* mallopt takes an int. */
    for (const char *name : {"trim-threshold", "mmap-threshold", "arena-max"}) {
        EXPECT_LE(OptionNamed(name).max, uint64_t{INT_MAX}) << name;
    }
}

TEST(Options, LogTakesPathsWithSeparatorsOfOptionsInThem)
{
    EXPECT_STREQ(ParseOptions("log=/tmp/a:b=c").options.log_target, "/tmp/a:b=c");
    EXPECT_STREQ(ParseOptions("log:/tmp/a=b:c").options.log_target, "/tmp/a=b:c");
    EXPECT_STREQ(ParseOptions("log=stdout").options.log_target, "stdout");
}

TEST(Options, LogRefusesPathsItCouldNotOpenAsWritten)
{
    const std::string longest = "/" + std::string(TRIM_LOG_TARGET_MAX - 2, 'a');
    EXPECT_STREQ(ParseOptions("log=" + longest).options.log_target, longest.c_str());
    ExpectMessageHas("log=" + longest + "a", {"log", AllowedOf(OptionNamed("log"))});
    for (const char *path : {"/tmp/%q", "/tmp/%", "/tmp/%%%", "%P"}) {
        ExpectMessageHas(std::string("log=") + path, {"log", path, AllowedOf(OptionNamed("log"))});
    }
}

TEST(Options, MetricsTakeAPathThatCollectorsRead)
{
    EXPECT_STREQ(ParseOptions("").options.metrics_target, "");
    EXPECT_STREQ(ParseOptions("metrics=off").options.metrics_target, "");
    EXPECT_STREQ(ParseOptions("metrics=/x/off.prom").options.metrics_target, "/x/off.prom");
    const std::string longest = std::string(TRIM_LOG_TARGET_MAX - 6, 'a') + ".prom";
    EXPECT_STREQ(ParseOptions("metrics=" + longest).options.metrics_target, longest.c_str());
    ExpectMessageHas("metrics=a" + longest, {"metrics", AllowedOf(OptionNamed("metrics"))});
    for (const char *path : {"", "/tmp/app", "/tmp/app.prom.txt", "/tmp/.prom", ".prom", "/tmp/",
                             "stderr", "/tmp/%q.prom", "/tmp/%.prom", "/tmp/a\tb.prom"}) {
        ExpectMessageHas(std::string("metrics=") + path,
                         {"metrics", AllowedOf(OptionNamed("metrics"))});
    }
}

TEST(Options, BurstTakesItsLimitsAndNothingBeyond)
{
    const trim_option &burst = OptionNamed("burst");
    for (const uint64_t count : {burst.min, burst.max}) {
        EXPECT_EQ(ParseOptions("burst=" + std::to_string(count) + "/10s").options.burst_classes,
                  count);
    }
    for (const std::string &value :
         {std::to_string(burst.min - 1) + "/10s", std::to_string(burst.max + 1) + "/10s",
          std::string("200/0"), std::string("200/1000h"), std::string("200/5124096h"),
          std::string("200"), std::string("200/10"), std::string("200:10s"), std::string("/")}) {
        ExpectMessageHas("burst=" + value, {"burst", value, AllowedOf(burst)});
    }
}

TEST(Options, ReasonsAreASet)
{
    EXPECT_EQ(ParseOptions("on=watermark").options.on, UINT64_C(1) << TRIM_REASON_WATERMARK);
    EXPECT_EQ(ParseOptions("on=watermark+full-gc").options.on,
              ParseOptions("on=full-gc+watermark").options.on);
    /* Whoever attaches may always ask: it is nothing to switch on or off. */
    EXPECT_FALSE(ParseOptions("on=demand").accepted);
}

TEST(Options, LaterBoundsNameBothOptions)
{
    ExpectMessageHas("settle=11s,max-wait=9s", {"settle", "max-wait", "11s", "9s"});
    ExpectMessageHas("max-wait=99ms", {"settle", "max-wait", "99ms", "100ms"});
    EXPECT_TRUE(ParseOptions("settle=10s,max-wait=10s").accepted) << "equal is allowed";
}

TEST(Options, ALaterBoundThatWasNotGivenFollowsTheEarlierOne)
{
    const auto parsed = ParseOptions("settle=11s");
    ASSERT_TRUE(parsed.accepted);
    EXPECT_EQ(parsed.options.max_wait_ns, parsed.options.settle_ns);
}

TEST(Options, UnknownOnesAreErrorsThatNameThemAndWhatThereIs)
{
    for (const char *name :
         {"treshold", "THRESHOLD", " threshold", "threshold ", "thresholdd", "thres"}) {
        ExpectMessageHas(std::string(name) + "=64m", {name, "threshold"});
    }
}

TEST(Options, EmptyItemsAreErrors)
{
    for (const char *text :
         {",", ",,", "dry-run,", ",dry-run", "dry-run,,help", "=", ":", "=64m", " "}) {
        (void)RefusalOf(text);
    }
}

TEST(Options, MessagesShowForeignTextHarmlessly)
{
    for (const std::string &text :
         {std::string("\x1b[31mred=1"), std::string("threshold=\x1b[31m"), std::string("a\nb"),
          std::string(100000, 'x'), "threshold=" + std::string(100000, '9')}) {
        const std::string message = RefusalOf(text);
        EXPECT_LT(message.size(), 2000U);
        for (const char byte : message) {
            EXPECT_TRUE(byte >= ' ' && byte <= '~') << static_cast<int>(byte);
        }
    }
}

TEST(OptionsThatAreNotStrict, TellOfWhatIsBadAndGoOn)
{
    const ParsedOptions parsed =
        ParseOptions("threshold=1q,cooldown=7s,strict=false,mode=,tresh=1m");
    EXPECT_TRUE(parsed.accepted);
    EXPECT_EQ(parsed.options.threshold_bytes, 0U) << "the default";
    EXPECT_EQ(parsed.options.cooldown_ns, 7 * TRIM_NS_PER_S);
    EXPECT_EQ(parsed.options.mode, static_cast<uint64_t>(TRIM_MODE_AUTO));
    const std::string message = parsed.message;
    EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 2) << message;
    EXPECT_EQ(message.rfind("option 'threshold': found '1q', allowed: ", 0), 0U) << message;
    EXPECT_NE(message.find("; ignored\noption 'mode': found '', allowed: "), std::string::npos)
        << message;
    EXPECT_NE(message.find("; ignored\noption 'tresh': unknown, allowed: "), std::string::npos)
        << message;
    EXPECT_EQ(message.substr(message.size() - 9), "; ignored") << message;
}

TEST(OptionsThatAreNotStrict, KeepTheFirstOfTwoAndPutPairsRight)
{
    ParsedOptions parsed = ParseOptions("strict=false,cooldown=7s,cooldown=8s");
    EXPECT_TRUE(parsed.accepted);
    EXPECT_EQ(parsed.options.cooldown_ns, 7 * TRIM_NS_PER_S);
    parsed = ParseOptions("strict:false,settle=20s,max-wait=5s");
    EXPECT_TRUE(parsed.accepted);
    EXPECT_EQ(parsed.options.max_wait_ns, 20 * TRIM_NS_PER_S);
    EXPECT_NE(parsed.message.find("at least settle, which is 20s; ignored"), std::string::npos)
        << parsed.message;
}

TEST(OptionsThatAreNotStrict, SayNothingOfWhatIsRight)
{
    const ParsedOptions parsed = ParseOptions("strict=false,cooldown=7s");
    EXPECT_TRUE(parsed.accepted);
    EXPECT_EQ(parsed.message, "");
}

TEST(OptionsThatAreStrict, TellOfTheFirstErrorAlone)
{
    for (const char *text : {"threshold=1q,tresh=1m", "threshold=1q,tresh=1m,strict",
                             "strict=true,threshold=1q,strict=false"}) {
        const ParsedOptions parsed = ParseOptions(text);
        EXPECT_FALSE(parsed.accepted) << text;
        EXPECT_EQ(parsed.message, ParseOptions("threshold=1q").message) << text;
    }
    EXPECT_FALSE(ParseOptions("strict=maybe").accepted);
}

TEST(OptionLog, MayBeOff)
{
    EXPECT_STREQ(ParseOptions("log=off").options.log_target, "off");
}

TEST(OptionLog, RefusesWordsThatLookLikeNoPath)
{
    for (const char *word : {"stdot", "none", "syslog", "STDERR", "agent-log", ""}) {
        ExpectMessageHas(std::string("log=") + word, {word, "such as ./none"});
    }
    for (const char *path : {"./none", "/none", "agent.log", "agent-%p"}) {
        EXPECT_STREQ(ParseOptions(std::string("log=") + path).options.log_target, path);
    }
}

TEST(OptionEcho, OfThoseThatDifferFromTheDefaultsIsShort)
{
    BoundedText text;
    const ParsedOptions defaults = ParseOptions("");
    trim_options_add_changed(text.get(), &defaults.options);
    EXPECT_EQ(text.str(), "default options");
    BoundedText changed;
    const ParsedOptions parsed = ParseOptions("dry-run,threshold=5%,burst=200/10s,on=full-gc");
    trim_options_add_changed(changed.get(), &parsed.options);
    EXPECT_EQ(changed.str(), "threshold=5%,on=full-gc,dry-run=true");
}

} // namespace
