#include "policy_config.h"

struct trim_policy_config trim_policy_config_of(const struct trim_options *options)
{
    return (struct trim_policy_config){
        .price = {.worth_bytes = options->worth_bytes,
                  .threshold_bytes = options->threshold_bytes,
                  .threshold_percent = options->threshold_percent,
                  .urgent_percent = options->urgent_percent},
        .triggers = {.on = options->on,
                     .burst = {.classes = options->burst_classes,
                               .window_ns = options->burst_window_ns,
                               .settle_ns = options->settle_ns,
                               .max_wait_ns = options->max_wait_ns}},
        .settle_ns = options->settle_ns,
        .max_wait_ns = options->max_wait_ns,
        .check_ns = options->check_ns,
        .cooldown_ns = options->cooldown_ns,
        .dry_run = options->dry_run != 0,
    };
}
