// Lists with commas, and clocks on walls.
#include "core/text/list.h"

#include <gmock/gmock.h>

#include "core/time/time.h"
#include "core/time/wall_clock.h"

namespace nightshift::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(List, has_its_parts_in_order_and_no_empty_ones) {
    EXPECT_THAT(text::parts("a,bc,,d,"), ElementsAre("a", "bc", "d"));
    EXPECT_THAT(text::parts("alone"), ElementsAre("alone"));
    EXPECT_THAT(text::parts(""), IsEmpty());
    EXPECT_THAT(text::parts(",,"), IsEmpty());
}

TEST(WallClock, shows_the_minute_there_or_in_utc_where_nobody_knows_the_zone) {
    const auto moment = time::parse_rfc3339("2026-07-01T22:30:59Z").value();
    EXPECT_EQ(time::wall_clock(moment, "Europe/Paris"), "2026-07-02 00:30");
    EXPECT_EQ(time::wall_clock(moment, "Mars/Olympus"), "2026-07-01 22:30");
    EXPECT_EQ(time::zone_or_utc("").name(), "UTC");
    EXPECT_EQ(time::zone_or_utc("Asia/Tokyo").name(), "Asia/Tokyo");
}

}  // namespace
}  // namespace nightshift::core
