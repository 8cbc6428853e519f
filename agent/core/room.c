#include "trimagent/room.h"

#include <string.h>

#include "trimagent/clock.h"
#include "trimagent/quantity.h"

/* From the urgent share to the limit the threshold is halved so many times, once right away. */
#define HALVINGS 5

/* A check each second finds a Java heap that grows by 100 MB/s in time; one takes microseconds. */
#define URGENT_CHECK_NS TRIM_NS_PER_S
/* So far below the urgent share checks come closer together, to meet it in time. */
#define NEAR_PERMILLE 100
#define NEAR_CHECK_NS (5 * TRIM_NS_PER_S)

void trim_room_init(struct trim_room *room, const struct trim_options *options)
{
    memset(room, 0, sizeof *room);
    room->threshold_bytes = options->threshold_bytes;
    room->threshold_percent = options->threshold_percent;
    room->urgent_percent = options->urgent_percent;
}

void trim_room_take(struct trim_room *room, uint64_t limit_bytes, bool fill_known,
                    uint32_t fill_permille)
{
    room->limit_bytes = limit_bytes;
    room->fill_known = fill_known;
    room->fill_permille = fill_permille;
}

static uint64_t urgent_permille(const struct trim_room *room)
{
    return room->urgent_percent * 10;
}

bool trim_room_urgent(const struct trim_room *room)
{
    return room->urgent_percent != 0 && room->fill_known &&
           room->fill_permille >= urgent_permille(room);
}

/* How often the threshold is halved. */
static unsigned halvings(const struct trim_room *room)
{
    uint64_t from = urgent_permille(room);
    uint64_t left = from < 1000 ? 1000 - from : 1;
    uint64_t above = room->fill_permille - from;
    uint64_t steps = 1 + above * (HALVINGS - 1) / left;
    return steps < HALVINGS ? (unsigned)steps : HALVINGS;
}

uint64_t trim_room_threshold(const struct trim_room *room)
{
    uint64_t bytes = room->threshold_bytes;
    if (room->threshold_percent != 0) {
        /* No limit is so large that the product overflows when it is divided first. */
        bytes = room->limit_bytes == 0 ? TRIM_ROOM_THRESHOLD_UNKNOWN
                                       : room->limit_bytes / 100 * room->threshold_percent;
    }
    if (trim_room_urgent(room)) {
        bytes >>= halvings(room);
    }
    return trim_max(bytes, TRIM_ROOM_THRESHOLD_MIN);
}

uint64_t trim_room_check_ns(const struct trim_room *room)
{
    if (trim_room_urgent(room)) {
        return URGENT_CHECK_NS;
    }
    bool near = room->urgent_percent != 0 && room->fill_known &&
                room->fill_permille + NEAR_PERMILLE >= urgent_permille(room);
    return near ? NEAR_CHECK_NS : TRIM_NEVER;
}
