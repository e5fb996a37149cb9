#include "core/metrics/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace nightshift::core::metrics {
namespace {

struct Stat {
    double cpu_seconds = 0, threads = 0, start_ticks = 0, virtual_bytes = 0, resident_bytes = 0;
};

/// proc(5): the fields after the name, which may hold spaces and brackets of its own.
Stat read_stat() {
    std::ifstream file("/proc/self/stat");
    const std::string line{std::istreambuf_iterator<char>(file), {}};
    std::istringstream rest(line.substr(std::min(line.rfind(')') + 2, line.size())));
    const std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
    const auto field = [&](std::size_t number) {  // as proc(5) numbers them: the state is the third
        return fields.size() > number - 3 ? std::strtod(fields[number - 3].c_str(), nullptr) : 0.0;
    };
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK)), page = static_cast<double>(::sysconf(_SC_PAGESIZE));
    return {.cpu_seconds = (field(14) + field(15)) / ticks,
            .threads = field(20),
            .start_ticks = field(22) / ticks,
            .virtual_bytes = field(23),
            .resident_bytes = field(24) * page};
}

double boot_time() {
    std::ifstream file("/proc/stat");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("btime ")) return std::strtod(line.c_str() + 6, nullptr);
    return 0;
}

double open_descriptors() {
    std::error_code ignored;
    const std::filesystem::directory_iterator all("/proc/self/fd", ignored);
    return static_cast<double>(std::distance(begin(all), end(all))) - 1;  // the one that lists them
}

double most_descriptors() {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : 0;
}

}  // namespace

Registry::Token watch_process(Registry& registry) {
    const auto cpu = registry.counter("process_cpu_seconds_total", "Processor time used, user and system.");
    const auto resident = registry.gauge("process_resident_memory_bytes", "Memory in RAM.");
    const auto virtual_size = registry.gauge("process_virtual_memory_bytes", "Address space.");
    const auto open = registry.gauge("process_open_fds", "Open file descriptors.");
    const auto most = registry.gauge("process_max_fds", "How many file descriptors may be open.");
    const auto threads = registry.gauge("process_threads", "Threads.");
    const auto started = registry.gauge("process_start_time_seconds", "When it started, in seconds since 1970.");
    return registry.before_scrape([=, boot = boot_time()] {
        const auto now = read_stat();
        cpu.raise_to(now.cpu_seconds);
        resident.set(now.resident_bytes);
        virtual_size.set(now.virtual_bytes);
        open.set(open_descriptors());
        most.set(most_descriptors());
        threads.set(now.threads);
        started.set(boot + now.start_ticks);
    });
}

}  // namespace nightshift::core::metrics
