// The API, a mail sink, and a worker that sends: what tests of mail begin with.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/configuration.h"
#include "domain/deliveries/deliveries.h"
#include "domain/notifications/sql.h"
#include "queue/engine.h"
#include "tests/kit/api_fixture.h"
#include "tests/kit/eventually.h"
#include "tests/kit/mail_sink.h"

namespace nightshift::tests {

class MailFixture : public ApiFixture {
protected:
    void SetUp() override {
        ApiFixture::SetUp();
        jane = person("member");
        configure();
    }
    void TearDown() override { worker.reset(); }

    /// Mail is on, by these settings beside those of the sink.
    void configure(const std::string& more = "collect: 0s") {
        configuration = std::make_unique<daemon::Configuration>(
            daemon::Configuration::from_text("mail: {host: 127.0.0.1, tls: none, from: night@example.org, site: "
                                             "https://night.example.org, timeout: 5s, port: " +
                                                 std::to_string(sink.port()) + ", " + more + "}",
                                             "test"));
        domain::deliveries::prepare(database.pool(), mail_settings());
    }
    domain::deliveries::MailSettings mail_settings() const {
        return domain::deliveries::settings_from([this](std::string_view path) { return configuration->at(path); });
    }
    void start() {
        worker = std::make_unique<queue::Engine>(
            queue::EngineSettings{.database_url = database.url(),
                                  .queues = {"notifications", "integrations"},
                                  .slots = 3,
                                  .setting = [this](std::string_view path) { return configuration->at(path); }},
            std::vector<const queue::Kind*>(std::begin(generated::kinds), std::end(generated::kinds)));
        worker->start();
    }
    void tell(const Person& who, const std::string& type, const std::string& title, const std::string& job = {},
              const std::string& by = {}) {
        auto lease = database.pool().acquire();
        core::pg::Transaction tx(lease, {.organization = kHere});
        tx.run(domain::notifications::sql::tell, kHere, std::vector<std::string>{who.id}, type, title, "", by,
               job.empty() ? core::pg::Value(nullptr) : core::pg::Value(job));
        tx.commit();
    }
    /// Everything that waits for its next try has its moment now.
    void hurry() { database.one("update run set ready_at = clock_timestamp() where state = 'scheduled'"); }
    bool settled(std::int64_t count = 0) {
        return eventually([&] { return database.number("select count(*) from run") == count; });
    }
    /// "sent carried carried": of all deliveries, sorted.
    std::string states() {
        return database.one("select coalesce(string_agg(state, ' ' order by state desc), '') from delivery");
    }
    static std::string header(const core::json::object& mail, std::string_view name) {
        for (const auto& one : mail.at("headers").as_array())
            if (one.at(0).as_string() == name) return std::string(one.at(1).as_string());
        return {};
    }
    static std::string text(const core::json::object& mail, std::string_view name) {
        return std::string(mail.at(name).as_string());
    }

    MailSink sink;
    std::unique_ptr<daemon::Configuration> configuration;
    std::unique_ptr<queue::Engine> worker;
    Person jane;
};

}  // namespace nightshift::tests
