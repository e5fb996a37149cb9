#include "core/http/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <span>

namespace nightshift::core::http {
namespace {

constexpr int kMappedBits = 96;

struct Row {
    std::string_view network;
};

// IANA's special-purpose registry of IPv4: what is not globally reachable.
constexpr Row kSpecial4[] = {
    {"0.0.0.0/8"},        // this network
    {"10.0.0.0/8"},       // private
    {"100.64.0.0/10"},    // shared address space (CGNAT)
    {"127.0.0.0/8"},      // loopback
    {"169.254.0.0/16"},   // link-local, where clouds keep their metadata
    {"172.16.0.0/12"},    // private
    {"192.0.0.0/24"},     // protocol assignments
    {"192.0.2.0/24"},     // documentation
    {"192.88.99.0/24"},   // 6to4 relays
    {"192.168.0.0/16"},   // private
    {"198.18.0.0/15"},    // benchmarking
    {"198.51.100.0/24"},  // documentation
    {"203.0.113.0/24"},   // documentation
    {"224.0.0.0/4"},      // multicast
    {"240.0.0.0/4"},      // reserved and broadcast
};

// Of 2000::/3, which is all that is given out of IPv6.
constexpr Row kSpecial6[] = {
    {"2001::/23"},      // protocol assignments, Teredo among them
    {"2001:db8::/32"},  // documentation
    {"3fff::/20"},      // documentation
};

bool in_any(std::span<const Row> rows, const Address& address) {
    return std::ranges::any_of(rows, [&](const Row& row) { return contains(*parse_network(row.network), address); });
}

bool within(std::string_view network, const Address& address) {
    return contains(*parse_network(network), address);
}

/// The IPv4 address in four bytes from `at`, in the mapped form.
Address embedded(const Address& from, std::size_t at) {
    Address out;
    out.bytes[10] = out.bytes[11] = 0xff;
    std::copy_n(from.bytes.begin() + static_cast<std::ptrdiff_t>(at), 4, out.bytes.begin() + 12);
    return out;
}

bool is_isatap(const Address& address) {
    const auto& b = address.bytes;
    return (b[8] & 0xfdU) == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) return std::nullopt;
    const std::string copy(text);
    Address address;
    if (::inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) return address;
    address = {};
    address.bytes[10] = address.bytes[11] = 0xff;
    if (::inet_pton(AF_INET, copy.c_str(), address.bytes.data() + 12) == 1) return address;
    return std::nullopt;
}

std::optional<Network> parse_network(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = parse_address(text.substr(0, slash));
    if (!address) return std::nullopt;
    Network network{*address, 128};
    if (slash == std::string_view::npos) return network;
    const bool v4 = text.find(':') == std::string_view::npos;
    const auto digits = text.substr(slash + 1);
    int bits = -1;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (error != std::errc{} || end != digits.data() + digits.size() || bits < 0 || bits > (v4 ? 32 : 128))
        return std::nullopt;
    network.bits = v4 ? bits + kMappedBits : bits;
    for (int bit = network.bits; bit < 128; ++bit)
        if ((network.first.bytes[static_cast<std::size_t>(bit / 8)] >> (7 - bit % 8) & 1) != 0) return std::nullopt;
    return network;
}

bool contains(const Network& network, const Address& address) {
    const auto whole = static_cast<std::size_t>(network.bits / 8);
    if (!std::equal(address.bytes.begin(), address.bytes.begin() + static_cast<std::ptrdiff_t>(whole),
                    network.first.bytes.begin()))
        return false;
    const int rest = network.bits % 8;
    return rest == 0 || ((address.bytes[whole] ^ network.first.bytes[whole]) >> (8 - rest)) == 0;
}

std::string to_text(const Address& address) {
    char text[INET6_ADDRSTRLEN];
    if (within("::ffff:0:0/96", address))
        ::inet_ntop(AF_INET, address.bytes.data() + 12, text, sizeof text);
    else
        ::inet_ntop(AF_INET6, address.bytes.data(), text, sizeof text);
    return text;
}

bool is_public(const Address& address) {
    if (within("::ffff:0:0/96", address)) return !in_any(kSpecial4, address);
    if (within("64:ff9b::/96", address)) return is_public(embedded(address, 12));  // NAT64
    if (!within("2000::/3", address) || in_any(kSpecial6, address)) return false;
    if (within("2002::/16", address) && !is_public(embedded(address, 2))) return false;  // 6to4
    return !is_isatap(address) || is_public(embedded(address, 12));
}

}  // namespace nightshift::core::http
