// The guard of the HTTP client as a table of addresses.
#include "core/http/address.h"

#include <gtest/gtest.h>

namespace nightshift::core::http {
namespace {

bool open(const char* text) {
    const auto address = parse_address(text);
    EXPECT_TRUE(address) << text;
    return address && is_public(*address);
}

TEST(Address, the_open_internet_is_public) {
    for (const auto* text :
         {"1.1.1.1",        "8.8.8.8",          "9.255.255.255",   "11.0.0.0",          "100.63.255.255",
          "100.128.0.0",    "126.255.255.255",  "128.0.0.0",       "169.253.255.255",   "169.255.0.0",
          "172.15.255.255", "172.32.0.0",       "192.167.255.255", "192.169.0.0",       "198.17.255.255",
          "198.20.0.0",     "223.255.255.255",  "2606:4700::1111", "2a00:1450::1",      "2001:4860:4860::8888",
          "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "2606::5efe:8.8.8.8"})
        EXPECT_TRUE(open(text)) << text;
}

TEST(Address, loopback_private_link_local_shared_and_reserved_addresses_are_not) {
    for (const auto* text :
         {"0.0.0.0",     "0.1.2.3",         "10.0.0.1",        "10.255.255.255", "100.64.0.0",     "100.127.255.255",
          "127.0.0.1",   "127.255.255.254", "169.254.169.254", "172.16.0.0",     "172.31.255.255", "192.0.0.1",
          "192.0.2.1",   "192.88.99.1",     "192.168.0.1",     "198.18.0.1",     "198.19.255.255", "198.51.100.7",
          "203.0.113.9", "224.0.0.1",       "239.255.255.255", "240.0.0.1",      "255.255.255.255"})
        EXPECT_FALSE(open(text)) << text;
    for (const auto* text : {"::", "::1", "fc00::1", "fd12:3456::1", "fe80::1", "febf::1", "fec0::1", "ff02::1",
                             "100::1", "2001::1", "2001:db8::1", "3fff::1", "5f00::1", "4000::1", "64:ff9b:1::8.8.8.8"})
        EXPECT_FALSE(open(text)) << text;
}

TEST(Address, forms_of_ipv6_that_carry_a_private_ipv4_address_are_not) {
    for (const auto* text :
         {"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::10.0.0.1",
          "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::192.168.1.1", "2002:7f00:1::", "2002:a00:1::1",
          "2002:c0a8:101::", "2606::5efe:10.0.0.1", "2606::200:5efe:127.0.0.1"})
        EXPECT_FALSE(open(text)) << text;
}

TEST(Address, networks_hold_what_their_prefix_says) {
    const auto holds = [](const char* network, const char* address) {
        return contains(*parse_network(network), *parse_address(address));
    };
    EXPECT_TRUE(holds("10.0.0.0/8", "10.200.3.4"));
    EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
    EXPECT_TRUE(holds("10.0.0.0/8", "::ffff:10.1.1.1"));
    EXPECT_TRUE(holds("172.16.0.0/12", "172.31.255.255"));
    EXPECT_FALSE(holds("172.16.0.0/12", "172.32.0.0"));
    EXPECT_TRUE(holds("127.0.0.1", "127.0.0.1"));
    EXPECT_FALSE(holds("127.0.0.1", "127.0.0.2"));
    EXPECT_TRUE(holds("0.0.0.0/0", "8.8.8.8"));
    EXPECT_FALSE(holds("0.0.0.0/0", "2606::1"));
    EXPECT_TRUE(holds("fc00::/7", "fdff::1"));
}

TEST(Address, what_is_no_address_or_network_is_refused) {
    for (const auto* text : {"", "1.2.3", "0x7f.0.0.1", "127.1", "010.0.0.1", "1.2.3.4 ", "::g", "fe80::1%lo", "name"})
        EXPECT_FALSE(parse_address(text)) << text;
    for (const auto* text : {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8x", "10.0.0.1/8", "::1/64", "x/8"})
        EXPECT_FALSE(parse_network(text)) << text;
}

TEST(Address, reads_back_as_it_was_written) {
    for (const auto* text : {"10.0.0.1", "::1", "2606:4700::1111"}) EXPECT_EQ(to_text(*parse_address(text)), text);
}

}  // namespace
}  // namespace nightshift::core::http
