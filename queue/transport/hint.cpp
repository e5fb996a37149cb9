#include <charconv>

#include "core/error/error.h"
#include "core/json/json.h"
#include "core/text/case.h"
#include "core/time/time.h"
#include "queue/transport/transport.h"

namespace nightshift::queue {
namespace {

[[noreturn]] void refuse(const std::string& why) {
    throw core::Error(core::Code::validation, "hint: " + why);
}

constexpr std::size_t kMostBytes = 1U << 20U;
constexpr std::size_t kMostRuns = 1024;

}  // namespace

std::string encode(const Hint& hint) {
    std::string out = R"({"v":1,"queue":)" + core::json::text(core::json::value(hint.queue)) + R"(,"runs":[)";
    out.reserve(out.size() + hint.items.size() * 48 + 4);
    for (const auto& item : hint.items) {
        if (out.back() != '[') out += ',';
        out += "[\"" + item.run + "\"," + std::to_string(item.epoch) + "]";
    }
    return out += "]}";
}

Hint decode(std::string_view body) {
    if (body.size() > kMostBytes) refuse("longer than 1 MiB");
    const auto document = core::json::parse_object(body);
    const auto* version = document.if_contains("v");
    const auto* queue = document.if_contains("queue");
    const auto* runs = document.if_contains("runs");
    if (version == nullptr || !version->is_int64() || version->as_int64() != 1) refuse("expected version 1");
    if (queue == nullptr || !queue->is_string() || runs == nullptr || !runs->is_array())
        refuse("expected queue and runs");
    if (runs->as_array().size() > kMostRuns) refuse("more than 1024 runs");
    Hint hint{std::string(queue->as_string()), {}};
    for (const auto& run : runs->as_array()) {
        const auto* pair = run.if_array();
        if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_string() || !(*pair)[1].is_int64())
            refuse("expected [run id, epoch]");
        // As PostgreSQL writes it: what is claimed is matched with what was hinted.
        auto id = core::text::lower_case(std::string_view((*pair)[0].as_string()));
        const auto epoch = (*pair)[1].as_int64();
        if (!core::time::is_uuid(id) || epoch < 0 || epoch > 2'000'000'000) refuse("expected a uuid and an epoch");
        hint.items.push_back({std::move(id), static_cast<int>(epoch)});
    }
    return hint;
}

}  // namespace nightshift::queue
