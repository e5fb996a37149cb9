// IP addresses as values, and which of them the open internet can have. Pure: the guard of the HTTP client asks here,
// so it can be tested as a table.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nightshift::core::http {

/// IPv4 stands in the last four bytes of ::ffff:0:0/96, so that both families compare as one.
struct Address {
    std::array<std::uint8_t, 16> bytes{};
    bool operator==(const Address&) const = default;
};

struct Network {
    Address first;
    int bits = 128;
};

/// "10.0.0.1", "::1"; nothing for anything else (no names, no ports, no zones, no octal or short IPv4).
std::optional<Address> parse_address(std::string_view text);
/// "10.0.0.0/8", "fc00::/7", or one address. Nothing for bits set beyond the prefix: that is a slip.
std::optional<Network> parse_network(std::string_view text);
bool contains(const Network& network, const Address& address);
std::string to_text(const Address& address);

/// May an address come from a name that a stranger chose? False for loopback, private, link-local, shared (CGNAT),
/// multicast, unspecified, reserved and documentation addresses, and for IPv6 forms that carry such an IPv4 one
/// (mapped, compatible, translated, NAT64, 6to4, ISATAP) or hide theirs (Teredo).
bool is_public(const Address& address);

}  // namespace nightshift::core::http
