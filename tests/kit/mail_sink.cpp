#include "tests/kit/mail_sink.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <cstdlib>
#include <fstream>

#include "core/http/client.h"
#include "core/time/time.h"
#include "tests/kit/eventually.h"

namespace nightshift::tests {

namespace fs = std::filesystem;
namespace json = core::json;

MailSink::MailSink(const Options& options) : folder_(fs::temp_directory_path() / ("sink-" + core::time::uuid7())) {
    fs::create_directories(folder_);
    const std::string script = NIGHTSHIFT_SOURCE "/tests/kit/mail_sink.py", ports = (folder_ / "ports").string();
    std::vector<std::string> words{"python3", script, "--ports", ports};
    if (!options.login.empty()) words.insert(words.end(), {"--login", options.login});
    if (options.has_tls) {
        const auto made =
            "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext "
            "subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout " +
            certificate() + " -out " + certificate() + ".crt 2>/dev/null && cat " + certificate() + ".crt >> " +
            certificate();
        if (std::system(made.c_str()) != 0) throw std::runtime_error("openssl made no certificate");
        words.insert(words.end(), {"--certificate", certificate()});
    }
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that dies leaves nothing behind
        ::execvp("python3", arguments.data());
        ::_exit(127);
    }
    const bool is_up = eventually([&] {
        std::ifstream file(ports);
        return static_cast<bool>(file >> smtp_ >> http_);
    });
    if (!is_up) throw std::runtime_error("the mail sink did not start");
}

MailSink::~MailSink() {
    stop();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

void MailSink::stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

std::string MailSink::get(const std::string& path, const std::string& method, const std::string& body) const {
    return core::http::fetch({.method = method,
                              .url = "http://127.0.0.1:" + std::to_string(http_) + path,
                              .body = body,
                              .allow_private = true})
        .body;
}

void MailSink::mode(const std::string& name, double seconds) const {
    get("/mode", "POST", json::text(json::object{{"mode", name}, {"seconds", seconds}}));
}

std::size_t MailSink::count() const {
    return json::parse(get("/messages")).as_array().size();
}

std::vector<json::object> MailSink::mails() const {
    std::vector<json::object> mails;
    const auto told = json::parse(get("/messages"));
    for (const auto& one : told.as_array())
        mails.push_back(json::parse_object(get("/messages/" + json::text(one.at("id")))));
    return mails;
}

std::string MailSink::raw(std::size_t number) const {
    return get("/messages/" + std::to_string(number) + "/raw");
}

int MailSink::connections() const {
    return static_cast<int>(json::parse(get("/state")).at("connections").as_int64());
}

}  // namespace nightshift::tests
