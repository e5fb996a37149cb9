#include "core/config/yaml.h"

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <fstream>
#include <sstream>

#include "core/error/error.h"

namespace nightshift::core::config {
namespace {

constexpr std::size_t kMostBytes = 1U << 20U;
constexpr int kDeepest = 32;

[[noreturn]] void refuse(const std::string& where, const std::string& why) {
    throw Error(Code::configuration, where + ": " + why);
}

class Walk {
public:
    Walk(std::string name, Document& document) : name_(std::move(name)), document_(document) {}

    json::value value(const YAML::Node& node, const std::string& path, int depth) {
        if (depth > kDeepest) refuse(place(node), "nested deeper than 32 levels");
        switch (node.Type()) {
            case YAML::NodeType::Map:
                return map(node, path, depth);
            case YAML::NodeType::Sequence:
                return list(node, path, depth);
            case YAML::NodeType::Scalar:
                return scalar(node);
            default:
                return nullptr;
        }
    }
    std::string place(const YAML::Node& node) const {
        const auto mark = node.Mark();
        return name_ + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1);
    }

private:
    json::object map(const YAML::Node& node, const std::string& path, int depth) {
        json::object out;
        for (const auto& pair : node) {
            if (!pair.first.IsScalar()) refuse(place(pair.first), "expected a name as key");
            const auto key = pair.first.Scalar();
            const auto below = path.empty() ? key : path + "." + key;
            if (out.contains(key)) refuse(place(pair.first), "the key \"" + below + "\" stands twice; keep one");
            document_.places[below] = place(pair.first);
            out.emplace(key, value(pair.second, below, depth + 1));
        }
        return out;
    }
    json::array list(const YAML::Node& node, const std::string& path, int depth) {
        json::array out;
        for (const auto& one : node)
            out.push_back(value(one, path + "[" + std::to_string(out.size()) + "]", depth + 1));
        return out;
    }
    /// Plain scalars of YAML's core schema; quoted ones are texts.
    static json::value scalar(const YAML::Node& node) {
        const auto& text = node.Scalar();
        if (node.Tag() == "!") return json::value(text);
        if (text == "true" || text == "false") return text == "true";
        if (text.empty() || text == "null" || text == "~") return nullptr;
        std::int64_t whole = 0;
        const auto* end = text.data() + text.size();
        if (const auto [at, failure] = std::from_chars(text.data(), end, whole); failure == std::errc{} && at == end)
            return whole;
        double real = 0;
        if (const auto [at, failure] = std::from_chars(text.data(), end, real); failure == std::errc{} && at == end)
            return real;
        return json::value(text);
    }

    std::string name_;
    Document& document_;
};

/// yaml-cpp resolves aliases silently; a configuration needs none, and bombs are made of them.
void refuse_aliases(const std::string& text, const std::string& name) {
    std::istringstream lines(text);
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        const auto at = line.find_first_of("&*");
        if (at == std::string::npos || line.find('#') < at || line.find_first_of("\"'") < at) continue;
        if (at == 0 || line[at - 1] == ' ' || line[at - 1] == '[')
            refuse(name + ":" + std::to_string(number) + ":" + std::to_string(at + 1),
                   "anchors and aliases are not taken; write the value out");
    }
}

}  // namespace

Document parse_yaml(const std::string& text, const std::string& name) {
    if (text.size() > kMostBytes) refuse(name, "longer than 1 MiB");
    refuse_aliases(text, name);
    Document document;
    try {
        const auto root = YAML::Load(text);
        if (root.IsNull()) return document;
        Walk walk(name, document);
        if (!root.IsMap()) refuse(walk.place(root), "expected keys with values");
        document.values = walk.value(root, "", 0).as_object();
    } catch (const YAML::Exception& problem) {
        refuse(name + ":" + std::to_string(problem.mark.line + 1) + ":" + std::to_string(problem.mark.column + 1),
               problem.msg);
    }
    return document;
}

Document read_yaml(const std::string& path) {
    std::ifstream file(path);
    if (!file) refuse(path, "can't be read; name another with --config");
    std::ostringstream text;
    text << file.rdbuf();
    return parse_yaml(text.str(), path);
}

}  // namespace nightshift::core::config
