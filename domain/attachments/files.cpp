#include "domain/attachments/files.h"

#include <algorithm>

#include "core/clamd/clamd.h"
#include "core/error/error.h"
#include "core/files/media_type.h"
#include "core/log/log.h"
#include "core/schema/field.h"
#include "core/secret/secret.h"
#include "core/text/utf8.h"
#include "domain/attachments/sql.h"

namespace nightshift::domain::attachments {
namespace {

using core::Code;
using core::Error;
namespace json = core::json;

/// What is right as it stands in the configuration: the table of settings has checked it.
class Section {
public:
    explicit Section(const std::function<json::value(std::string_view)>& setting) : setting_(setting) {}
    std::string text(std::string_view name) const {
        const auto value = at(name);
        return value.is_string() ? std::string(value.as_string()) : std::string{};
    }
    std::uint64_t bytes(std::string_view name, std::uint64_t otherwise) const {
        return number(name, core::schema::size_bytes, otherwise);
    }
    std::chrono::milliseconds span(std::string_view name, std::chrono::milliseconds otherwise) const {
        const auto in_milliseconds = [](std::string_view text) { return core::schema::duration_seconds(text) * 1000; };
        return std::chrono::milliseconds(number(name, in_milliseconds, static_cast<std::uint64_t>(otherwise.count())));
    }
    json::value at(std::string_view name) const { return setting_("attachments." + std::string(name)); }

private:
    template <class Read>
    std::uint64_t number(std::string_view name, Read read, std::uint64_t otherwise) const {
        const auto value = at(name);
        if (value.is_null()) return otherwise;
        const auto number = read(value.is_string() ? std::string(value.as_string()) : json::text(value));
        return number < 0 ? otherwise : static_cast<std::uint64_t>(number);
    }
    const std::function<json::value(std::string_view)>& setting_;
};

std::string in_bytes(std::uint64_t bytes) {
    return std::to_string(bytes) + " bytes";
}

std::string scanned(const Settings& settings, std::string_view bytes, const std::string& name) {
    if (settings.scanner.empty()) return "unscanned";
    try {
        const auto verdict = core::clamd::scan(settings.scanner, bytes, settings.scan_limit);
        if (!verdict.is_infected) return "clean";
        core::log::warn("attachment.infected", {{"found", verdict.found}, {"sha256", core::secret::digest(bytes)}});
        throw Error(Code::rule, "file: \"" + name + "\" is infected (" + verdict.found + ") and was not kept",
                    json::text(json::object{{"found", verdict.found}}));
    } catch (const Error& problem) {
        if (problem.code() != Code::unavailable) throw;
        core::log::error("attachment.not_scanned", {{"error", problem.what()}});
        if (settings.accept_unscanned) return "unscanned";
        throw Error(Code::unavailable, "file: the virus scanner can't be asked now, so no file is taken; try again");
    }
}

}  // namespace

Settings settings_from(const std::function<json::value(std::string_view)>& setting) {
    const Section section(setting);
    Settings out{
        .folder = section.text("folder"), .scanner = section.text("scanner"), .url_key = section.text("url_key")};
    out.bucket = {.endpoint = section.text("bucket_url"),
                  .region = section.text("bucket_region"),
                  .name = section.text("bucket"),
                  .access_key = section.text("bucket_key"),
                  .secret = section.text("bucket_secret")};
    out.max_file = section.bytes("max_file", out.max_file);
    out.max_job = section.bytes("max_job", out.max_job);
    out.scan_limit = section.span("scan_timeout", out.scan_limit);
    out.url_lifetime = std::chrono::duration_cast<std::chrono::seconds>(section.span("url_lifetime", out.url_lifetime));
    out.accept_unscanned = section.text("unscanned") == "accept";
    if (const auto types = section.at("types"); types.is_array())
        for (const auto& one : types.as_array()) out.types.emplace_back(one.as_string());
    return out;
}

core::files::Vault vault_of(const Settings& settings) {
    if (settings.bucket.name.empty()) return core::files::Vault(settings.folder);
    return core::files::Vault(settings.folder, std::make_shared<const core::files::Bucket>(settings.bucket));
}

Examined examine(const Settings& settings, std::string_view bytes, const std::string& name) {
    if (bytes.empty()) throw Error(Code::validation, "file: is empty");
    if (bytes.size() > settings.max_file)
        throw Error(Code::too_large, "file: \"" + name + "\" has " + in_bytes(bytes.size()) + "; a file may have " +
                                         in_bytes(settings.max_file));
    const std::string type(core::files::media_type_of(bytes, name));
    if (std::ranges::none_of(settings.types, [&](const auto& one) { return core::files::is_among(type, one); })) {
        json::array taken;
        for (const auto& one : settings.types) taken.emplace_back(one);
        throw Error(Code::unsupported_media,
                    "file: \"" + name + "\" is " + type + " by its content, which is not taken",
                    json::text(json::object{{"type", type}, {"taken", std::move(taken)}}));
    }
    return {type, core::secret::digest(bytes), scanned(settings, bytes, name)};
}

std::string plain_name(std::string_view given) {
    constexpr std::size_t kLongest = 200;
    if (const auto slash = given.find_last_of("/\\"); slash != std::string_view::npos) given.remove_prefix(slash + 1);
    std::string rest = core::text::repaired(given), out;
    for (std::string_view left = rest; !left.empty();) {
        const auto [code, length] = core::text::first(left);
        if (!core::text::is_deceptive(code)) out += left.substr(0, length);
        left.remove_prefix(length);
    }
    const auto first = out.find_first_not_of(" .");
    out = first == std::string::npos ? std::string{} : out.substr(first);
    if (out.size() > kLongest) {  // its ending says what it is for
        const auto dot = out.rfind('.');
        const auto ending = dot == std::string::npos || out.size() - dot > 16 ? std::string{} : out.substr(dot);
        out = std::string(core::text::cut(out, kLongest - ending.size())) + ending;
    }
    while (!out.empty() && (out.back() == ' ' || out.back() == '.')) out.pop_back();
    return out.empty() ? "file" : out;
}

void require_room(core::pg::Transaction& tx, const Settings& settings, const std::string& organization,
                  const std::string& job, std::uint64_t more) {
    const auto used = static_cast<std::uint64_t>(tx.run(sql::used, organization, job).number(0, 0));
    if (used + more > settings.max_job)
        throw Error(Code::too_large,
                    "file: the job's files have " + in_bytes(used) +
                        " already; with this one they would have more than " + in_bytes(settings.max_job),
                    json::text(json::object{{"used", used}, {"limit", settings.max_job}}));
}

}  // namespace nightshift::domain::attachments
