#include "tests/bench/raw.h"

#include <libpq-fe.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <thread>

#include "core/amqp/amqp.h"

namespace nightshift::bench::raw {
namespace {

class Plain {
public:
    explicit Plain(const std::string& url) : link_(PQconnectdb(url.c_str())) {
        if (PQstatus(link_) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(link_));
        run("set client_min_messages = warning; drop table if exists raw_job; create table raw_job (id bigserial "
            "primary key, state smallint not null default 0, args jsonb not null default '{}')");
        run("create index raw_job_ready on raw_job (id) where state = 0");
    }
    ~Plain() {
        run("drop table if exists raw_job");
        PQfinish(link_);
    }
    Plain(const Plain&) = delete;
    Plain& operator=(const Plain&) = delete;
    void run(const std::string& sql) {
        auto* result = PQexec(link_, sql.c_str());
        const auto status = PQresultStatus(result);
        PQclear(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) throw std::runtime_error(PQerrorMessage(link_));
    }

private:
    PGconn* link_;
};

template <class Work>
double rate(int count, Work&& work) {
    const auto began = std::chrono::steady_clock::now();
    work();
    return count / std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

}  // namespace

double insert_by_hundreds(const std::string& url, int rows) {
    Plain plain(url);
    return rate(rows, [&] {
        for (int i = 0; i < rows; i += 100)
            plain.run("insert into raw_job (args) select '{\"n\": 1}' from generate_series(1, 100)");
    });
}

double insert_one_by_one(const std::string& url, int rows) {
    Plain plain(url);
    return rate(rows, [&] {
        for (int i = 0; i < rows; ++i) plain.run("insert into raw_job (args) values ('{\"n\": 1}')");
    });
}

std::vector<double> insert_and_claim(const std::string& url, int rows) {
    Plain plain(url);
    std::vector<double> took;
    auto next = std::chrono::steady_clock::now();
    for (int i = 0; i < rows; ++i) {
        std::this_thread::sleep_until(next += std::chrono::milliseconds(20));
        const auto began = std::chrono::steady_clock::now();
        plain.run("insert into raw_job (args) values ('{\"n\": 1}')");
        plain.run(
            "update raw_job set state = 1 where id = (select id from raw_job where state = 0 order by id limit 1 for "
            "update skip locked) returning id, args");
        took.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count());
    }
    return took;
}

double claim_and_complete(const std::string& url, int rows) {
    Plain plain(url);
    plain.run("insert into raw_job (args) select '{\"n\": 1}' from generate_series(1, " + std::to_string(rows) +
              "); analyze raw_job");
    return rate(rows, [&] {
        for (int i = 0; i < rows; i += 100) {
            plain.run(
                "update raw_job set state = 1 where id in (select id from raw_job where state = 0 order by id limit "
                "100 for update skip locked)");
            plain.run("update raw_job set state = 2 where state = 1 and id > " + std::to_string(i) +
                      " and id <= " + std::to_string(i + 100));
        }
    });
}

double copy_out(const std::string& url, std::string query, const std::vector<core::pg::Value>& values,
                const std::string& file) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> link(PQconnectdb(url.c_str()), PQfinish);
    // COPY takes no parameters: they are written in.
    for (std::size_t i = values.size(); i > 0; --i) {
        const auto& text = values[i - 1].text();
        const std::string name = "$" + std::to_string(i), literal = text ? "'" + *text + "'" : "null";
        for (auto at = query.find(name); at != std::string::npos; at = query.find(name, at + literal.size()))
            query.replace(at, name.size(), literal);
    }
    std::ofstream out(file, std::ios::binary);
    const auto began = std::chrono::steady_clock::now();
    PQclear(PQexec(link.get(), ("copy (" + query + "\n) to stdout csv").c_str()));
    for (char* line = nullptr; true; PQfreemem(line)) {
        const int length = PQgetCopyData(link.get(), &line, 0);
        if (length == -2) throw std::runtime_error(PQerrorMessage(link.get()));
        if (length < 0) break;
        out.write(line, length);
    }
    PQclear(PQgetResult(link.get()));
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

double publish_confirmed(const std::string& url, int messages) {
    core::amqp::Link link(url);
    const std::string queue = "nightshift-raw-bench";
    link.declare_quorum_queue(queue);
    std::vector<std::pair<std::string, std::string>> batch(512, {queue, std::string(100, 'x')});
    const auto reached = rate(messages, [&] {
        for (int i = 0; i < messages; i += 512) link.publish(batch);
    });
    link.delete_queue(queue);
    return reached;
}

}  // namespace nightshift::bench::raw
