#include "core/config/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <charconv>
#include <sstream>
#include <vector>

#include "core/error/error.h"

namespace nightshift::core::config {
namespace {

constexpr std::size_t kMostBytes = 1U << 20U;
constexpr std::size_t kDeepest = 32;

[[noreturn]] void refuse(const std::string& where, const std::string& why) {
    throw Error(Code::configuration, where + ": " + why);
}

/// Takes the parser's events, not its nodes: those have aliases resolved and further documents forgotten.
class Builder : public YAML::EventHandler {
public:
    Builder(const std::string& name, Document& document) : name_(name), document_(document) {}

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse_reference(mark); }
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        plain(mark, "?", anchor);
        if (expects_key()) refuse(place(mark), "expected a name as key");
        if (!levels_.empty()) put(nullptr);
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& text) override {
        plain(mark, tag, anchor);
        if (levels_.empty()) refuse(place(mark), "expected keys with values");
        if (expects_key()) return key(mark, text);
        put(tag == "!" ? json::value(text) : scalar(text));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        plain(mark, tag, anchor);
        if (levels_.empty()) refuse(place(mark), "expected keys with values");
        open(mark, json::array{});
    }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        plain(mark, tag, anchor);
        open(mark, json::object{});
    }
    void OnSequenceEnd() override { close(); }
    void OnMapEnd() override { close(); }

    std::string place(const YAML::Mark& mark) const {
        return name_ + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1);
    }

private:
    struct Level {
        json::value container;
        std::string path, key;
        bool has_key = false;
    };

    bool expects_key() const {
        return !levels_.empty() && levels_.back().container.is_object() && !levels_.back().has_key;
    }
    [[noreturn]] void refuse_reference(const YAML::Mark& mark) const {
        refuse(place(mark), "anchors and aliases are not taken; write the value out");
    }
    /// A configuration needs neither; bombs are made of the one, surprises of the other.
    void plain(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) const {
        if (anchor != YAML::NullAnchor) refuse_reference(mark);
        if (!tag.empty() && tag != "?" && tag != "!") refuse(place(mark), "tags such as " + tag + " are not taken");
    }
    std::string path_below() const {
        if (levels_.empty()) return {};
        const auto& level = levels_.back();
        if (level.container.is_array())
            return level.path + "[" + std::to_string(level.container.as_array().size()) + "]";
        return level.path.empty() ? level.key : level.path + "." + level.key;
    }
    void key(const YAML::Mark& mark, const std::string& text) {
        auto& level = levels_.back();
        level.key = text;
        level.has_key = true;
        const auto path = path_below();
        if (level.container.as_object().contains(text))
            refuse(place(mark), "the key \"" + path + "\" stands twice; keep one");
        document_.places[path] = place(mark);
    }
    void put(json::value value) {
        auto& level = levels_.back();
        if (level.container.is_array()) return void(level.container.as_array().push_back(std::move(value)));
        level.container.as_object().emplace(level.key, std::move(value));
        level.has_key = false;
    }
    void open(const YAML::Mark& mark, json::value container) {
        if (expects_key()) refuse(place(mark), "expected a name as key");
        if (levels_.size() >= kDeepest) refuse(place(mark), "nested deeper than 32 levels");
        levels_.push_back({std::move(container), path_below(), {}, false});
    }
    void close() {
        auto done = std::move(levels_.back().container);
        levels_.pop_back();
        if (levels_.empty())
            document_.values = std::move(done.as_object());
        else
            put(std::move(done));
    }
    /// Plain scalars of YAML's core schema. Not .inf and .nan: no setting means them.
    static json::value scalar(const std::string& text) {
        if (text == "true" || text == "false") return text == "true";
        const auto* end = text.data() + text.size();
        std::int64_t whole = 0;
        if (const auto [at, failure] = std::from_chars(text.data(), end, whole); failure == std::errc{} && at == end)
            return whole;
        double real = 0;
        if (text.find_first_not_of("0123456789.eE+-") == std::string::npos)
            if (const auto [at, failure] = std::from_chars(text.data(), end, real); failure == std::errc{} && at == end)
                return real;
        return json::value(text);
    }

    const std::string& name_;
    Document& document_;
    std::vector<Level> levels_;
};

/// Whatever comes after the first document was meant for something, and would be ignored.
class Further final : public Builder {
public:
    using Builder::Builder;
    void OnDocumentStart(const YAML::Mark& mark) override {
        refuse(place(mark), "a second document begins; a configuration is one");
    }
};

}  // namespace

Document parse_yaml(const std::string& text, const std::string& name) {
    if (text.size() > kMostBytes) refuse(name, "longer than 1 MiB");
    Document document;
    try {
        std::istringstream in(text);
        YAML::Parser parser(in);
        Builder builder(name, document);
        Further further(name, document);
        if (parser.HandleNextDocument(builder)) parser.HandleNextDocument(further);
    } catch (const YAML::Exception& problem) {
        refuse(name + ":" + std::to_string(problem.mark.line + 1) + ":" + std::to_string(problem.mark.column + 1),
               problem.msg);
    }
    return document;
}

}  // namespace nightshift::core::config
